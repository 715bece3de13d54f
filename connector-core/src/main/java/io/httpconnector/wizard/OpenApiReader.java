package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.wizard.Catalogue.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads an OpenAPI document 3.0 or 3.1: servers, parameters, security, and for the body the example of the request or a sample
 * that is built from its schema. Parameters of the path become pills of the step {@code input}; only required others are taken
 * over. References to other documents are not followed.
 */
final class OpenApiReader {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final List<String> PREFERRED = List.of(
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
            "text/plain");

    private final JsonNode document;
    private final SchemaSample samples;
    private final String source;
    private final String basePath;

    private OpenApiReader(JsonNode document) {
        this.document = document;
        this.samples = new SchemaSample(document);
        this.source = "OpenAPI \"" + document.at("/info/title").asText() + "\" "
                + document.at("/info/version").asText();
        this.basePath = basePath(document.path("servers"));
    }

    static Catalogue read(JsonNode document) {
        String version = document.path("openapi").asText("");
        if (!version.matches("3\\.[01]\\..*") || !document.path("paths").isObject()) {
            throw new InvalidDefinitionException(
                    "OpenAPI document",
                    List.of(
                            document.has("swagger")
                                    ? "it is of version "
                                            + document.path("swagger").asText() + ": convert it to 3.0 or 3.1"
                                    : "it is none of version 3.0 or 3.1, or has no paths"));
        }
        OpenApiReader first = new OpenApiReader(document);
        List<Entry> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> {
            JsonNode item = first.samples.resolved(path.getValue());
            String url = first.definition(path.getKey(), "GET").path();
            item.properties().forEach(operation -> {
                if (METHODS.contains(operation.getKey())) {
                    all.add(entry(document, path.getKey(), url, item, operation));
                }
            });
        });
        return new Catalogue(List.copyOf(all));
    }

    private static Entry entry(
            JsonNode document, String path, String url, JsonNode item, Map.Entry<String, JsonNode> operation) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        JsonNode described = operation.getValue();
        String summary =
                described.path("summary").asText(described.path("operationId").asText(""));
        String title = summary.isBlank() ? method + " " + path : summary;
        return new Entry(
                method, url, title, () -> new OpenApiReader(document).operation(path, item, method, described, title));
    }

    /** The path of the first server, with the defaults of its variables. */
    private static String basePath(JsonNode servers) {
        JsonNode server = servers.path(0);
        String url = server.path("url").asText("");
        for (Map.Entry<String, JsonNode> variable : server.path("variables").properties()) {
            url = url.replace(
                    "{" + variable.getKey() + "}",
                    variable.getValue().path("default").asText());
        }
        return url.replaceFirst("^[A-Za-z]+://[^/]*", "").replaceFirst("/+$", "");
    }

    private Definitions definition(String path, String method) {
        Definitions definition = new Definitions(method, "/");
        String pills =
                path.replaceAll("\\{([^{}/]+)}", "{{input[\"$1\"]}}").replaceAll("\\[\"([A-Za-z0-9_-]+)\"]", ".$1");
        definition.url(basePath + pills, true);
        return definition;
    }

    private Recommendation operation(String path, JsonNode item, String method, JsonNode operation, String title) {
        Definitions definition = definition(path, method);
        parameters(item, operation).values().forEach(parameter -> parameter(parameter, definition));
        JsonNode body = samples.resolved(operation.path("requestBody"));
        if (body.path("content").isObject() && !body.path("content").isEmpty()) {
            body(body.path("content"), definition);
        }
        security(operation, definition);
        if (operation.path("deprecated").asBoolean()) {
            definition.note("it is deprecated");
        }
        return definition.recommendation(title, source);
    }

    /** Those of the path item, and over them those of the operation. */
    private Map<String, JsonNode> parameters(JsonNode item, JsonNode operation) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode reference : list) {
                JsonNode parameter = samples.resolved(reference);
                parameters.put(
                        parameter.path("in").asText() + " "
                                + parameter.path("name").asText(),
                        parameter);
            }
        }
        return parameters;
    }

    private void parameter(JsonNode parameter, Definitions definition) {
        String name = parameter.path("name").asText();
        if (!parameter.path("required").asBoolean() || name.isEmpty()) {
            return;
        }
        JsonNode sample = sample(parameter);
        JsonNode single = sample.isArray() && !sample.isEmpty() ? sample.get(0) : sample;
        switch (parameter.path("in").asText()) {
            case "query" -> definition.query(name, single.asText());
            case "header" -> definition.header(name, single.asText());
            case "cookie" -> definition.note("it wants a cookie " + name + ": see to it in the connection");
            default -> {}
        }
    }

    /** The example of a parameter or media type, or one that is built from its schema. */
    private JsonNode sample(JsonNode described) {
        if (described.has("example")) {
            return described.get("example");
        }
        for (JsonNode example : described.path("examples")) {
            JsonNode resolved = samples.resolved(example);
            if (resolved.has("value")) {
                return resolved.get("value");
            }
        }
        return samples.of(described.path("schema"));
    }

    private void body(JsonNode content, Definitions definition) {
        List<String> types = new ArrayList<>();
        content.properties().forEach(type -> types.add(type.getKey()));
        String type = PREFERRED.stream()
                .filter(types::contains)
                .findFirst()
                .orElseGet(() -> types.stream()
                        .filter(name -> name.contains("json"))
                        .findFirst()
                        .orElse(types.get(0)));
        JsonNode sample = sample(content.path(type));
        if (type.contains("json")) {
            definition.body(sample.toString(), type);
        } else if (type.equals("application/x-www-form-urlencoded") && sample.isObject()) {
            fields(sample, definition.body().putArray("form"), definition);
        } else if (type.equals("multipart/form-data") && sample.isObject()) {
            JsonNode schema = samples.resolved(content.path(type).path("schema"));
            parts(sample, schema, definition.body().putArray("multipart"), definition);
        } else if (sample.isTextual()
                && !samples.resolved(content.path(type).path("schema"))
                        .path("format")
                        .asText()
                        .equals("binary")) {
            definition.body(sample.asText(), type);
        } else {
            definition.body().put("bytes", "{{file.content}}").put("contentType", Definitions.literal(type));
            definition.note("the body is the pill {{file.content}}");
        }
    }

    private static void fields(JsonNode sample, ArrayNode fields, Definitions definition) {
        sample.properties().forEach(field -> {
            if (Credentials.isCredential(field.getKey())) {
                definition.credential("the form field " + field.getKey());
            } else {
                fields.addObject()
                        .put("name", field.getKey())
                        .put("value", Definitions.literal(text(field.getValue())));
            }
        });
    }

    private void parts(JsonNode sample, JsonNode schema, ArrayNode parts, Definitions definition) {
        sample.properties().forEach(field -> {
            JsonNode type = samples.resolved(schema.path("properties").path(field.getKey()));
            boolean isFile = type.path("format").asText().equals("binary") || type.has("contentMediaType");
            if (isFile) {
                definition.file(
                        parts.addObject(),
                        field.getKey(),
                        field.getKey(),
                        type.path("contentMediaType").asText("application/octet-stream"));
            } else {
                parts.addObject().put("name", field.getKey()).put("value", Definitions.literal(text(field.getValue())));
            }
        });
    }

    private static String text(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.asText();
    }

    private void security(JsonNode operation, Definitions definition) {
        JsonNode wanted = operation.has("security") ? operation.path("security") : document.path("security");
        List<String> schemes = new ArrayList<>();
        wanted.forEach(alternative -> alternative.properties().forEach(scheme -> {
            JsonNode known =
                    samples.resolved(document.at("/components/securitySchemes").path(scheme.getKey()));
            schemes.add(scheme.getKey() + " (" + known.path("type").asText("unknown")
                    + (known.has("scheme") ? " " + known.path("scheme").asText() : "") + ")");
        }));
        if (!schemes.isEmpty()) {
            definition.note("it authenticates by " + String.join(" or ", schemes) + ": see to it in the connection");
        }
    }
}
