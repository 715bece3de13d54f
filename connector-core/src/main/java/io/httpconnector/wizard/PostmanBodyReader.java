package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the body of a request in a Postman collection. */
final class PostmanBodyReader {

    private static final String FORM_TYPE = "application/x-www-form-urlencoded";

    /** The media types by Postman's language of a raw body. */
    private static final Map<String, String> LANGUAGES = Map.of(
            "json", "application/json",
            "xml", "application/xml",
            "html", "text/html",
            "javascript", "application/javascript",
            "text", "text/plain");

    /** The media types that Postman derives from the extensions of file names. */
    private static final Map<String, String> FILE_TYPES = Map.ofEntries(
            Map.entry("avi", "video/x-msvideo"),
            Map.entry("bmp", "image/bmp"),
            Map.entry("css", "text/css"),
            Map.entry("csv", "text/csv"),
            Map.entry("doc", "application/msword"),
            Map.entry("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            Map.entry("gif", "image/gif"),
            Map.entry("gz", "application/gzip"),
            Map.entry("htm", "text/html"),
            Map.entry("html", "text/html"),
            Map.entry("ico", "image/vnd.microsoft.icon"),
            Map.entry("ics", "text/calendar"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("js", "application/javascript"),
            Map.entry("json", "application/json"),
            Map.entry("log", "text/plain"),
            Map.entry("m4a", "audio/mp4"),
            Map.entry("md", "text/markdown"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("odt", "application/vnd.oasis.opendocument.text"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("png", "image/png"),
            Map.entry("ppt", "application/vnd.ms-powerpoint"),
            Map.entry("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            Map.entry("rtf", "application/rtf"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("tar", "application/x-tar"),
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("txt", "text/plain"),
            Map.entry("wav", "audio/wave"),
            Map.entry("webm", "video/webm"),
            Map.entry("webp", "image/webp"),
            Map.entry("xls", "application/vnd.ms-excel"),
            Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Map.entry("xml", "application/xml"),
            Map.entry("yaml", "text/yaml"),
            Map.entry("yml", "text/yaml"),
            Map.entry("zip", "application/zip"));

    private final JsonNode body;
    private final PostmanScope scope;
    private final RequestDefinitionBuilder definition;

    PostmanBodyReader(JsonNode body, PostmanScope scope, RequestDefinitionBuilder definition) {
        this.body = body;
        this.scope = scope;
        this.definition = definition;
    }

    /** Whether a body is enabled and not empty. */
    boolean hasContent() {
        String mode = body.path("mode").asText("");
        JsonNode content = body.path(mode);
        boolean isEmpty = switch (mode) {
            case "raw" -> content.asText("").isEmpty();
            case "urlencoded", "formdata" ->
                content.isTextual()
                        ? content.asText().isEmpty()
                        : enabled(content).isEmpty();
            case "graphql" -> content.isEmpty() && content.asText("").isEmpty();
            default -> false;
        };
        return !mode.isEmpty() && !isEmpty && !body.path("disabled").asBoolean();
    }

    /**
     * Sets the body.
     *
     * @param declared the media type in the header, or an empty text
     */
    void read(String declared) {
        switch (body.path("mode").asText("")) {
            case "raw" -> {
                String language = body.at("/options/raw/language").asText("text");
                String type = declared.isEmpty() ? LANGUAGES.getOrDefault(language, "text/plain") : declared;
                String text = body.path("raw").asText("");
                if (!text.isEmpty()) {
                    definition.templateBody(scope.substitute(text), type);
                }
            }
            case "urlencoded" -> {
                if (body.path("urlencoded").isTextual()) {
                    definition.templateBody(scope.query(body.path("urlencoded").asText()), FORM_TYPE);
                    return;
                }
                definition.body().putArray("form");
                for (JsonNode pair : enabled(body.path("urlencoded"))) {
                    definition.templateField(
                            scope.substitute(pair.path("key").asText("")),
                            scope.substitute(pair.path("value").asText("")));
                }
                if (!declared.isEmpty() && !declared.equalsIgnoreCase(FORM_TYPE)) {
                    definition.templateHeader("Content-Type", declared);
                }
            }
            case "formdata" -> {
                definition.body().putArray("multipart");
                enabled(body.path("formdata")).forEach(this::part);
                if (!declared.isEmpty() && !declared.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
                    definition.note("the parts are sent as multipart/form-data and not as " + declared);
                }
            }
            case "graphql" -> graphql(body.path("graphql"));
            case "file" -> {
                JsonNode file = body.path("file");
                String path =
                        file.isTextual() ? file.asText() : file.path("src").asText("");
                definition.file(declared.isEmpty() ? typeOf(path) : declared);
            }
            default ->
                definition.note(
                        "bodies of the mode " + body.path("mode").asText() + " are not supported: add the body");
        }
    }

    private static List<JsonNode> enabled(JsonNode pairs) {
        List<JsonNode> enabled = new ArrayList<>();
        pairs.forEach(pair -> Optional.of(pair)
                .filter(one -> !one.path("disabled").asBoolean())
                .ifPresent(enabled::add));
        return enabled;
    }

    private void part(JsonNode part) {
        String name = scope.substitute(part.path("key").asText(""));
        String type = scope.substitute(part.path("contentType").asText(""));
        if (!part.path("type").asText().equals("file")) {
            definition.templatePart(name, scope.substitute(part.path("value").asText("")), type);
            return;
        }
        JsonNode sources = part.path("src");
        List<String> files = new ArrayList<>();
        (sources.isArray() ? sources : JsonNodeFactory.instance.arrayNode().add(sources))
                .forEach(file -> files.add(file.asText("").replaceFirst("^.*[/\\\\]", "")));
        for (String file : files.isEmpty() ? List.of("") : files) {
            definition.file(name, file.isEmpty() ? name : file, type.isEmpty() ? typeOf(file) : type);
        }
    }

    private static String typeOf(String file) {
        String extension = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return FILE_TYPES.getOrDefault(extension, "application/octet-stream");
    }

    private void graphql(JsonNode graphql) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("query", scope.substitute(graphql.path("query").asText("")));
        String operation = graphql.path("operationName").asText("");
        if (!operation.isEmpty()) {
            json.put("operationName", scope.substitute(operation));
        }
        JsonNode given = graphql.path("variables");
        String text = given.isTextual() ? given.asText() : given.isContainerNode() ? given.toString() : "";
        JsonNode variables = text.isBlank() ? null : LiteralTextReader.json(scope.substitute(text));
        if (variables != null) {
            json.set("variables", variables);
        } else if (!text.isBlank()) {
            definition.note("the variables of the GraphQL query are not valid JSON: add them");
        }
        definition.json(json);
    }
}
