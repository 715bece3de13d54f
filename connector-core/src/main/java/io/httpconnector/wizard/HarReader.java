package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads an HTTP Archive 1.2, as exported by browser developer tools. Resources of pages are skipped. */
final class HarReader {

    /** Resource types that are loaded by pages and are not API calls. */
    private static final Set<String> PAGE_RESOURCES =
            Set.of("document", "stylesheet", "script", "image", "font", "media", "manifest", "texttrack", "websocket");

    private static final Pattern USER = Pattern.compile("^[^/?#]*//[^/?#]*@");

    private static final Pattern NOT_TEXT = Pattern.compile("[\\x00-\\x08\\x0E-\\x1F\\x7F-\\x9F\uFFFD]");

    private HarReader() {}

    static LazyRecommendationSource read(JsonNode har) {
        JsonNode log = har.path("log");
        if (!log.path("entries").isArray()) {
            throw new InvalidDefinitionException("HTTP Archive", List.of("log.entries is missing"));
        }
        List<Recommendation> all = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int skipped = 0;
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
            if (!isApi) {
                skipped++;
                continue;
            }
            try {
                Recommendation one = read(request, url, source);
                // Skips identical requests, but keeps those with different bodies.
                if (seen.add(one.definition().toString())) {
                    all.add(one);
                }
            } catch (InvalidDefinitionException e) {
                String pointer = "/log/entries/" + index + "/request/method: ";
                e.problems().forEach(problem -> problems.add(pointer + problem));
            }
        }
        if (skipped > 0) {
            notes.add(skipped + " entries are not imported: they are resources of pages, or not HTTP requests");
        }
        return LazyRecommendationSource.of("HTTP Archive", all, notes, problems);
    }

    private static Recommendation read(JsonNode request, String url, String source) {
        RequestDefinitionBuilder definition =
                new RequestDefinitionBuilder(request.path("method").asText(), url);
        if (USER.matcher(url).find()) {
            definition.noteCredential("the user in the URL");
        }
        Set<String> ofBrowser = new LinkedHashSet<>();
        JsonNode body = request.path("postData");
        String type = body.path("mimeType").asText("");
        for (JsonNode header : request.path("headers")) {
            boolean isType = type.isEmpty() && header.path("name").asText().equalsIgnoreCase("Content-Type");
            type = isType ? header.path("value").asText() : type;
        }
        int types = 0;
        for (JsonNode header : request.path("headers")) {
            boolean ofBody = header.path("name").asText().equalsIgnoreCase("Content-Type") && !body.isMissingNode();
            String name = header.path("name").asText();
            types += ofBody ? 1 : 0;
            if (!ofBody && isBrowserHeader(name)) {
                ofBrowser.add(name);
            } else if (!ofBody && !RequestDefinitionBuilder.isManaged(name)) {
                definition.header(name, header.path("value").asText());
            }
        }
        if (types > 1) {
            definition.note("the archive has several Content-Type headers, the request only one");
        } else if (types == 1) {
            noteOtherType(request.path("headers"), type, definition);
        }
        if (!ofBrowser.isEmpty()) {
            definition.note("headers of the browser are left out: " + String.join(", ", ofBrowser));
        }
        if (url.indexOf('?') < 0) {
            request.path("queryString")
                    .forEach(pair -> definition.query(
                            pair.path("name").asText(), pair.path("value").asText()));
        } else {
            String query = url.substring(url.indexOf('?') + 1).replaceFirst("(?s)#.*$", "");
            HarPairs.noteDifference(
                    "query parameters that differ from the URL",
                    HarPairs.of(query),
                    request.path("queryString"),
                    definition);
        }
        cookies(request, definition);
        body(request, type, definition);
        return definition.recommendation(definition.title(), source);
    }

    /** Notes a Content-Type header with another media type than that of the body, which is used. */
    private static void noteOtherType(JsonNode headers, String type, RequestDefinitionBuilder definition) {
        for (JsonNode header : headers) {
            String value = header.path("value").asText("");
            if (header.path("name").asText().equalsIgnoreCase("Content-Type")
                    && !mediaType(value).equals(mediaType(type))) {
                definition.note("the Content-Type header differs from the media type of the body, which is used: "
                        + LogSafe.visible(value));
            }
        }
    }

    private static String mediaType(String value) {
        int end = value.indexOf(';');
        return (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** Notes cookies that are not in a header, as in archives of Safari and Insomnia. */
    private static void cookies(JsonNode request, RequestDefinitionBuilder definition) {
        boolean hasHeader = false;
        for (JsonNode header : request.path("headers")) {
            hasHeader |= header.path("name").asText().equalsIgnoreCase("Cookie");
        }
        List<String> names = new ArrayList<>();
        request.path("cookies").forEach(cookie -> names.add(cookie.path("name").asText()));
        if (!hasHeader && !names.isEmpty()) {
            definition.note("cookies are left out: " + String.join(", ", names) + ": configure them in the connection");
        }
    }

    private static void body(JsonNode request, String type, RequestDefinitionBuilder definition) {
        JsonNode body = request.path("postData");
        String text = body.path("text").asText("");
        boolean isEncoded =
                body.path("encoding").asText(body.path("_encoding").asText("")).equalsIgnoreCase("base64");
        if (type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")
                && !isEncoded
                && HarMultipart.read(body, definition)) {
            return;
        }
        if (!text.isEmpty()) {
            HarPairs.noteDifference(
                    "parameters of the body that differ from its text",
                    isEncoded ? List.of() : HarPairs.ofBody(text, type),
                    body.path("params"),
                    definition);
        }
        if ((isEncoded && !text.isEmpty()) || !isText(text)) {
            definition.file(type.isEmpty() ? "application/octet-stream" : type);
        } else if (!text.isEmpty()) {
            definition.body(text, type.isEmpty() ? "text/plain" : type);
        } else if (!body.path("params").isEmpty()) {
            body.path("params")
                    .forEach(pair -> definition.field(
                            pair.path("name").asText(), pair.path("value").asText()));
        } else if (isSent(request)) {
            definition.note("the body is missing in the archive: add it");
        } else if (!body.isMissingNode() && !type.isEmpty()) {
            definition.header("Content-Type", type);
        }
    }

    /** Whether a body was sent, which the archive does not contain. */
    private static boolean isSent(JsonNode request) {
        long size = request.path("bodySize").asLong(-1);
        if (size > 0) {
            return true;
        }
        for (JsonNode header : request.path("headers")) {
            String name = header.path("name").asText();
            boolean hasLength = name.equalsIgnoreCase("Content-Length")
                    && header.path("value").asLong(0) > 0;
            if (hasLength || (size < 0 && name.equalsIgnoreCase("Transfer-Encoding"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a text is complete. Browsers write bytes that are not UTF-8 as replacement characters or as characters of
     * ISO 8859-1, among them control characters.
     */
    static boolean isText(String text) {
        return !NOT_TEXT.matcher(text).find();
    }

    /** Whether a header describes the browser or the page. */
    private static boolean isBrowserHeader(String name) {
        return name.toLowerCase(Locale.ROOT)
                .matches(
                        "sec-.*|user-agent|referer|origin|accept-language|cache-control|pragma|dnt|priority|upgrade-insecure-requests|if-none-match|if-modified-since");
    }
}
