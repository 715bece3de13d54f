package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Converts a Swagger 2.0 document to the structure of OpenAPI 3.0: host, base path and schemes become servers, body and form
 * parameters become request bodies, and security definitions become security schemes. Definitions stay where they are, so
 * that references to them remain valid.
 */
final class SwaggerConverter {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    /** The keywords of a parameter that are not part of its schema. */
    private static final Set<String> PARAMETER_KEYWORDS = Set.of(
            "name", "in", "required", "description", "schema", "allowEmptyValue", "collectionFormat", "x-example");

    private final JsonNode document;
    private final SchemaReferences references;

    private SwaggerConverter(JsonNode document) {
        this.document = document;
        this.references = new SchemaReferences(document);
    }

    static JsonNode convert(JsonNode document) {
        return new SwaggerConverter(document).convert();
    }

    private JsonNode convert() {
        ObjectNode converted = JsonNodeFactory.instance.objectNode();
        document.properties().forEach(member -> converted.set(member.getKey(), member.getValue()));
        String server = server(document.path("schemes"));
        if (!server.isEmpty()) {
            converted.putArray("servers").addObject().put("url", server);
        }
        ObjectNode schemes = converted.putObject("components").putObject("securitySchemes");
        document.path("securityDefinitions")
                .properties()
                .forEach(scheme -> schemes.set(scheme.getKey(), securityScheme(scheme.getValue())));
        ObjectNode paths = converted.putObject("paths");
        document.path("paths").properties().forEach(path -> paths.set(path.getKey(), pathItem(path.getValue())));
        return converted;
    }

    private String server(JsonNode schemes) {
        String host = document.path("host").asText("");
        String base = document.path("basePath").asText("");
        String scheme = schemes.path(0).asText("https");
        for (JsonNode other : schemes) {
            // Credentials are not sent in plain text if the service permits it.
            scheme = other.asText().equals("https") ? "https" : scheme;
        }
        return host.isEmpty()
                ? base
                : scheme + "://" + host + (base.isEmpty() || base.startsWith("/") ? "" : "/") + base;
    }

    private static JsonNode securityScheme(JsonNode scheme) {
        if (!scheme.path("type").asText().equals("basic") || !(scheme instanceof ObjectNode object)) {
            return scheme;
        }
        return object.deepCopy().put("type", "http").put("scheme", "basic");
    }

    private JsonNode pathItem(JsonNode reference) {
        JsonNode item = references.resolve(reference);
        if (!item.isObject()) {
            return reference;
        }
        ObjectNode converted = JsonNodeFactory.instance.objectNode();
        item.properties().forEach(member -> {
            if (OpenApiReader.METHODS.contains(member.getKey())) {
                converted.set(member.getKey(), operation(item, member.getValue()));
            } else if (!member.getKey().equals("parameters")) {
                converted.set(member.getKey(), member.getValue());
            }
        });
        return converted;
    }

