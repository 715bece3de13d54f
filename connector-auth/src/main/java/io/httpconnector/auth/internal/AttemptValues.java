package io.httpconnector.auth.internal;

import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.http.ConnectionHeaders;
import io.httpconnector.internal.text.HttpDate;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of one attempt to send a request, for the pills of texts that are rendered for each attempt: the parts of the
 * request, the time, and a nonce. Immutable.
 *
 * @param request the request; null for a request that the values become a part of
 * @param isSample whether the request is a sample, which stands for one with any header field
 */
public record AttemptValues(@Nullable Request request, Instant time, String nonce, boolean isSample) {

    /** The start of the names of header fields. */
    public static final String HEADER = "header.";

    private static final String ANY_HEADER = HEADER + "*";
    private static final byte[] NOTHING = {};

    /** The methods whose requests without a body have a {@code Content-Length} of 0: RFC 9110, section 8.6. */
    private static final Set<String> LENGTH_OF_NOTHING = Set.of("POST", "PUT", "PATCH");

    private static final Map<String, Function<AttemptValues, String>> OF_TIME = Map.of(
            "time", attempt -> String.valueOf(attempt.time.getEpochSecond()),
            "timeMillis", attempt -> String.valueOf(attempt.time.toEpochMilli()),
            "timeIso", attempt -> DateTimeFormatter.ISO_INSTANT.format(attempt.time),
            "timeHttp", attempt -> HttpDate.format(attempt.time),
            "nonce", AttemptValues::nonce);

    private static final Map<String, Function<Request, Object>> OF_REQUEST = Map.ofEntries(
            Map.entry("method", Request::method),
            Map.entry("url", request -> request.uri().toString()),
            Map.entry("scheme", request -> orEmpty(request.uri().getScheme())),
            Map.entry("host", request -> request.uri().getRawAuthority()),
            Map.entry("path", request -> request.uri().getRawPath()),
            Map.entry("query", request -> orEmpty(request.uri().getRawQuery())),
            Map.entry("queryCanonical", request -> SortedQuery.canonical(request.uri())),
            Map.entry("queryConcatenated", request -> SortedQuery.concatenated(request.uri())),
            Map.entry("parameters", RequestParameters::all),
            Map.entry("queryParameters", RequestParameters::ofQuery),
            Map.entry("bodyParameters", RequestParameters::ofBody),
            Map.entry("target", AttemptValues::target),
            Map.entry("type", AttemptValues::type),
            Map.entry("body", request -> new String(body(request), StandardCharsets.UTF_8)),
            Map.entry("bodySha256Hex", request -> HexFormat.of().formatHex(Hashing.sha256(body(request)))),
            Map.entry("bodySha256Base64", request -> base64(Hashing.sha256(body(request)))),
            Map.entry("bodyMd5Base64", request -> base64(Hashing.digest("MD5").digest(body(request)))));

    /** The names of the values that need no request. */
    public static final Set<String> NAMES_OF_TIME = Set.copyOf(OF_TIME.keySet());

    /** The names of all values; {@code header.*} is any header field. */
    public static final Set<String> NAMES = names();

    private static Set<String> names() {
        Set<String> names = new TreeSet<>(OF_TIME.keySet());
        names.addAll(OF_REQUEST.keySet());
        names.add(ANY_HEADER);
        return Set.copyOf(names);
    }

    /**
     * Returns whether a name is one of the given names, or a header field where those have any header field.
     *
     * @param names the names
     * @param name a name
     * @return true if it is
     */
    public static boolean isIn(Set<String> names, String name) {
        return names.contains(name)
                || (names.contains(ANY_HEADER)
                        && name.startsWith(HEADER)
                        && name.length() > HEADER.length()
                        && !isUnknownBeforeSending(name));
    }

    /**
     * Returns whether a name is that of a header field that the connection sets when it sends a request, such as {@code
     * header.Connection}: no text can have its value.
     *
     * @param name a name
     * @return true if it is
     */
    public static boolean isUnknownBeforeSending(String name) {
        return name.startsWith(HEADER) && ConnectionHeaders.isUnknownBeforeSending(name.substring(HEADER.length()));
    }

    /**
     * Returns whether a name is that of the header field {@code Content-Length}.
     *
     * @param name a name
     * @return true if it is
     */
    public static boolean isContentLength(String name) {
        return name.equalsIgnoreCase(HEADER + "Content-Length");
    }

    /**
     * Returns the values of an attempt at a time, with a new nonce.
     *
     * @param request the request; null if there is none
     * @param time the time
     * @return the values
     */
    public static AttemptValues of(@Nullable Request request, Instant time) {
        return new AttemptValues(request, time, UUID.randomUUID().toString(), false);
    }

    /**
     * Returns the values of a sample request, which has any header field.
     *
     * @return the values
     */
    public AttemptValues asSample() {
        return new AttemptValues(request, time, nonce, true);
    }

    /**
     * Returns the values of the same attempt with another request.
     *
     * @param other the request
     * @return the values, with the same time and nonce
     */
    public AttemptValues with(Request other) {
        return new AttemptValues(other, time, nonce, isSample);
    }

    /**
     * Returns a value.
     *
     * @param name the name
     * @return the value; null if the name is unknown, needs a request where there is none, or is that of a header field that the
     *     request does not have
     */
    public @Nullable Object value(String name) {
        Function<AttemptValues, String> ofTime = OF_TIME.get(name);
        if (name.startsWith(HEADER)) {
            String value = request == null ? null : header(request, name.substring(HEADER.length()));
            return value == null && isSample ? "x" : value;
        }
        Function<Request, Object> ofRequest = request == null ? null : OF_REQUEST.get(name);
        if (ofTime != null) {
            return ofTime.apply(this);
        }
        return ofRequest == null || request == null ? null : ofRequest.apply(request);
    }

    /**
     * Returns the body of a request.
     *
     * @param request the request
     * @return its bytes; empty if it has no body
     */
    public static byte[] body(Request request) {
        return request.body().map(Body::toBytes).orElse(NOTHING);
    }

    /** Returns the value of a header field as it will be sent; null if none is sent. */
    private static @Nullable String header(Request request, String name) {
        String own = request.header(name).orElse(null);
        if (own != null) {
            return own;
        }
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "content-type" -> request.body().isPresent() ? type(request) : null;
            case "content-length" -> contentLength(request);
            case "host" -> request.uri().getRawAuthority();
            case "user-agent" -> ConnectionHeaders.USER_AGENT;
            case "accept-encoding" ->
                throw unknown(name, "the connection chooses it when it sends the request: set it in the request");
            default -> null;
        };
    }

    private static @Nullable String contentLength(Request request) {
        Body body = request.body().orElse(null);
        if (body == null) {
            return LENGTH_OF_NOTHING.contains(request.method()) ? "0" : null;
        }
        OptionalLong length = body.length();
        if (length.isEmpty()) {
            throw unknown("Content-Length", "the length of the body is unknown, and it is sent in chunks");
        }
        return String.valueOf(length.getAsLong());
    }

    private static InvalidDefinitionException unknown(String name, String reason) {
        return new InvalidDefinitionException("header field " + name, List.of("{{header." + name + "}}: " + reason));
    }

    private static String target(Request request) {
        URI uri = request.uri();
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    private static String type(Request request) {
        return request.header("Content-Type")
                .or(() -> request.body().map(Body::contentType))
                .orElse("");
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "values of an attempt";
    }
}
