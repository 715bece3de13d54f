package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Reads the request bodies of an OpenAPI document: the example of a body, or a sample of its schema. */
final class OpenApiBodyReader {

    private final SchemaReferences references;
    private final SchemaSampleGenerator samples;
    private final boolean stylesParts;
    private final StyledValueWriter values;

    /**
     * @param stylesParts whether {@code style} and {@code explode} apply to multipart bodies, as in OpenAPI 3.1
     */
    OpenApiBodyReader(SchemaReferences references, SchemaSampleGenerator samples, boolean stylesParts) {
        this.references = references;
        this.samples = samples;
        this.stylesParts = stylesParts;
        this.values = new StyledValueWriter(references, samples);
    }

    StyledValueWriter values() {
        return values;
    }

    /** Returns the example of a parameter or media type, or one generated from its schema. */
    JsonNode sample(JsonNode described) {
        return references.markPasswords(schema(described), example(described));
    }

    private static JsonNode schema(JsonNode described) {
        JsonNode schema = described.path("schema");
        for (JsonNode media : described.path("content")) {
            schema = schema.isMissingNode() ? media.path("schema") : schema;
        }
        return schema;
    }

    private JsonNode example(JsonNode described) {
        if (described.has("example")) {
            return described.get("example");
        }
        for (JsonNode example : described.path("examples")) {
            JsonNode resolved = references.resolve(example);
            if (resolved.has("value")) {
                return resolved.get("value");
            }
        }
        for (JsonNode media : described.path("content")) {
            return example(media);
        }
        return samples.of(described.path("schema"));
    }

    /** Adds the body of a content object to a definition. */
    void read(JsonNode content, RequestDefinitionBuilder definition) {
        List<String> types = new ArrayList<>();
        content.properties().forEach(type -> types.add(type.getKey()));
        String declared = preferred(types);
        JsonNode media = references.resolve(content.path(declared));
        JsonNode example = example(media);
        if (!samples.isValid(media.path("schema"), example)) {
            definition.note(
                    hasExample(media)
                            ? "the example of the body does not fulfil its schema: check it"
                            : "the body that was generated may not fulfil its schema: check it");
        }
        JsonNode sample = references.markPasswords(media.path("schema"), example);
        String type = concrete(declared, sample);
        if (type.contains("json")) {
            definition.body(sample.toString(), type);
        } else if (type.startsWith("application/x-www-form-urlencoded") && sample.isObject()) {
            definition.body().putArray("form");
            noteIfEmpty(sample, definition);
            fields(sample, media, definition);
        } else if (type.startsWith("multipart/form-data") && sample.isObject()) {
            definition.body().putArray("multipart");
            noteIfEmpty(sample, definition);
            sample.properties().forEach(field -> parts(field.getKey(), field.getValue(), media, definition));
        } else if (sample.isTextual()
                && !references
                        .resolve(media.path("schema"))
                        .path("format")
                        .asText()
                        .equals("binary")) {
            definition.body(sample.asText(), type);
        } else {
            definition.file(type);
        }
    }

    private static String preferred(List<String> types) {
        List<Predicate<String>> preferences = List.of(
                "application/json"::equals,
                name -> name.contains("json"),
                name -> name.startsWith("application/x-www-form-urlencoded"),
                name -> name.startsWith("multipart/form-data"),
                "application/xml"::equals,
                "text/plain"::equals);
        return preferences.stream()
                .flatMap(preference -> types.stream().filter(preference))
                .findFirst()
                .orElse(types.get(0));
    }

    /** Returns a media type for a range such as {@code *}{@code /*}. */
    private static String concrete(String type, JsonNode sample) {
        if (!type.contains("*")) {
            return type;
        }
        if (type.startsWith("text/") || (sample.isTextual() && type.startsWith("*"))) {
            return "text/plain";
        }
        boolean isApplication = type.startsWith("*") || type.startsWith("application/");
        return isApplication && !sample.isTextual() ? "application/json" : "application/octet-stream";
    }

