package io.httpconnector.auth.internal;

import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.HttpDate;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
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
                || (names.contains(ANY_HEADER) && name.startsWith(HEADER) && name.length() > HEADER.length());
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

    private static @Nullable String header(Request request, String name) {
        return request.header(name)
                .or(() -> name.equalsIgnoreCase("Content-Type")
                        ? Optional.of(type(request)).filter(type -> !type.isEmpty())
                        : name.equalsIgnoreCase("Host")
                                ? Optional.ofNullable(request.uri().getRawAuthority())
                                : Optional.empty())
                .orElse(null);
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
