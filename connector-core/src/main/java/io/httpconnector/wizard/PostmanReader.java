package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a Postman collection 2.0 or 2.1. Variables of the collection are put in; those that it doesn't define, and those of the
 * path, become pills of the step {@code input}.
 */
final class PostmanReader {

    private static final Pattern VARIABLE = Pattern.compile("\\{\\{([^{}]+)}}");
    private static final Pattern IN_PATH = Pattern.compile("(?<=/):([A-Za-z_][\\w-]*)");
    private static final int MAX_DEPTH = 20;

    private final Map<String, String> variables = new HashMap<>();
    private final List<Recommendation> all = new ArrayList<>();
    private final String source;

    private PostmanReader(String source) {
        this.source = source;
    }

    static List<Recommendation> read(JsonNode collection) {
        String schema = collection.at("/info/schema").asText("");
        if (!collection.path("item").isArray() || !schema.matches(".*/v2\\.[01]\\.0/.*")) {
            throw new InvalidDefinitionException(
                    "Postman collection", List.of("it is none of version 2.0 or 2.1: export the collection as v2.1"));
        }
        PostmanReader reader = new PostmanReader(
                "Postman collection \"" + collection.at("/info/name").asText() + "\"");
        for (JsonNode variable : collection.path("variable")) {
            String name = variable.path("key").asText(variable.path("id").asText());
            if (!Credentials.isCredential(name)) {
                reader.variables.put(name, variable.path("value").asText());
            }
        }
        reader.items(collection.path("item"), 0);
        return List.copyOf(reader.all);
    }

    private void items(JsonNode items, int depth) {
        for (JsonNode item : items) {
            if (item.path("item").isArray() && depth < MAX_DEPTH) {
                items(item.path("item"), depth + 1);
            } else if (item.has("request")) {
                all.add(request(item));
            }
        }
    }

    private Recommendation request(JsonNode item) {
        JsonNode request = item.path("request");
        JsonNode url = request.isTextual() ? request : request.path("url");
        String raw = url.isTextual() ? url.asText() : url.path("raw").asText();
        String path = substituted(raw.replaceFirst("[?#].*$", ""))
                .replaceFirst("^\\{\\{[^{}]+}}(?=/|$)", "")
                .replaceFirst("^[A-Za-z]+://[^/]*", "");
        Definitions definition = new Definitions(request.path("method").asText("GET"), "/");
        definition.url(IN_PATH.matcher(path).replaceAll("{{input.$1}}"), true);
        if (url.path("query").isArray()) {
            query(url.path("query"), definition);
        } else if (raw.contains("?")) {
            definition.queryOf(raw.substring(raw.indexOf('?') + 1));
        }
        JsonNode body = request.path("body");
        for (JsonNode header : request.path("header")) {
            boolean ofBody = header.path("key").asText().equalsIgnoreCase("Content-Type") && body.has("mode");
            if (!ofBody && !header.path("disabled").asBoolean()) {
                definition.templateHeader(
                        header.path("key").asText(),
                        substituted(header.path("value").asText()));
            }
        }
        body(body, request.path("header"), definition);
        if (request.has("auth") && !request.path("auth").isNull()) {
            definition.note(
                    "it authenticates by " + request.at("/auth/type").asText() + ": see to it in the connection");
        }
        return definition.recommendation(item.path("name").asText(raw), source);
    }

    private void query(JsonNode pairs, Definitions definition) {
        for (JsonNode pair : pairs) {
            if (!pair.path("disabled").asBoolean()) {
                definition.templateQuery(
                        pair.path("key").asText(),
                        substituted(pair.path("value").asText()));
            }
        }
    }

    private void body(JsonNode body, JsonNode headers, Definitions definition) {
        switch (body.path("mode").asText("")) {
            case "raw" -> raw(body, headers, definition);
            case "urlencoded" -> {
                ArrayNode fields = definition.body().putArray("form");
                body.path("urlencoded").forEach(pair -> field(pair, fields));
            }
            case "formdata" -> {
                ArrayNode parts = definition.body().putArray("multipart");
                for (JsonNode part : body.path("formdata")) {
                    if (part.path("type").asText().equals("file")) {
                        definition.file(
                                parts.addObject(),
                                part.path("key").asText(),
                                part.path("key").asText(),
                                "application/octet-stream");
                    } else {
                        field(part, parts);
                    }
                }
            }
            case "graphql" -> {
                ObjectNode json = definition.body().putObject("json");
                json.put("query", Definitions.literal(body.at("/graphql/query").asText()));
                definition.note("the variables of the GraphQL query are to be added");
            }
            case "" -> {}
            default -> definition.note("a body of the kind " + body.path("mode").asText() + " is to be added");
        }
    }

    private void raw(JsonNode body, JsonNode headers, Definitions definition) {
        String type =
                body.at("/options/raw/language").asText("text").equals("json") ? "application/json" : "text/plain";
        for (JsonNode header : headers) {
            type = header.path("key").asText().equalsIgnoreCase("Content-Type")
                    ? header.path("value").asText()
                    : type;
        }
        definition.templateBody(substituted(body.path("raw").asText()), type);
    }

    private void field(JsonNode pair, ArrayNode fields) {
        if (!pair.path("disabled").asBoolean()) {
            fields.addObject()
                    .put("name", pair.path("key").asText())
                    .put("value", substituted(pair.path("value").asText()));
        }
    }

    /** The text with the variables that are known; the others become pills. */
    private String substituted(String text) {
        Matcher matcher = VARIABLE.matcher(text);
        return matcher.replaceAll(match -> {
            String name = match.group(1).strip();
            String value = variables.get(name);
            String pill = "{{input." + name.replaceAll("[^A-Za-z0-9_-]", "_") + "}}";
            return Matcher.quoteReplacement(value == null ? pill : Definitions.literal(value));
        });
    }
}
