package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Knows by their names which fields carry credentials: these belong to the connection, and into no file. */
final class Credentials {

    static final String MASK = "***";

    private static final Pattern NAME = Pattern.compile(
            "(?i)(proxy-)?authorization|cookie|set-cookie|token|.*(api[-_]?key|secret|passw(or)?d|(access|auth|refresh|id|session)[-_]?token|signature).*");

    private Credentials() {}

    static boolean isCredential(String name) {
        return NAME.matcher(name).matches();
    }

    /** The names of query parameters, header fields and form fields with a credential that is written down. */
    static List<String> in(ObjectNode definition) {
        List<String> found = new ArrayList<>();
        for (String list : List.of("/query", "/headers", "/body/form", "/body/multipart")) {
            for (JsonNode pair : definition.at(list)) {
                add(pair.path("name").asText(), pair.path("value").asText(), found);
            }
        }
        String url = definition.path("url").asText();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                add(pair.substring(0, equals), pair.substring(equals + 1), found);
            }
        }
        return found;
    }

    private static void add(String name, String value, List<String> found) {
        if (isCredential(name) && !value.isEmpty() && !value.contains("{{")) {
            found.add(name);
        }
    }

    /** A copy in which the values of credentials are masked, wherever they are. */
    static JsonNode masked(JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(member -> {
                boolean hidden =
                        isCredential(member.getKey()) && member.getValue().isTextual();
                copy.set(member.getKey(), hidden ? TextNode.valueOf(MASK) : masked(member.getValue()));
            });
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            array.forEach(element -> copy.add(masked(element)));
            return copy;
        }
        return value;
    }
}
