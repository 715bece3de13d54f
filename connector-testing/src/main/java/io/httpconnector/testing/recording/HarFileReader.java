package io.httpconnector.testing.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.ExchangeFormatter;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.internal.transport.TransportFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP Archives, those of this library and those of other tools. Members that are optional in practice may be missing.
 * Reports all problems with their JSON pointers.
 */
final class HarFileReader {

    /** Header fields that describe a transfer, which the recorded body has behind it. */
    private static final Set<String> OF_TRANSFER =
            Set.of("content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive");

    private final List<String> problems = new ArrayList<>();
    private final HarContentReader contents;

    /**
     * A file.
     *
     * @param entries the exchanges
     * @param isForeign whether another tool has written it
     */
    record Archive(List<RecordedEntry> entries, boolean isForeign) {}

    private HarFileReader(Path file) {
        contents = new HarContentReader(file, problems);
    }

    static Archive read(Path file) {
        HarFileReader reader = new HarFileReader(file);
        JsonNode har;
        try {
            har = JsonSupport.parse(withoutMark(Files.readString(file)));
        } catch (CharacterCodingException e) {
            throw new InvalidDefinitionException(
                    "recording " + file, "it is not UTF-8, but possibly UTF-16: convert it to UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException("The recording " + file + " can't be read", e);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("recording " + file, e.problems());
        }
        JsonNode entries = har.at("/log/entries");
        if (!entries.isArray()) {
            throw new InvalidDefinitionException(
                    "recording " + file,
                    List.of("/log/entries: it is missing: the file must be an HTTP Archive (HAR)"));
        }
        boolean isForeign = !har.at("/log/creator/name").asText().equals(ExchangeFormatter.HAR_CREATOR);
        List<RecordedEntry> all = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            RecordedEntry entry = reader.entry(entries.get(i), "/log/entries/" + i, isForeign);
            if (entry != null) {
                all.add(entry);
            }
        }
        if (!reader.problems.isEmpty()) {
            throw new InvalidDefinitionException("recording " + file, reader.problems);
        }
        return new Archive(List.copyOf(all), isForeign);
    }

    private static String withoutMark(String text) {
        return text.startsWith(CharsetDetector.BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /** Returns the entry; null if it is no HTTP request. */
    private @Nullable RecordedEntry entry(JsonNode entry, String pointer, boolean isForeign) {
        JsonNode request = entry.path("request");
        String method = request.path("method").asText("");
        String url = request.path("url").asText("");
        if (method.isEmpty()) {
            problems.add(pointer + "/request/method: it is missing");
        }
        if (url.isEmpty()) {
            problems.add(pointer + "/request/url: it is missing");
        }
        if (!url.matches("(?is)https?://.*")) {
            // Browsers also record data: and ws: URLs.
            return null;
        }
        int fragment = url.indexOf('#');
        String whole = fragment < 0 ? url : url.substring(0, fragment);
        RecordedEntry.Sent sent = new RecordedEntry.Sent(
                entry.path("comment").asText(""),
                method.toUpperCase(Locale.ROOT),
                whole.indexOf('?') < 0 ? whole + query(request.path("queryString")) : whole,
                fields(request.path("headers")),
                body(request, isForeign, pointer + "/request/postData"));
        int status = entry.at("/response/status").asInt(0);
        RecordedEntry.Failure failure = failure(entry, status, pointer);
        return new RecordedEntry(
                entry.path("_connection").asText(""),
                sent,
                status <= 0
                        ? null
                        : received(entry, status, isForeign, method.equalsIgnoreCase("HEAD"), pointer + "/response"),
                failure,
                startedAt(entry.path("startedDateTime"), pointer + "/startedDateTime"),
                Duration.ofNanos((long) (Math.max(0, entry.path("time").asDouble(0)) * 1_000_000)),
                entry.path("_webhook").asBoolean(false));
    }

    private RecordedEntry.Received received(
            JsonNode entry, int status, boolean isForeign, boolean isHead, String pointer) {
        JsonNode response = entry.path("response");
        JsonNode content = response.path("content");
        String type = content.path("mimeType").asText("");
        List<RecordedEntry.Field> headers = new ArrayList<>(fields(response.path("headers")));
        String redirect = response.path("redirectURL").asText("");
        if (status / 100 == 3 && !redirect.isEmpty() && !has(headers, "Location")) {
            headers.add(new RecordedEntry.Field("Location", redirect));
        }
        if (!type.isEmpty() && !type.equals("x-unknown") && !has(headers, "Content-Type") && isForeign) {
            headers.add(new RecordedEntry.Field("Content-Type", type));
        }
        String contentType = headers.stream()
                .filter(field -> field.name().equalsIgnoreCase("Content-Type"))
                .map(RecordedEntry.Field::value)
                .findFirst()
                .orElse(type);
        RecordedEntry.StoredBody body =
                contents.response(content, contentType, isForeign, isHead, pointer + "/content");
        if (isForeign) {
            // Archives contain the decoded body; its length has changed.
            headers.removeIf(field -> OF_TRANSFER.contains(Ascii.lowerCase(field.name()))
                    && !(isHead && field.name().equalsIgnoreCase("Content-Length")));
        }
        boolean isWhole = entry.path("_complete").asBoolean(true);
        return new RecordedEntry.Received(
                status, List.copyOf(headers), body, entry.path("_length").asLong(-1), isWhole);
    }

    private RecordedEntry.@Nullable StoredBody body(JsonNode request, boolean isForeign, String pointer) {
        JsonNode posted = request.path("postData");
        String type = posted.path("mimeType").asText("");
        String text = posted.path("text").asText("");
        if (!text.isEmpty()) {
            String encoding =
                    posted.path("encoding").asText(posted.path("_encoding").asText(""));
            return contents.text(type, text, encoding, pointer + "/text");
        }
        if (posted.has("_file")) {
            return contents.file(posted.path("_file"), type, pointer + "/_file");
        }
        boolean isMultipart = Ascii.lowerCase(type).startsWith("multipart/");
        boolean isMissing = isForeign
                && request.path("bodySize").asLong(0) > 0
                && posted.path("params").isEmpty();
        if (isMissing || (isMultipart && !posted.path("params").isEmpty())) {
            // Browsers leave out files, and thus the parts of multipart bodies: any body is equal.
            return new RecordedEntry.StoredBody(type, LogSafe.MASK, false);
        }
        StringBuilder form = new StringBuilder();
        for (JsonNode pair : posted.path("params")) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(encoded(pair.path("name").asText("")))
                    .append('=')
                    .append(encoded(pair.path("value").asText("")));
        }
        return form.isEmpty() ? null : new RecordedEntry.StoredBody(type, form.toString(), false);
    }

    /** Some tools write lists of decoded names, some of encoded ones. */
    private static String encoded(String text) {
        String decoded = text.indexOf('%') < 0 ? text : PercentEncoding.decodeForm(text);
        return PercentEncoding.encode(decoded == null ? text : decoded);
    }

    private static String query(JsonNode pairs) {
        StringBuilder query = new StringBuilder();
        for (JsonNode pair : pairs) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(encoded(pair.path("name").asText("")))
                    .append('=')
                    .append(encoded(pair.path("value").asText("")));
        }
        return query.toString();
    }

