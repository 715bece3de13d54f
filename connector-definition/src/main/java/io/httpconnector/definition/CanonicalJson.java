package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeMap;

/** Writes JSON the same way each time: members sorted by name, defaults omitted. */
final class CanonicalJson {

    private CanonicalJson() {}

    /** Returns a copy in which the members of all objects are sorted. */
    static JsonNode sorted(JsonNode json) {
        if (json instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
            array.forEach(element -> copy.add(sorted(element)));
            return copy;
        }
        if (!(json instanceof ObjectNode object)) {
            return json;
        }
        TreeMap<String, JsonNode> members = new TreeMap<>();
        object.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        members.forEach(copy::set);
        return copy;
    }

    /** Returns a copy without the members that equal their default, and without empty objects that remain. */
    static ObjectNode without(JsonNode defaults, ObjectNode json) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        json.properties().forEach(member -> {
            JsonNode value = member.getValue();
            JsonNode usual = defaults.path(member.getKey());
            if (value.equals(usual)) {
                return;
            }
            if (value instanceof ObjectNode object && usual.isObject() && isSettings(member.getKey())) {
                copy.set(member.getKey(), without(usual, object));
            } else {
                copy.set(member.getKey(), value);
            }
        });
        return copy;
    }

    /** Whether each member of an object has a default of its own. */
    private static boolean isSettings(String name) {
        return name.equals("limits") || name.equals("delivery");
    }
}
