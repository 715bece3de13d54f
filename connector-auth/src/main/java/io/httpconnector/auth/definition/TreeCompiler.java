package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;

/**
 * Compiles the strings of a JSON value: they become {@link FieldText}s in POJO nodes. Not thread-safe.
 *
 * @param pointer the JSON Pointer of the value
 * @param secrets whether the strings may have secrets
 * @param problems collects the problems, with pointers relative to the value
 */
record TreeCompiler(Members members, String pointer, boolean secrets, List<String> problems) {

    /**
     * Compiles a part of the value.
     *
     * @param below the JSON Pointer of the part, relative to the value
     */
    JsonNode compile(JsonNode json, String below) {
        try {
            if (json instanceof ObjectNode object) {
                return compileObject(object, below);
            }
            if (json instanceof ArrayNode array) {
                ArrayNode copy = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < array.size(); i++) {
                    copy.add(compile(array.get(i), below + "/" + i));
                }
                return copy;
            }
            return json.isTextual()
                    ? JsonNodeFactory.instance.pojoNode(members.compiled(pointer + below, json.textValue(), secrets))
                    : json;
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add((below.isEmpty() ? "" : below + ": ") + problem));
            return json;
        }
    }

    private ObjectNode compileObject(ObjectNode object, String below) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(entry -> {
            String at = below + "/" + JsonObjectReader.token(entry.getKey());
            if (entry.getKey().contains("{{")) {
                problems.add(at + ": a name can't have placeholders");
            }
            copy.set(entry.getKey(), compile(entry.getValue(), at));
        });
        return copy;
    }
}
