package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.YamlOrJson;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A format from which requests are imported. {@link #ALL} is the only list of them: recognition, messages and tests derive
 * from it. The readers create requests with a {@link RequestDefinitionBuilder}, which replaces credentials and collects the
 * notes.
 *
 * @param name the name in messages and in the documentation
 * @param recognition whether a text is in this format; given the text, and its JSON or a missing node
 * @param reader reads the text, or throws {@link InvalidDefinitionException}
 */
record ImportFormat(
        String name, BiPredicate<String, JsonNode> recognition, Function<String, RecommendationSource> reader) {

    private static final Pattern OPEN_API_IN_YAML = Pattern.compile("(?m)^[\"']?(?:openapi|swagger)[\"']?[ \\t]*:");

    static final ImportFormat CURL = new ImportFormat(
            "curl command",
            (text, json) -> ShellCommand.startsWithCommand(text),
            text -> listed(CurlReader.read(text, new CurlFiles(null))));

    static final ImportFormat HAR = new ImportFormat(
            "HTTP Archive",
            (text, json) -> json.at("/log/entries").isArray(),
            text -> HarReader.read(JsonSupport.parse(text)));

    static final ImportFormat OPEN_API = new ImportFormat(
            "OpenAPI document",
            (text, json) -> json.isMissingNode()
                    ? OPEN_API_IN_YAML.matcher(text).find()
                    : json.has("openapi") || json.has("swagger"),
            text -> OpenApiReader.read(YamlOrJson.read(text), List.of()));

    static final ImportFormat POSTMAN = new ImportFormat(
            "Postman collection",
            (text, json) -> json.path("info").has("schema") && json.has("item"),
            text -> PostmanReader.read(JsonSupport.parse(text)));

    /** All formats. A text is read by the first one that recognizes it. */
    static final List<ImportFormat> ALL = List.of(CURL, HAR, OPEN_API, POSTMAN);

    static RecommendationSource listed(List<Recommendation> all) {
        return () -> all;
    }

    /** Returns the format of a text. Throws {@link InvalidDefinitionException} if no format recognizes it. */
    static ImportFormat of(String text) {
        String document = withoutByteOrderMark(text);
        JsonNode json =
                document.stripLeading().startsWith("{") ? JsonSupport.parse(document) : MissingNode.getInstance();
        return ALL.stream()
                .filter(format -> format.recognition.test(document, json))
                .findFirst()
                .orElseThrow(() -> new InvalidDefinitionException(
                        "import",
                        List.of("the format of the text is not recognized; supported formats: "
                                + ALL.stream().map(ImportFormat::name).collect(Collectors.joining(", ")))));
    }

    RecommendationSource read(String text) {
        return reader.apply(withoutByteOrderMark(text));
    }

    static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
