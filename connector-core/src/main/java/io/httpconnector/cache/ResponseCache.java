package io.httpconnector.cache;

import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.ExchangeResult;
import io.httpconnector.Headers;
import io.httpconnector.Interceptor;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.cache.CacheControl.Directive;
import io.httpconnector.internal.Arguments;
import io.httpconnector.resilience.CircuitOpenException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A private HTTP cache (RFC 9111) in memory, as an interceptor:
 *
 * <pre>{@code
 * .around(ResponseCache.of(CacheSettings.defaults().staleIfError(Duration.ofHours(1))))
 * }</pre>
 *
 * <p>It stores responses to GET that the connection accepts and that have a lifetime ({@code Cache-Control: max-age} or {@code
 * Expires}) or a validator ({@code ETag} or {@code Last-Modified}), and revalidates stale ones. A response is stored for the
 * connection and for exactly the credentials and header fields with which it was requested: after a change of the token, or for
 * another user or tenant, the service is asked again. See {@link CacheSettings#ignoredHeaders} for fields such as a trace ID. This also holds if connections share one cache, to have one limit of memory. Credentials that are different
 * for each request, such as signatures, have no stored responses.
 *
 * <p>A request that may change a resource, also a streamed one, removes its stored responses, and a response to an earlier request that
 * arrives later is not stored. So does a refusal, such as a 403 or 404, which no stored response replaces when the service fails later.
 *
 * <p>Not stored: streamed responses ({@link io.httpconnector.HttpConnection#read}, downloads, polls), connection tests, responses
 * that contain a secret or set a cookie, partial ones, those with {@code no-store}, and large ones. Nothing is written to disk. A
 * request can have a {@code Cache-Control} field: {@code no-store}, {@code no-cache}, {@code max-age}, {@code min-fresh}, {@code
 * max-stale}, {@code only-if-cached}, {@code stale-if-error}.
 *
 * <p>Responses have the field {@code Cache-Status} (RFC 9211), see {@link #result}. A response from the cache requires neither
 * the rate limit nor a socket. Thread-safe.
 */
public final class ResponseCache implements Interceptor {

    private static final String CACHE_STATUS = "Cache-Status";
    private static final String NAME = "http-connector";
    private static final Set<Integer> STORED = Set.of(200, 203, 300, 404, 410);
    private static final Set<Integer> ERRORS = Set.of(500, 502, 503, 504);
    /** Statuses of 4xx that state nothing about the resource. */
    private static final Set<Integer> POSTPONED = Set.of(408, 425, 429);

    private static final Set<String> SAFE = Set.of("HEAD", "OPTIONS");
    private static final List<String> CONDITIONS =
            List.of("Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range");

    private final CacheSettings settings;
    private final CacheStorage storage;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder revalidations = new LongAdder();
    private final LongAdder stale = new LongAdder();

    private ResponseCache(CacheSettings settings) {
        this.settings = settings;
        this.storage = new CacheStorage(settings.maxEntries(), settings.maxBytes());
    }

    /**
     * Creates an empty cache.
     *
     * @param settings its limits
     * @return the cache, for any number of connections
     */
    public static ResponseCache of(CacheSettings settings) {
        return new ResponseCache(Arguments.notNull(settings, "cache settings"));
    }

    /** The source of a response. */
    public enum CacheResult {
        /** From the cache, without a request. */
        HIT,
        /** From the cache after the service has confirmed it (304). */
        REVALIDATED,
        /** From the cache although it is stale, because the service failed or the request permits it. */
        STALE,
        /** From the service. */
        MISS
    }

    /**
     * Returns how a response was obtained, from its field {@code Cache-Status}.
     *
     * @param headers the header fields of a response or of an exchange
     * @return the result; empty if the cache was not used
     */
    public static Optional<CacheResult> result(Headers headers) {
        List<String> lines = Arguments.notNull(headers, "headers").all(CACHE_STATUS);
        return lines.isEmpty() ? Optional.empty() : result(lines.get(lines.size() - 1));
    }

    /**
     * Returns how the response of a call was obtained, for listeners.
     *
     * @param report the outcome of the call
     * @return the result; empty if the cache was not used
     */
    public static Optional<CacheResult> result(ExchangeResult report) {
        return Arguments.notNull(report, "report").cacheStatus().flatMap(ResponseCache::result);
    }

    private static Optional<CacheResult> result(String last) {
        if (!last.startsWith(NAME + ";")) {
            return Optional.empty();
        }
        if (last.contains("; fwd-status=304")) {
            return Optional.of(CacheResult.REVALIDATED);
        }
        return Optional.of(
                !last.contains("; hit")
                        ? CacheResult.MISS
                        : last.contains("; ttl=-") ? CacheResult.STALE : CacheResult.HIT);
    }

    /**
     * The use of a cache.
     *
     * @param hits responses from the cache without a request
     * @param revalidations responses from the cache that the service has confirmed
     * @param stale stale responses from the cache
     * @param misses responses of the service to requests for which the cache could have had a response
     * @param entries the number of stored responses
     * @param bytes their approximate memory
     */
    public record Statistics(long hits, long revalidations, long stale, long misses, int entries, long bytes) {}

    /**
     * Returns the use of the cache since it was created.
     *
     * @return the numbers
     */
    public Statistics statistics() {
        return new Statistics(
                hits.sum(), revalidations.sum(), stale.sum(), misses.sum(), storage.count(), storage.bytes());
    }

    /** Removes all responses. */
    public void clear() {
        storage.clear();
    }

    @Override
    public String name() {
        return "cache";
    }

    @Override
    public Placement placement() {
        return Placement.INSIDE_RETRIES;
    }

    @Override
    public Optional<String> status() {
        Statistics now = statistics();
        return Optional.of(now.entries + " responses, " + now.bytes / 1024 + " KiB, " + now.hits + " hits, "
                + now.revalidations + " revalidated, " + now.stale + " stale, " + now.misses + " misses");
    }

    @Override
    public Response intercept(Chain chain) {
        Request request = chain.request();
        if (!request.method().equals("GET")) {
            return SAFE.contains(request.method()) ? chain.proceed(request) : changing(chain, request);
        }
        if (chain.callType() != CallType.SEND) {
            return chain.proceed(request);
        }
        CacheControl asked = CacheControl.parse(request.headers("Cache-Control"));
        boolean isPlain = request.body().isEmpty()
                && CONDITIONS.stream().noneMatch(name -> request.header(name).isPresent());
        return isPlain && !asked.has("no-store") ? cached(chain, request, asked) : chain.proceed(request);
    }

    /** Sends a request that may change the resource, whose stored responses are then outdated (RFC 9111, section 4.4). */
    private Response changing(Chain chain, Request request) {
        if (chain.callType() == CallType.STREAM) {
            // The resource may change long before the end of the response.
            storage.removeAll(url(request));
        }
        Response response;
        try {
            response = chain.proceed(request);
        } catch (ConnectorException e) {
            // The service may have processed the request.
            storage.removeAll(url(request));
            throw e;
        }
        if (response.status() < 400) {
            storage.removeAll(url(request));
            for (String name : List.of("Location", "Content-Location")) {
                response.headers()
                        .first(name)
                        .flatMap(reference -> resolved(response, reference))
                        .filter(url -> url.startsWith(origin(request) + "/"))
                        .ifPresent(storage::removeAll);
            }
        }
        return response;
    }

    private static Optional<String> resolved(Response response, String reference) {
        try {
            return Optional.of(response.resolve(reference).toString());
        } catch (ConnectorException e) {
            return Optional.empty();
        }
    }

    private static String origin(Request request) {
        URI uri = request.uri();
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private static String url(Request request) {
        return request.uri().toString();
    }

    private Response cached(Chain chain, Request request, CacheControl asked) {
        CacheStorage.Key key = new CacheStorage.Key(chain.identity(), url(request), settings.fields(request));
        StoredResponse known = storage.find(key, request);
        Instant now = chain.time().now();
        boolean isForced = asked.has("no-cache")
                || (request.header("Cache-Control").isEmpty()
                        && request.header("Pragma").filter("no-cache"::equals).isPresent());
        if (known != null && !isForced) {
            Duration left = known.freshFor(now);
            if (isUsable(known, asked, left, now)) {
                boolean isStale = left.isNegative() || left.isZero();
                (isStale ? stale : hits).increment();
                return respond(
                        chain,
                        known,
                        "hit; ttl=" + (isStale ? "-" : "") + left.abs().toSeconds());
            }
        }
        if (asked.has("only-if-cached")) {
            return chain.respond(504, Headers.of(Map.of(CACHE_STATUS, List.of(NAME + "; fwd=miss"))), new byte[0]);
        }
        String reason =
                isForced ? "request" : known != null ? "stale" : storage.hasVariant(key) ? "vary-miss" : "uri-miss";
        try (CacheStorage.Reception reception = storage.start(key.url())) {
            return requested(chain, request, asked, key, known, reason, isForced, reception);
        }
    }

    private static boolean isUsable(StoredResponse known, CacheControl asked, Duration left, Instant now) {
        Long maxAge = asked.seconds(Directive.MAX_AGE);
        if (maxAge != null && known.age(now).compareTo(Duration.ofSeconds(maxAge)) > 0) {
            return false;
        }
        Long minFresh = asked.seconds(Directive.MIN_FRESH);
        if (minFresh != null) {
            return left.compareTo(Duration.ofSeconds(minFresh)) >= 0;
        }
        if (!left.isNegative() && !left.isZero()) {
            return true;
        }
        Long maxStale = asked.seconds(Directive.MAX_STALE);
        return maxStale != null
                && !known.mustRevalidate()
                && (!asked.hasNumber(Directive.MAX_STALE)
                        || left.negated().compareTo(Duration.ofSeconds(maxStale)) <= 0);
    }

    private Response requested(
            Chain chain,
            Request request,
            CacheControl asked,
            CacheStorage.Key key,
            @Nullable StoredResponse known,
            String reason,
            boolean isForced,
            CacheStorage.Reception reception) {
        long start = chain.time().nanos();
        Response response;
        try {
            response = chain.proceed(known == null ? request : conditional(request, known));
        } catch (ConnectorException e) {
            if (known != null
                    && !isForced
                    && isFailure(e)
                    && permitsStale(known, asked, chain.time().now())) {
                return stale(chain, known);
            }
            throw e;
        }
        Duration delay = Duration.ofNanos(chain.time().nanos() - start);
        Instant now = chain.time().now();
        if (known != null && !isForced && ERRORS.contains(response.status()) && permitsStale(known, asked, now)) {
            return stale(chain, known);
        }
        if (known != null && response.status() == 304) {
            return confirmed(chain, request, key, known, response, delay, reason, reception);
        }
        misses.increment();
        if (known != null && replaces(response)) {
            storage.remove(key, known);
        }
        boolean isStored = isStorable(chain, key, response);
        if (isStored) {
            StoredResponse entry =
                    StoredResponse.of(response.status(), response.headers(), response.bytes(), request, now, delay);
            isStored = (entry.hasValidator() || !entry.lifetime().isZero() || permitsStale(entry, asked, now))
                    && entry.size() <= Math.min(settings.maxEntryBytes(), settings.maxBytes())
                    && storage.put(key, entry, request, reception);
        }
        return chain.withHeader(response, CACHE_STATUS, NAME + "; fwd=" + reason + (isStored ? "; stored" : ""));
    }

    private static Request conditional(Request request, StoredResponse known) {
        Request conditional = request.acceptStatus(304);
        String etag = known.etag();
        String modified = known.lastModified();
        if (etag != null) {
            conditional = conditional.header("If-None-Match", etag);
        }
        return modified == null ? conditional : conditional.header("If-Modified-Since", modified);
    }

    private Response confirmed(
            Chain chain,
            Request request,
            CacheStorage.Key key,
            StoredResponse known,
            Response response,
            Duration delay,
            String reason,
            CacheStorage.Reception reception) {
        String tag = response.headers().first("ETag").orElse(null);
        boolean isSame = (tag == null || isSame(tag, known.etag()))
                && chain.identity(response).equals(key.identity());
        if (!isSame) {
            // The 304 is about another response, or was given to another user.
            storage.remove(key, known);
            misses.increment();
            return chain.withHeader(chain.proceed(request), CACHE_STATUS, NAME + "; fwd=" + reason);
        }
        StoredResponse updated =
                known.confirmed(response.headers(), request, chain.time().now(), delay);
        boolean isStorable = !updated.control().has("no-store")
                && !StoredResponse.varyNames(updated.headers()).contains("*")
                && !chain.isMasked(response);
        if (!isStorable || !storage.put(key, updated, request, reception)) {
            storage.remove(key, known);
        }
        revalidations.increment();
        return respond(chain, updated, "fwd=" + reason + "; fwd-status=304");
    }

    /** Compares weakly (RFC 9110, section 8.8.3.2). */
    private static boolean isSame(String tag, @Nullable String other) {
        return other != null && tag.replaceFirst("^W/", "").equals(other.replaceFirst("^W/", ""));
    }

    private Response stale(Chain chain, StoredResponse known) {
        stale.increment();
        long seconds = known.freshFor(chain.time().now()).negated().toSeconds();
        return respond(chain, known, "hit; ttl=-" + Math.max(0, seconds) + "; detail=stale-if-error");
    }

    private static Response respond(Chain chain, StoredResponse stored, String parameters) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        stored.headers()
                .names()
                .forEach(name -> fields.put(name, stored.headers().all(name)));
        fields.put("age", List.of(String.valueOf(stored.age(chain.time().now()).toSeconds())));
        List<String> states = new ArrayList<>(fields.getOrDefault("cache-status", List.of()));
        states.add(NAME + "; " + parameters);
        fields.put("cache-status", states);
        return chain.respond(stored.status(), Headers.of(fields), stored.body());
    }

    /** Returns whether a response states that the stored one is outdated, and is no failure of the service. */
    private static boolean replaces(Response response) {
        int status = response.status();
        return response.isAccepted() || (status >= 300 && status < 500 && !POSTPONED.contains(status));
    }

    private static boolean isFailure(ConnectorException e) {
        return (e instanceof CannotConnectException failure
                        && failure.reason() != CannotConnectException.Reason.NOT_ALLOWED)
                || (e instanceof TimedOutException && !Thread.currentThread().isInterrupted())
                || (e instanceof TransferException && !Thread.currentThread().isInterrupted())
                || e instanceof CircuitOpenException;
    }

    private boolean permitsStale(StoredResponse known, CacheControl asked, Instant now) {
        if (known.mustRevalidate()) {
            return false;
        }
        Duration permitted = settings.staleIfError();
        for (CacheControl control : List.of(known.control(), asked)) {
            Long seconds = control.seconds(Directive.STALE_IF_ERROR);
            if (seconds != null && permitted.toSeconds() < seconds) {
                permitted = Duration.ofSeconds(seconds);
            }
        }
        return known.freshFor(now).negated().compareTo(permitted) <= 0 && !permitted.isZero();
    }

    private static boolean isStorable(Chain chain, CacheStorage.Key key, Response response) {
        CacheControl control = CacheControl.parse(response.headers().all("Cache-Control"));
        return STORED.contains(response.status())
                && response.isAccepted()
                && !response.isIgnored()
                && !response.isAcceptedByRule()
                && !control.has("no-store")
                && !StoredResponse.varyNames(response.headers()).contains("*")
                && response.headers().first("Content-Range").isEmpty()
                && response.headers().first("Set-Cookie").isEmpty()
                && chain.identity(response).equals(key.identity())
                && !chain.isMasked(response);
    }
}