    /** Returns the header fields, except the pseudo-header fields of HTTP/2 and HTTP/3. */
    private static List<RecordedEntry.Field> fields(JsonNode headers) {
        List<RecordedEntry.Field> all = new ArrayList<>();
        for (JsonNode header : headers) {
            String name = header.path("name").asText("");
            String value = header.path("value").asText("");
            if (!name.isEmpty() && !name.startsWith(":")) {
                // Chrome joins the values of repeated fields with line breaks.
                Arrays.stream(value.split("\\R", -1))
                        .forEach(one -> all.add(new RecordedEntry.Field(name, one.strip())));
            }
        }
        return all;
    }

    private static boolean has(List<RecordedEntry.Field> fields, String name) {
        return fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name));
    }

    private Instant startedAt(JsonNode text, String pointer) {
        if (text.asText("").isEmpty()) {
            return Instant.EPOCH;
        }
        try {
            return OffsetDateTime.parse(text.asText()).toInstant();
        } catch (DateTimeException e) {
            problems.add(pointer + ": " + LogSafe.visible(text.asText())
                    + " is not a time: use a form such as 2026-01-01T00:00:00Z");
            return Instant.EPOCH;
        }
    }

    private RecordedEntry.@Nullable Failure failure(JsonNode entry, int status, String pointer) {
        JsonNode own = entry.path("_failure");
        String message = entry.at("/response/_error").asText("");
        if (own.isObject()) {
            String kind = own.path("kind").asText();
            boolean isKnown = Arrays.stream(TransportFailure.Kind.values())
                    .anyMatch(known -> known.name().equals(kind));
            if (!isKnown) {
                problems.add(pointer + "/_failure/kind: " + LogSafe.visible(kind) + " is unknown: use one of "
                        + Arrays.toString(TransportFailure.Kind.values()));
            }
            return new RecordedEntry.Failure(
                    isKnown ? kind : "BROKEN",
                    own.path("reason").asText(),
                    message,
                    own.path("stale").asBoolean(),
                    own.path("lasting").asBoolean());
        }
        return status > 0 ? null : foreignFailure(message.isEmpty() ? "the recording has no response" : message);
    }

    /** Returns the failure that a browser describes, such as {@code net::ERR_CONNECTION_REFUSED}. */
    private static RecordedEntry.Failure foreignFailure(String message) {
        String upper = message.toUpperCase(Locale.ROOT);
        if (upper.contains("NAME_NOT_RESOLVED") || upper.contains("ENOTFOUND") || upper.contains("UNKNOWN_HOST")) {
            return new RecordedEntry.Failure("NOT_CONNECTED", "UnknownHostException", message, false, false);
        }
        if (upper.contains("REFUSED")) {
            return new RecordedEntry.Failure("NOT_CONNECTED", "ConnectException", message, false, false);
        }
        if (upper.contains("CERT") || upper.contains("SSL") || upper.contains("TLS")) {
            return new RecordedEntry.Failure("NOT_CONNECTED", "SSLException", message, false, false);
        }
        if (upper.contains("CONNECTION_TIMED_OUT")) {
            return new RecordedEntry.Failure("CONNECT_TIMEOUT", "SocketTimeoutException", message, false, false);
        }
        if (upper.contains("TIMED_OUT") || upper.contains("TIMEOUT") || upper.contains("TIMEDOUT")) {
            return new RecordedEntry.Failure("RESPONSE_TIMEOUT", "SocketTimeoutException", message, false, false);
        }
        boolean isEmpty = upper.contains("EMPTY_RESPONSE") || upper.contains("SOCKET HANG UP");
        return new RecordedEntry.Failure(isEmpty ? "NO_RESPONSE" : "BROKEN", "IOException", message, false, false);
    }
}
