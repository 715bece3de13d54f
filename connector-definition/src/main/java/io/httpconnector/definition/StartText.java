package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;

/** The start position of a trigger if a customer enters it: a text with pills for inputs in place of a time. */
final class StartText {

    static final String POINTER = "/startPosition/from";

    private static final String SAMPLE = "2020-01-01T00:00:00Z";

    private StartText() {}

    static boolean isTemplate(JsonNode from) {
        return from.isTextual() && from.textValue().contains("{{");
    }

    /**
     * Returns a trigger with a sample of its start position.
     *
     * @throws InvalidDefinitionException if the text is malformed, or has a pill that is not an input
     */
    static ObjectNode withSample(ObjectNode trigger, JsonNode from) {
        try {
            var unused = InputText.of(from.textValue());
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "trigger",
                    e.problems().stream()
                            .map(problem -> POINTER + ": " + problem)
                            .toList());
        }
        ObjectNode copy = trigger.deepCopy();
        ((ObjectNode) copy.path("startPosition")).put("from", SAMPLE);
        return copy;
    }

    /** Returns a trigger with its own start position. */
    static ObjectNode with(ObjectNode trigger, JsonNode from) {
        ((ObjectNode) trigger.path("startPosition")).set("from", from);
        return trigger;
    }

    /** Returns a trigger with the start position that a customer entered; without one, it begins now. */
    static ObjectNode render(ObjectNode trigger, InputValues values) {
        JsonNode from = trigger.at(POINTER);
        if (!isTemplate(from)) {
            return trigger;
        }
        String time = InputText.of(from.textValue()).render(values);
        if (time == null) {
            trigger.remove("startPosition");
            return trigger;
        }
        ((ObjectNode) trigger.path("startPosition")).put("from", time);
        return trigger;
    }
}
