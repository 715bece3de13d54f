package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Writes the values of parameters and form fields of an OpenAPI document in their style, and notes what the style does not define. A
 * required value that would be empty, and so not written, is replaced by a sample.
 */
final class StyledValueWriter {

    private static final Set<String> QUERY_STYLES =
            Set.of("form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject");
    private static final Set<String> HEADER_STYLES =
            Set.of("simple", "spaceDelimited", "pipeDelimited", "tabDelimited");

    private final SchemaReferences references;
    private final SchemaSampleGenerator samples;

    StyledValueWriter(SchemaReferences references, SchemaSampleGenerator samples) {
        this.references = references;
        this.samples = samples;
    }

    /** Writes a required query parameter. */
    void query(JsonNode parameter, JsonNode sample, RequestDefinitionBuilder definition) {
        String name = parameter.path("name").asText();
        write("the query parameter " + name, parameter, QUERY_STYLES, name, sample, definition, definition::query);
    }

    /** Writes a required header field. */
    void header(JsonNode parameter, JsonNode sample, RequestDefinitionBuilder definition) {
        String name = parameter.path("name").asText();
        write("the header " + name, parameter, HEADER_STYLES, name, sample, definition, definition::header);
    }

    private void write(
            String title,
            JsonNode parameter,
            Set<String> styles,
            String name,
            JsonNode sample,
            RequestDefinitionBuilder definition,
            BiConsumer<String, String> pairs) {
        if (!parameter.path("content").isEmpty()) {
            pairs.accept(name, content(title, parameter.path("content"), sample, definition));
            return;
        }
        boolean isHeader = styles == HEADER_STYLES;
        ParameterSerializer declared =
                isHeader ? ParameterSerializer.simple(parameter) : ParameterSerializer.of(parameter);
        ParameterSerializer used = declared;
        if (!styles.contains(declared.style())) {
            String style = isHeader ? "simple" : "form";
            definition.note(title + " has the style " + declared.style()
                    + ", which is not defined there: it is written in the style " + style + ", check it");
            used = new ParameterSerializer(style, declared.isExploded(), declared.items());
        }
        write(title, used, parameter.path("schema"), name, sample, true, definition, pairs);
    }

    /** Returns the text of a parameter that is described by a media type. */
    private String content(String title, JsonNode content, JsonNode sample, RequestDefinitionBuilder definition) {
        String type = content.fieldNames().next();
        boolean isJson = type.contains("json");
        if (!isJson && sample.isContainerNode()) {
            definition.note(title + " has the media type " + type + ": its sample is JSON, write it by hand");
        }
        JsonNode schema = references.resolve(content.path(type).path("schema"));
        boolean isString = isJson
                && sample.isTextual()
                && !sample.textValue().startsWith("\"")
                && schema.path("type").asText().equals("string");
        return isString ? sample.toString() : ParameterSerializer.text(sample);
    }

    /**
     * Writes a value.
     *
     * @param title the parameter or field, at the start of a note
     * @param isRequired whether a value that is empty is replaced, and not left out
     */
    void write(
            String title,
            ParameterSerializer serializer,
            JsonNode schema,
            String name,
            JsonNode value,
            boolean isRequired,
            RequestDefinitionBuilder definition,
            BiConsumer<String, String> pairs) {
        JsonNode written = value;
        if (isEmpty(value)) {
            String kind = value.isArray() ? "list" : "object";
            written = isRequired ? notEmpty(schema, value) : value;
            if (isEmpty(written)) {
                definition.note(title + " is left out: it is an empty " + kind
                        + (isRequired ? ", although it is required: add it" : ""));
                return;
            }
            definition.note(title + " has a sample value, as it is required and an empty " + kind
                    + " can't be written: replace it");
        }
        serializer.write(name, written, pairs, problem -> definition.note(title + " " + problem));
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }

    /** Returns a sample that is not empty, or the value if the schema permits none. */
    private JsonNode notEmpty(JsonNode schema, JsonNode value) {
        ObjectNode wanted = JsonNodeFactory.instance.objectNode();
        wanted.put("type", value.isArray() ? "array" : "object");
        wanted.put(value.isArray() ? "minItems" : "minProperties", 1);
        wanted.putArray("allOf").add(schema.isMissingNode() ? BooleanNode.TRUE : schema);
        JsonNode sample = samples.of(wanted);
        return samples.isValid(wanted, sample) ? references.markPasswords(schema, sample) : value;
    }
}