    private boolean hasExample(JsonNode media) {
        return media.has("example") || !media.path("examples").isEmpty();
    }

    private static void noteIfEmpty(JsonNode sample, RequestDefinitionBuilder definition) {
        if (sample.isEmpty()) {
            definition.note("its form has no fields with known names: add them");
        }
    }

    /** By default, arrays become repeated fields and objects become JSON; the encoding can override this. */
    private void fields(JsonNode sample, JsonNode media, RequestDefinitionBuilder definition) {
        sample.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode encoding = media.path("encoding").path(name);
            JsonNode value = field.getValue();
            boolean isStyled = encoding.has("style") || encoding.has("explode");
            boolean isWhole = encoding.path("contentType").asText("").contains("json") || value.isObject();
            if (!isStyled && isWhole) {
                definition.field(name, ParameterSerializer.text(value));
            } else if (!isStyled && !value.isEmpty()) {
                value.forEach(element -> definition.field(name, ParameterSerializer.text(element)));
            } else {
                values.write(
                        "the field " + name,
                        ParameterSerializer.of(encoding),
                        references.property(media.path("schema"), name),
                        name,
                        value,
                        isRequired(media, name),
                        definition,
                        definition::field);
            }
        });
    }

    private boolean isRequired(JsonNode media, String name) {
        for (JsonNode required : FlatSchema.of(references, media.path("schema")).get("required")) {
            if (required.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private void parts(String name, JsonNode value, JsonNode media, RequestDefinitionBuilder definition) {
        JsonNode schema = references.property(media.path("schema"), name);
        JsonNode encoding = media.path("encoding").path(name);
        for (Map.Entry<String, JsonNode> header : encoding.path("headers").properties()) {
            if (!header.getKey().equalsIgnoreCase("Content-Type")) {
                definition.note("the header " + header.getKey() + " of the part " + name
                        + " is not imported: parts have no header fields of their own");
            }
        }
        if (stylesParts && (encoding.has("style") || encoding.has("explode")) && !isFile(schema)) {
            values.write(
                    "the part " + name,
                    ParameterSerializer.of(encoding),
                    schema,
                    name,
                    value,
                    isRequired(media, name),
                    definition,
                    (key, text) -> part(key, TextNode.valueOf(text), "", definition));
            return;
        }
        String declared = encoding.path("contentType").asText("");
        String type = declared.replaceFirst(",.*$", "").strip().replace("*/*", "");
        if (isFile(schema)) {
            file(name, schema, type, definition);
        } else if (isFile(references.resolve(schema.path("items")))) {
            file(name, references.resolve(schema.path("items")), type, definition);
        } else if (value.isArray() && value.isEmpty() && !type.contains("json")) {
            values.write(
                    "the part " + name,
                    ParameterSerializer.of(encoding),
                    schema,
                    name,
                    value,
                    isRequired(media, name),
                    definition,
                    (key, text) -> part(key, TextNode.valueOf(text), type, definition));
        } else if (value.isArray() && !type.contains("json")) {
            value.forEach(element -> part(name, element, type, definition));
        } else {
            part(name, value, type, definition);
        }
    }

    private static void part(String name, JsonNode value, String type, RequestDefinitionBuilder definition) {
        String defaultType = value.isContainerNode() ? "application/json" : "";
        definition.templatePart(
                name,
                RequestDefinitionBuilder.escapeBraces(ParameterSerializer.text(value)),
                type.isEmpty() ? defaultType : type);
    }

    private static void file(String name, JsonNode schema, String type, RequestDefinitionBuilder definition) {
        String defaultType = schema.path("contentMediaType").asText("application/octet-stream");
        definition.file(name, name, type.isEmpty() || type.contains("*") ? defaultType : type);
    }

    private static boolean isFile(JsonNode schema) {
        return schema.path("format").asText().equals("binary") || schema.has("contentMediaType");
    }
}
