package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the required parameters of an OpenAPI operation. One with an example, default or constant has its value; one with several
 * permitted values has the first one, with a note; any other is a pill of the step {@code input}.
 */
final class OpenApiParameterReader {

    private static final int MAX_DEPTH = 20;

    private final SchemaReferences references;
    private final OpenApiBodyReader bodies;
    private final Set<String> keys;
    private final boolean hasBody;
    private final RequestDefinitionBuilder definition;
    private final Set<String> inPath = new HashSet<>();

    /**
     * @param keys the keys of security schemes: in, and name in lower case
     * @param parameters all parameters of the operation
     */
    OpenApiParameterReader(
            SchemaReferences references,
            OpenApiBodyReader bodies,
            Set<String> keys,
            Collection<JsonNode> parameters,
            boolean hasBody,
            RequestDefinitionBuilder definition) {
        this.references = references;
        this.bodies = bodies;
        this.keys = keys;
        this.hasBody = hasBody;
        this.definition = definition;
        parameters.stream()
                .filter(parameter -> parameter.path("in").asText().equals("path"))
                .forEach(parameter -> inPath.add(parameter.path("name").asText()));
    }

    void read(JsonNode parameter) {
        String name = parameter.path("name").asText();
        if (name.isEmpty() || (name.equalsIgnoreCase("Content-Type") && hasBody)) {
            // The body determines its media type.
            return;
        }
        String in = parameter.path("in").asText();
        boolean isKey = keys.contains(in + " " + name.toLowerCase(Locale.ROOT));
        switch (in) {
            case "query" -> {
                if (isKey) {
                    definition.noteCredential("the query parameter " + name);
                } else {
                    query(name, parameter);
                }
            }
            case "header" -> {
                if (isKey) {
                    definition.noteCredential("the header " + name);
                } else {
                    header(name, parameter);
                }
            }
            case "cookie" -> definition.note("it requires the cookie " + name + ": configure it in the connection");
            case "path" -> path(parameter, name, bodies.sample(parameter));
            default -> {}
        }
    }

    /** Notes what the pill of a path parameter does not write. */
    private void path(JsonNode parameter, String name, JsonNode sample) {
        ParameterSerializer serializer = ParameterSerializer.simple(parameter);
        String style = serializer.style();
        if (!style.equals("simple")) {
            boolean isDefined = style.equals("label") || style.equals("matrix");
            definition.note("its path parameter " + name + " has the unsupported style " + style + ": write it by hand"
                    + (isDefined ? ", such as " + serializer.path(name, numbered(sample)) : ""));
        } else if (sample.isContainerNode()) {
            definition.note("its path parameter " + name + " is " + (sample.isArray() ? "a list" : "an object")
                    + ": supply it as text, such as " + serializer.path(name, numbered(sample)));
        }
    }

    /** Returns a value of the same structure, without the values of the document. */
    private static JsonNode numbered(JsonNode sample) {
        if (sample.isArray()) {
            return JsonNodeFactory.instance.arrayNode().add("1").add("2");
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        sample.fieldNames().forEachRemaining(name -> object.put(name, String.valueOf(object.size() + 1)));
        return sample.isObject() ? object : TextNode.valueOf("1");
    }

    private void query(String name, JsonNode parameter) {
        JsonNode sample = bodies.sample(parameter);
        if (isOpen(name, parameter, sample, "the query parameter ")) {
            String pill = pill(name, "query");
            definition.listQuery(name, pill, sample.isArray() ? listStyle(parameter) : "");
            noteList(pill, sample);
        } else {
            bodies.values().query(parameter, sample, definition);
        }
    }

    private void header(String name, JsonNode parameter) {
        JsonNode sample = bodies.sample(parameter);
        if (isOpen(name, parameter, sample, "the header ")) {
            String pill = pill(name, "header");
            noteList(pill, sample);
            definition.templateHeader(name, sample.isArray() ? pill.replace("}}", " | join(',')}}") : pill);
        } else {
            bodies.values().header(parameter, sample, definition);
        }
    }

    private void noteList(String pill, JsonNode sample) {
        if (sample.isArray()) {
            definition.note("the pill " + pill + " is a list");
        }
    }

    /** Whether the value differs from job to job, as far as the description says. Notes a value that is only one of several. */
    private boolean isOpen(String name, JsonNode parameter, JsonNode sample, String what) {
        if (CredentialDetector.isCredentialParameter(name, ParameterSerializer.text(sample))) {
            return false;
        }
        String known = known(parameter, 0);
        if (known.equals("enum")) {
            definition.note(what + name + " is " + ParameterSerializer.text(sample)
                    + ", one of the values that it may have: check it");
        }
        if (!known.isEmpty()) {
            return false;
        }
        if (sample.isContainerNode() && sample.isEmpty()) {
            // An empty value can't be written: it gets a sample, with a note.
            return false;
        }
        if (sample.isObject()) {
            definition.note(what + name + " has generated values: check them");
        }
        return !sample.isObject();
    }

    /** Returns the keyword that supplies the value of a parameter or schema; empty if it is generated. */
    private String known(JsonNode reference, int depth) {
        JsonNode described = references.resolve(reference);
        for (String keyword : List.of("example", "examples", "const", "default")) {
            if (described.has(keyword)
                    && !(described.get(keyword).isContainerNode()
                            && described.get(keyword).isEmpty())) {
                return keyword;
            }
        }
        if (described.path("enum").size() > 0) {
            return described.path("enum").size() == 1 ? "const" : "enum";
        }
        if (depth == MAX_DEPTH) {
            return "";
        }
        String known = "";
        for (JsonNode media : described.path("content")) {
            known = known.isEmpty() ? known(media, depth + 1) : known;
        }
        for (String keyword : List.of("schema", "items")) {
            known = known.isEmpty() && described.has(keyword) ? known(described.get(keyword), depth + 1) : known;
        }
        for (String keyword : List.of("allOf", "oneOf", "anyOf")) {
            JsonNode first = described.path(keyword);
            for (JsonNode one : keyword.equals("allOf") || first.isEmpty() ? first : List.of(first.get(0))) {
                known = known.isEmpty() ? known(one, depth + 1) : known;
            }
        }
        return known;
    }

    /** Returns a pill that no parameter of the path has. */
    private String pill(String name, String in) {
        String unused = inPath.contains(name) ? in + "_" + name : name;
        return OpenApiReader.pills("{" + unused.replaceAll("[{}/]", "_") + "}");
    }

    private static String listStyle(JsonNode parameter) {
        ParameterSerializer serializer = ParameterSerializer.of(parameter);
        if (serializer.isExploded()) {
            return serializer.style().equals("deepObject") ? "brackets" : "repeat";
        }
        return switch (serializer.style()) {
            case "spaceDelimited" -> "space";
            case "pipeDelimited" -> "pipe";
            case "deepObject" -> "brackets";
            default -> "comma";
        };
    }
}
