package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.PillText;
import java.time.Instant;

/**
 * The start position of a trigger if it is not constant: a text in place of a time, with pills for inputs and for the time {@code now}.
 */
final class StartText {

    static final String POINTER = "/startPosition/from";

    private static final String NOW = "now";
    private static final String SAMPLE = "2020-01-01T00:00:00Z";

    private StartText() {}

    static boolean isTemplate(JsonNode from) {
        return from.isTextual() && from.textValue().contains("{{");
    }

    /**
     * Returns a trigger with a sample of its start position.
     *
     * @throws InvalidDefinitionException if the text is malformed, or has a pill that is neither an input nor the time
     */
    static ObjectNode withSample(ObjectNode trigger, JsonNode from) {
        try {
            var unused = text(from);
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

    private static InputText text(JsonNode from) {
        PillText pills = PillText.compile(from.textValue());
        pills.names().stream().filter(name -> !name.equals(NOW)).forEach(name -> InputText.of("{{" + name + "}}"));
        return new InputText(pills);
    }

    /** Returns a trigger with its own start position. */
    static ObjectNode with(ObjectNode trigger, JsonNode from) {
        ((ObjectNode) trigger.path("startPosition")).set("from", from);
        return trigger;
    }

    /** Returns a trigger with the start position that a customer entered; without one, it begins now. */
    static ObjectNode render(ObjectNode trigger, InputValues values, Instant now) {
        JsonNode from = trigger.at(POINTER);
        if (!isTemplate(from)) {
            return trigger;
        }
        InputText text = text(from);
        String time = text.render(name -> name.equals(NOW) ? now.toString() : values.revealed(InputText.input(name)));
        if (time == null) {
            trigger.remove("startPosition");
            return trigger;
        }
        ((ObjectNode) trigger.path("startPosition")).put("from", time);
        return trigger;
    }
}