    private ObjectNode operation(JsonNode item, JsonNode operation) {
        ObjectNode converted = JsonNodeFactory.instance.objectNode();
        operation.properties().forEach(member -> converted.set(member.getKey(), member.getValue()));
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode reference : references.resolve(list)) {
                JsonNode parameter = references.resolve(reference);
                String in = parameter.path("in").asText();
                // Unresolved references stay, so that they are noted.
                parameters.put(
                        in.isEmpty()
                                ? SchemaReferences.of(reference)
                                : in + " "
                                        + (in.equals("body")
                                                ? ""
                                                : parameter.path("name").asText()),
                        in.isEmpty() ? reference : parameter);
            }
        }
        ArrayNode others = converted.putArray("parameters");
        List<JsonNode> fields = new ArrayList<>();
        for (JsonNode parameter : parameters.values()) {
            switch (parameter.path("in").asText()) {
                case "body" -> converted.set("requestBody", body(parameter, consumes(operation)));
                case "formData" -> fields.add(parameter);
                default -> others.add(SchemaReferences.of(parameter).isEmpty() ? parameter(parameter) : parameter);
            }
        }
        if (!fields.isEmpty()) {
            converted.set("requestBody", form(fields, consumes(operation)));
        }
        if (!operation.path("schemes").isEmpty() && !operation.get("schemes").equals(document.path("schemes"))) {
            converted.putArray("servers").addObject().put("url", server(operation.get("schemes")));
        }
        return converted;
    }

    private List<String> consumes(JsonNode operation) {
        JsonNode declared = operation.has("consumes") ? operation.get("consumes") : document.path("consumes");
        List<String> types = new ArrayList<>();
        declared.forEach(type -> types.add(type.asText()));
        return types;
    }

    private static ObjectNode body(JsonNode parameter, List<String> consumes) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("required", parameter.path("required").asBoolean());
        ObjectNode content = body.putObject("content");
        for (String type : consumes.isEmpty() ? List.of("application/json") : consumes) {
            ObjectNode media = content.putObject(type);
            media.set("schema", parameter.path("schema"));
            for (String keyword : List.of("x-example", "x-examples")) {
                if (parameter.has(keyword)) {
                    JsonNode examples = parameter.get(keyword);
                    media.set("example", examples.has(type) ? examples.get(type) : examples);
                }
            }
        }
        return body;
    }

    private static ObjectNode form(List<JsonNode> fields, List<String> consumes) {
        boolean hasFile =
                fields.stream().anyMatch(field -> field.path("type").asText().equals("file"));
        boolean isMultipart = hasFile || (consumes.contains(MULTIPART) && !consumes.contains(FORM));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode media = body.putObject("content").putObject(isMultipart ? MULTIPART : FORM);
        ObjectNode schema = media.putObject("schema").put("type", "object");
        ArrayNode required = schema.putArray("required");
        for (JsonNode field : fields) {
            String name = field.path("name").asText();
            schema.withObject("/properties").set(name, schema(field));
            if (field.path("required").asBoolean()) {
                required.add(name);
            }
            if (field.path("type").asText().equals("array")) {
                ObjectNode encoding = JsonNodeFactory.instance.objectNode();
                media.withObject("/encoding").set(name, style(encoding, field));
            }
        }
        return body;
    }

    private static ObjectNode parameter(JsonNode parameter) {
        ObjectNode converted = JsonNodeFactory.instance.objectNode();
        PARAMETER_KEYWORDS.stream()
                .filter(parameter::has)
                .forEach(keyword -> converted.set(keyword, parameter.get(keyword)));
        if (parameter.has("x-example")) {
            converted.set("example", parameter.get("x-example"));
        }
        converted.set("schema", schema(parameter));
        return parameter.path("type").asText().equals("array") ? style(converted, parameter) : converted;
    }

    private static JsonNode schema(JsonNode parameter) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        parameter.properties().forEach(member -> {
            if (!PARAMETER_KEYWORDS.contains(member.getKey())) {
                schema.set(member.getKey(), member.getValue());
            }
        });
        return parameter.path("type").asText().equals("file")
                ? schema.put("type", "string").put("format", "binary")
                : schema;
    }

    /** Adds style and explode for the collection format, by default {@code csv}. */
    private static ObjectNode style(ObjectNode described, JsonNode parameter) {
        String format = parameter.path("collectionFormat").asText("csv");
        boolean isQuery = !parameter.path("in").asText().matches("path|header");
        String style = switch (format) {
            case "ssv" -> "spaceDelimited";
            case "tsv" -> "tabDelimited";
            case "pipes" -> "pipeDelimited";
            default -> isQuery ? "form" : "simple";
        };
        if (parameter.path("items").path("type").asText().equals("array")) {
            described.set(ParameterSerializer.INNER_LISTS, parameter.get("items"));
        }
        return described.put("style", style).put("explode", format.equals("multi"));
    }
}
