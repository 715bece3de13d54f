package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads an HTTP Archive 1.2, as exported by browser developer tools. Resources of pages are skipped. */
final class HarReader {

    /** Resource types that are loaded by pages and are not API calls. */
    private static final Set<String> PAGE_RESOURCES =
            Set.of("document", "stylesheet", "script", "image", "font", "media", "manifest", "texttrack", "websocket");

    private HarReader() {}

    static List<Recommendation> read(JsonNode har) {
        JsonNode log = har.path("log");
        if (!log.path("entries").isArray()) {
            throw new InvalidDefinitionException("HTTP Archive", List.of("log.entries is missing"));
        }
        List<Recommendation> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        String source = "HTTP Archive of " + log.at("/creator/name").asText("unknown");
        int index = -1;
        for (JsonNode entry : log.path("entries")) {
            index++;
            JsonNode request = entry.path("request");
            String type = entry.path("_resourceType").asText("").toLowerCase(Locale.ROOT);
            String url = request.path("url").asText("");
            boolean isApi = !PAGE_RESOURCES.contains(type)
                    && url.matches("(?i)https?://.*")
                    && !request.path("method").asText("").isEmpty();
            if (isApi) {
                Recommendation one = read(request, url, source, index);
                // Skips identical requests, but keeps those with different bodies.
                if (seen.add(one.definition().toString())) {
                    all.add(one);
                }
            }
        }
        return List.copyOf(all);
    }

    private static Recommendation read(JsonNode request, String url, String source, int index) {
        String method = request.path("method").asText();
        RequestDefinitionBuilder definition = definition(method, url, index);
        JsonNode body = request.path("postData");
        String type = body.path("mimeType").asText("");
        for (JsonNode header : request.path("headers")) {
            boolean ofBody = header.path("name").asText().equalsIgnoreCase("Content-Type") && !body.isMissingNode();
            String name = header.path("name").asText();
            if (!ofBody && !isBrowserHeader(name) && !RequestDefinitionBuilder.isManaged(name)) {
                definition.header(name, header.path("value").asText());
            }
        }
        if (type.startsWith("multipart/form-data") && body.path("params").isArray()) {
            parts(body.path("params"), definition);
        } else if (!body.path("text").asText("").isEmpty()) {
            definition.body(body.path("text").asText(), type.isEmpty() ? "text/plain" : type);
        } else if (!body.path("params").isEmpty()) {
            body.path("params")
                    .forEach(pair -> definition.field(
                            pair.path("name").asText(), pair.path("value").asText()));
        }
        return definition.recommendation(definition.title(), source);
    }

    private static RequestDefinitionBuilder definition(String method, String url, int index) {
        try {
            return new RequestDefinitionBuilder(method, url);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "HTTP Archive",
                    e.problems().stream()
                            .map(problem -> "/log/entries/" + index + "/request/method: " + problem)
                            .toList());
        }
    }

    private static void parts(JsonNode params, RequestDefinitionBuilder definition) {
        for (JsonNode param : params) {
            String name = param.path("name").asText();
            if (param.has("fileName")) {
                definition.file(
                        name,
                        param.path("fileName").asText(),
                        param.path("contentType").asText("application/octet-stream"));
            } else {
                definition.templatePart(
                        name,
                        RequestDefinitionBuilder.escapeBraces(
                                param.path("value").asText()),
                        param.path("contentType").asText(null));
            }
        }
    }

    /** Whether a header describes the browser or the page. */
    private static boolean isBrowserHeader(String name) {
        return name.toLowerCase(Locale.ROOT)
                .matches(
                        "sec-.*|user-agent|referer|origin|accept-language|cache-control|pragma|dnt|priority|upgrade-insecure-requests|if-none-match|if-modified-since");
    }
}
