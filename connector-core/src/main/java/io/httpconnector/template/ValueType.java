package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;

/** What a value can be. */
enum ValueType {
    ANY("any value"),
    TEXT("a text"),
    NUMBER("a number"),
    BOOLEAN("true or false"),
    LIST("a list"),
    OBJECT("an object"),
    NULL("null"),
    CONTENT("a file or stream");

    private final String phrase;

    ValueType(String phrase) {
        this.phrase = phrase;
    }

    static ValueType of(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING, BINARY -> TEXT;
            case NUMBER -> NUMBER;
            case BOOLEAN -> BOOLEAN;
            case ARRAY -> LIST;
            case OBJECT -> OBJECT;
            case POJO -> CONTENT;
            case NULL, MISSING -> NULL;
        };
    }

    /** As it stands in a sentence. */
    String phrase() {
        return phrase;
    }
}
