package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;

/** The types of values. */
enum ValueType {
    ANY("any value"),
    TEXT("text"),
    NUMBER("a number"),
    BOOLEAN("a Boolean"),
    LIST("a list"),
    OBJECT("an object"),
    NULL("null"),
    BINARY_CONTENT("a file or stream");

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
            case POJO -> BINARY_CONTENT;
            case NULL, MISSING -> NULL;
        };
    }

    /** The name for use in messages. */
    String phrase() {
        return phrase;
    }
}
