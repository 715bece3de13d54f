package io.httpconnector.cache;

import io.httpconnector.Headers;
import io.httpconnector.Request;
import io.httpconnector.cache.CacheControl.Directive;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.HttpDate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A response in the cache, with the fields of its request that it depends on (RFC 9111, sections 3 and 4). Immutable.
 *
 * @param varying the values of the request header fields that {@code Vary} names
 * @param initialAge the age of the response when it was received
 * @param receivedAt when it was received or revalidated
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredResponse(
        int status,
        Headers headers,
        byte[] body,
        Map<String, List<String>> varying,
        Duration initialAge,
        Instant receivedAt) {

    /** Field names, in lower case, that a 304 does not update because they describe the stored body (RFC 9111, section 3.2). */
    private static final Set<String> OF_BODY = Set.of(
            "cache-status",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "keep-alive",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Field names, in lower case, that concern one network connection (RFC 9110, section 7.6.1, and RFC 9111, section 3.1). */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "transfer-encoding",
            "upgrade");

    private static final Set<String> RESTRICTING = Set.of("cache-control", "vary");

    /** Creates an entry for a response that was received now. */
    static StoredResponse of(int status, Headers headers, byte[] body, Request request, Instant now, Duration delay) {
        return new StoredResponse(
                status, storable(headers), body, varying(headers, request), initialAge(headers, now, delay), now);
    }

    private static Map<String, List<String>> varying(Headers headers, Request request) {
        Map<String, List<String>> varying = new LinkedHashMap<>();
        for (String name : varyNames(headers)) {
            varying.put(name, request.headers(name));
        }
        return varying;
    }

    /** Returns the fields that are stored: those that do not concern the network connection only (RFC 9111, section 3.1). */
    private static Headers storable(Headers headers) {
        Map<String, List<String>> stored = new LinkedHashMap<>();
        headers.names().forEach(name -> stored.put(name, headers.all(name)));
        HOP_BY_HOP.forEach(stored::remove);
        // A field that restricts the cache is effective, even if Connection names it, which is not permitted.
        names(headers, "Connection").stream()
                .filter(name -> !RESTRICTING.contains(name))
                .forEach(stored::remove);
        return Headers.of(stored);
    }

    /** Returns the names in {@code Vary}, in lower case. */
    static List<String> varyNames(Headers headers) {
        return names(headers, "Vary");
    }

    private static List<String> names(Headers headers, String field) {
        List<String> names = new ArrayList<>();
        for (String line : headers.all(field)) {
            for (String name : line.split(",", -1)) {
                if (!name.isBlank()) {
                    names.add(Ascii.lowerCase(name.strip()));
                }
            }
        }
        return names;
    }

    /** RFC 9111, section 4.2.3. */
    private static Duration initialAge(Headers headers, Instant now, Duration delay) {
        Instant date = headers.first("Date").map(HttpDate::parse).orElse(null);
        Duration apparent = date == null ? Duration.ZERO : Duration.between(date, now);
        Duration reported = headers.first("Age")
                .map(age -> CacheControl.parse(List.of("max-age=" + age)).seconds(Directive.MAX_AGE))
                .map(Duration::ofSeconds)
                .orElse(Duration.ZERO)
                .plus(delay);
        return apparent.compareTo(reported) > 0 ? apparent : reported;
    }

    /** Returns whether this response was requested with the same fields. */
    boolean matches(Request request) {
        return varying.entrySet().stream()
                .allMatch(field -> request.headers(field.getKey()).equals(field.getValue()));
    }

    CacheControl control() {
        return CacheControl.parse(headers.all("Cache-Control"));
    }

    Duration age(Instant now) {
        Duration resident = Duration.between(receivedAt, now);
        return initialAge.plus(resident.isNegative() ? Duration.ZERO : resident);
    }

    /** Returns how long the response is fresh since its creation; no heuristic is used (RFC 9111, section 4.2.1). */
    Duration lifetime() {
        CacheControl control = control();
        if (control.has("no-cache")) {
            return Duration.ZERO;
        }
        Long maxAge = control.seconds(Directive.MAX_AGE);
        if (maxAge != null) {
            return Duration.ofSeconds(maxAge);
        }
        List<String> expires = headers.all("Expires");
        Instant end = expires.size() == 1 ? HttpDate.parseStrictly(expires.get(0), receivedAt) : null;
        Instant date = headers.first("Date").map(HttpDate::parse).orElse(receivedAt);
        Duration lifetime = end == null || date == null ? Duration.ZERO : Duration.between(date, end);
        return lifetime.isNegative() ? Duration.ZERO : lifetime;
    }

    /** Returns the remaining time of freshness; negative if the response is stale. */
    Duration freshFor(Instant now) {
        return lifetime().minus(age(now));
    }

    boolean mustRevalidate() {
        CacheControl control = control();
        return control.has("must-revalidate") || control.has("no-cache");
    }

    @Nullable String etag() {
        return headers.first("ETag").orElse(null);
    }

    @Nullable String lastModified() {
        return headers.first("Last-Modified").orElse(null);
    }

    boolean hasValidator() {
        return etag() != null || lastModified() != null;
    }

    /** Returns this response as a 304 confirms it. */
    StoredResponse confirmed(Headers updated, Request request, Instant now, Duration delay) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        headers.names().forEach(name -> all.put(name, headers.all(name)));
        all.remove("age");
        Headers kept = storable(updated);
        for (String name : kept.names()) {
            if (!OF_BODY.contains(name)) {
                all.put(name, kept.all(name));
            }
        }
        Headers merged = Headers.of(all);
        return new StoredResponse(status, merged, body, varying(merged, request), initialAge(merged, now, delay), now);
    }

    /** Returns the approximate memory of this entry. */
    long size() {
        return body.length + 2L * headers.toString().length() + 512;
    }
}
