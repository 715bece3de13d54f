package io.httpconnector.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The limits of a {@link ResponseCache}. Immutable: each method returns new settings. */
public final class CacheSettings {

    private static final int MAX_ENTRIES = 1_000_000;
    private static final int MAX_BYTES = 1 << 30;
    private static final Duration MAX_STALE = Duration.ofDays(365);
    private static final CacheSettings DEFAULTS = new CacheSettings(1000, 32 << 20, 1 << 20, Duration.ZERO, Set.of());

    /** Header fields, in lower case, that do not change the content of a response. */
    private static final Set<String> IGNORED = Set.of("cache-control", "pragma", "user-agent");

    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "proxy-authorization");

    private final int maxEntries;
    private final int maxBytes;
    private final int maxEntryBytes;
    private final Duration staleIfError;
    /** The header fields, in lower case, that the service ignores. */
    private final Set<String> ignoredHeaders;

    private CacheSettings(
            int maxEntries, int maxBytes, int maxEntryBytes, Duration staleIfError, Set<String> ignoredHeaders) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        this.maxEntryBytes = maxEntryBytes;
        this.staleIfError = staleIfError;
        this.ignoredHeaders = ignoredHeaders;
    }

    /**
     * Returns the default settings: at most 1000 responses of 1 MiB each and 32 MiB in total; stale responses only as the service
     * permits them.
     *
     * @return the settings
     */
    public static CacheSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the maximum number of responses. The least recently used ones are removed. Default: 1000.
     *
     * @param count the maximum number, 1 to 1,000,000
     * @return new settings
     * @throws InvalidDefinitionException when the number is out of range
     */
    public CacheSettings maxEntries(int count) {
        return new CacheSettings(
                within("maxEntries", count, MAX_ENTRIES), maxBytes, maxEntryBytes, staleIfError, ignoredHeaders);
    }

    /**
     * Sets the maximum size of all responses in memory. The least recently used ones are removed. Default: 32 MiB.
     *
     * @param bytes the maximum number of bytes, 1 to 1 GiB
     * @return new settings
     * @throws InvalidDefinitionException when the number is out of range
     */
    public CacheSettings maxBytes(int bytes) {
        return new CacheSettings(
                maxEntries, within("maxBytes", bytes, MAX_BYTES), maxEntryBytes, staleIfError, ignoredHeaders);
    }

    /**
     * Sets the maximum size of one response. A larger one is not stored. Default: 1 MiB.
     *
     * @param bytes the maximum number of bytes, 1 to 1 GiB
     * @return new settings
     * @throws InvalidDefinitionException when the number is out of range
     */
    public CacheSettings maxEntryBytes(int bytes) {
        return new CacheSettings(
                maxEntries, maxBytes, within("maxEntryBytes", bytes, MAX_BYTES), staleIfError, ignoredHeaders);
    }

    /**
     * Returns a stored response although it is stale if the service can't be reached, does not respond in time or responds with 500,
     * 502, 503 or 504 (RFC 5861, section 4), unless the response forbids it by {@code must-revalidate}. A response can permit a
     * longer time by {@code stale-if-error}. Default: zero, only as responses permit.
     *
     * @param time the maximum time since the response became stale, 0 to 365 days
     * @return new settings
     * @throws InvalidDefinitionException when the time is out of range
     */
    public CacheSettings staleIfError(Duration time) {
        Arguments.notNull(time, "staleIfError");
        if (time.isNegative() || time.compareTo(MAX_STALE) > 0) {
            throw new InvalidDefinitionException(
                    "cache", "staleIfError: " + time + " is out of range: use PT0S to P365D");
        }
        return new CacheSettings(maxEntries, maxBytes, maxEntryBytes, time, ignoredHeaders);
    }

    /**
     * Adds names of request header fields that do not change the content of a response, such as {@code traceparent} or another
     * trace or correlation ID. Requests that differ only in these fields share a response, unless {@code Vary} names the field.
     * All other fields separate responses; except {@code User-Agent}, and {@code Cache-Control} and {@code
     * Pragma}, which are for the cache. Default: no further names.
     *
     * @param names names of header fields, in any case; never those by which the service knows the user or the tenant
     * @return new settings
     * @throws InvalidDefinitionException when a name is not valid, or contains credentials
     */
    public CacheSettings ignoredHeaders(String... names) {
        Set<String> all = new TreeSet<>(ignoredHeaders);
        for (String name : Arguments.notNull(names, "ignoredHeaders")) {
            String lower = Ascii.lowerCase(Arguments.notNull(name, "ignoredHeaders"));
            if (!NameValuePair.isToken(lower)) {
                throw new InvalidDefinitionException(
                        "cache", "ignoredHeaders: " + LogSafe.visible(name) + " is not the name of a header field");
            }
            if (CREDENTIALS.contains(lower)) {
                throw new InvalidDefinitionException(
                        "cache", "ignoredHeaders: " + name + " contains credentials, which separate responses");
            }
            all.add(lower);
        }
        return new CacheSettings(maxEntries, maxBytes, maxEntryBytes, staleIfError, Set.copyOf(all));
    }

    private static int within(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new InvalidDefinitionException("cache", name + ": " + value + " is out of range: use 1 to " + max);
        }
        return value;
    }

    /**
     * Reads settings from JSON.
     *
     * @param json an object with the members {@code maxEntries}, {@code maxBytes}, {@code maxEntryBytes}, {@code staleIfError} and
     *     {@code ignoredHeaders}; all are optional
     * @return the settings
     * @throws InvalidDefinitionException when it is invalid: lists all problems with their JSON Pointers
     */
    public static CacheSettings fromJson(JsonNode json) {
        return JsonObjectReader.read("cache", json, CacheSettings::read);
    }

    private static CacheSettings read(JsonObjectReader reader) {
        List<String> ignored = reader.texts("ignoredHeaders");
        // "maxEntries": The maximum number of responses, 1 to 1,000,000. Default: 1000.
        // "maxBytes": The maximum size of all responses in memory, in bytes. Default: 32 MiB.
        // "maxEntryBytes": The maximum size of one response, in bytes; a larger one is not stored. Default: 1 MiB.
        // "staleIfError": How long a stale response is returned if the service fails. Default: as responses permit.
        // "ignoredHeaders": Request header fields that do not change the content of a response, such as a trace ID.
        return new MemberSteps<>(reader, DEFAULTS)
                .integer("maxEntries", CacheSettings::maxEntries)
                .integer("maxBytes", CacheSettings::maxBytes)
                .integer("maxEntryBytes", CacheSettings::maxEntryBytes)
                .duration("staleIfError", CacheSettings::staleIfError)
                .with("ignoredHeaders", ignored, (all, names) -> all.ignoredHeaders(names.toArray(String[]::new)))
                .value();
    }

    /**
     * Returns the header fields of a request on which the response may depend. An interceptor before the
     * cache may have added the name of a tenant.
     */
    Map<String, List<String>> fields(Request request) {
        Map<String, List<String>> fields = new TreeMap<>();
        for (String name : request.headerNames()) {
            String lower = Ascii.lowerCase(name);
            if (!IGNORED.contains(lower) && !ignoredHeaders.contains(lower)) {
                fields.put(lower, request.headers(name));
            }
        }
        return fields;
    }

    int maxEntries() {
        return maxEntries;
    }

    int maxBytes() {
        return maxBytes;
    }

    int maxEntryBytes() {
        return maxEntryBytes;
    }

    Duration staleIfError() {
        return staleIfError;
    }
}
