package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.PillText;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds and replaces the pills for inputs in the texts of JSON. Texts with other pills, such as signed content, are unchanged. */
final class PillTree {

    private static final String PREFIX = InputText.STEP + ".";

    /** A path of an input in a pill, at its start or as an argument of a filter. */
    private static final Pattern INPUT = Pattern.compile("(?:^|[(,])\\s*auth\\.([A-Za-z0-9_-]+)");

    private PillTree() {}

    /** Replaces the pills for inputs by their values. */
    static JsonNode render(JsonNode json, InputValues values) {
        if (json instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
            array.forEach(element -> copy.add(render(element, values)));
            return copy;
        }
        if (json instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> copy.set(member.getKey(), render(member.getValue(), values)));
            return copy;
        }
        if (!json.isTextual() || !json.textValue().contains("{{")) {
            return json;
        }
        PillText text = compile(json.textValue());
        if (text == null
                || text.names().isEmpty()
                || !text.names().stream().allMatch(name -> name.startsWith(PREFIX))) {
            return json;
        }
        return JsonNodeFactory.instance.textNode(new InputText(text).required(values));
    }

    /** Returns the names of all inputs that texts refer to, also together with other pills. */
    static Set<String> inputs(JsonNode json) {
        Set<String> inputs = new TreeSet<>();
        forEachInput(json, (pointer, input) -> inputs.add(input));
        return inputs;
    }

    /** Passes on each input that a text refers to, with the JSON Pointer of the text. */
    static void forEachInput(JsonNode json, BiConsumer<String, String> use) {
        forEachInput(json, "", use);
    }

    private static void forEachInput(JsonNode json, String pointer, BiConsumer<String, String> use) {
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                forEachInput(json.get(i), pointer + "/" + i, use);
            }
        }
        json.properties()
                .forEach(member ->
                        forEachInput(member.getValue(), pointer + "/" + JsonObjectReader.token(member.getKey()), use));
        if (json.isTextual()
                && json.textValue().contains("{{")
                && json.textValue().contains(PREFIX)) {
            PillText text = compile(json.textValue());
            if (text == null) {
                // A pill for a certain place, such as that of a path.
                PillToken.all(json.textValue(), "{{", "}}").stream()
                        .flatMap(pill -> INPUT.matcher(pill.inside()).results())
                        .forEach(input -> use.accept(pointer, input.group(1)));
            } else {
                text.names().stream()
                        .filter(name -> name.startsWith(PREFIX))
                        .forEach(name -> use.accept(pointer, name.substring(PREFIX.length())));
            }
        }
    }

    private static @Nullable PillText compile(String text) {
        try {
            return PillText.compile(text);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }
}
