package io.httpconnector.spring.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a connection. They are the members that a connection has in a connector document, and replace those of the document
 * that the property {@code connector} names.
 *
 * @param connector The id of the connector document of the connection. Without it, the properties describe the connection.
 * @param tenant The customer, to whom secrets, tokens and state belong. Default: the name of the connection.
 * @param strategy The way to authenticate, if the document or preset has several. Default: the first one.
 * @param baseUrl The base URL, such as 'https://api.example.com'.
 * @param test The URL, relative to the base URL, of a GET request that succeeds if the service accepts the credentials.
 * @param auth The authentication: 'preset', or 'type' with its members as in a connector document.
 * @param webhooks The webhooks by name: 'subscription' or 'verify', with their members as in a connector document.
 * @param values The values of inputs by name, which texts contain as '{{auth.name}}'.
 * @param secrets The secrets by name, such as 'clientSecret'.
 * @param headers Header fields by name, sent with each request unless it has its own.
 * @param query Query parameters by name, sent with each request.
 * @param connectTimeout The timeout for opening a socket. Default: 10 s.
 * @param responseTimeout The timeout for the next bytes of a response. Default: 30 s.
 * @param totalTimeout The timeout of a whole call, with redirects, retries and waiting. Default: 60 s.
 * @param maxConnections The maximum number of concurrent requests. Default: 50.
 * @param maxResponseBytes The maximum size of a response in memory. Default: 10 MiB.
 * @param maxStreamBytes The maximum size of a response that is streamed or written to a file. Default: 10 GiB.
 * @param cookies Whether cookies of the service are stored and sent.
 * @param dedicatedPool Whether the connection has a pool of its own.
 * @param transport The HTTP client: 'http1', or 'http2' for services that require HTTP/2. Default: http1.
 * @param tlsVersions The permitted TLS versions.
 * @param unixSocket The path of a Unix domain socket of the service.
 * @param retry The retry policy.
 * @param rateLimit The rate limit for all requests of the connection.
 * @param routeRateLimits The rate limits of parts of the requests, in addition.
 * @param proxy The proxy to the service.
 * @param destinations The hosts that the connection may reach.
 * @param ssl The client certificate and the trusted certificates.
 */
record ConnectionProperties(
        @Nullable String connector,
        @Nullable String tenant,
        @Nullable String strategy,
        @Nullable String baseUrl,
        @Nullable String test,
        Map<String, Object> auth,
        Map<String, Object> webhooks,
        Map<String, String> values,
        Map<String, String> secrets,
        Map<String, String> headers,
        Map<String, String> query,
        @Nullable Duration connectTimeout,
        @Nullable Duration responseTimeout,
        @Nullable Duration totalTimeout,
        @Nullable Integer maxConnections,
        @Nullable Integer maxResponseBytes,
        @Nullable Long maxStreamBytes,
        @Nullable Boolean cookies,
        @Nullable Boolean dedicatedPool,
        @Nullable String transport,
        List<String> tlsVersions,
        @Nullable String unixSocket,
        @Nullable Retry retry,
        @Nullable RateLimit rateLimit,
        List<RouteRateLimit> routeRateLimits,
        @Nullable Proxy proxy,
        @Nullable Destinations destinations,
        @Nullable Ssl ssl) {

    /** Replaces maps and lists that are not set by empty ones. */
    @SuppressWarnings("NullAway") // The binder passes null for what is not set.
    public ConnectionProperties {
        auth = auth == null ? Map.of() : new LinkedHashMap<>(auth);
        webhooks = webhooks == null ? Map.of() : new LinkedHashMap<>(webhooks);
        values = values == null ? Map.of() : new LinkedHashMap<>(values);
        secrets = secrets == null ? Map.of() : new LinkedHashMap<>(secrets);
        headers = headers == null ? Map.of() : new LinkedHashMap<>(headers);
        query = query == null ? Map.of() : new LinkedHashMap<>(query);
        routeRateLimits = routeRateLimits == null ? List.of() : List.copyOf(routeRateLimits);
        tlsVersions = tlsVersions == null ? List.of() : List.copyOf(tlsVersions);
    }

    /** Returns the names of the options that are set, without any value. */
    @Override
    public String toString() {
        return "connection" + (connector == null ? "" : " by " + connector) + ", secrets " + secrets.keySet();
    }

    /**
     * The retry policy.
     *
     * @param maxAttempts The maximum number of attempts, including the first one.
     * @param backoff The delays between attempts.
     * @param fixedDelay The same delay before each further attempt.
     * @param minDelay The minimum delay.
     * @param jitter Whether to wait for a random part of the backoff. Default: true.
     */
    public record Retry(
            @Nullable Integer maxAttempts,
            @Nullable Backoff backoff,
            @Nullable Duration fixedDelay,
            @Nullable Duration minDelay,
            @Nullable Boolean jitter) {}

    /**
     * Delays that double.
     *
     * @param first The delay before the first retry.
     * @param max The maximum delay.
     */
    public record Backoff(
            @Nullable Duration first, @Nullable Duration max) {}

    /**
     * A rate limit.
     *
     * @param requests The number of requests in a period.
     * @param period The period.
     * @param adaptive Whether the limit follows the header fields of the service.
     */
    public record RateLimit(
            @Nullable Integer requests,
            @Nullable Duration period,
            @Nullable Boolean adaptive) {}

    /**
     * A rate limit for a part of the requests.
     *
     * @param route The path below the base URL, such as '/search/*' or 'GET /files/**'.
     * @param requests The number of requests in a period.
     * @param period The period.
     * @param adaptive Whether the limit follows the header fields of the service.
     */
    public record RouteRateLimit(
            @Nullable String route,
            @Nullable Integer requests,
            @Nullable Duration period,
            @Nullable Boolean adaptive) {}

    /**
     * A proxy.
     *
     * @param type The type: 'http' or 'socks5'.
     * @param host The host.
     * @param port The port.
     * @param user The user, if the proxy requires one.
     * @param password The password of the user.
     * @param bypass The hosts that are reached without the proxy.
     */
    public record Proxy(
            @Nullable String type,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String user,
            @Nullable String password,
            @Nullable List<String> bypass) {

        /** Returns host and port, without the credentials. */
        @Override
        public String toString() {
            return type + " " + host + ":" + port;
        }
    }

    /**
     * The hosts that a connection may reach.
     *
     * @param base The rule without exceptions: 'anywhere', 'publicInternet' or 'nowhere'.
     * @param allow Hosts or networks that are allowed in addition.
     * @param deny Hosts or networks that are denied.
     */
    public record Destinations(
            @Nullable String base,
            @Nullable List<String> allow,
            @Nullable List<String> deny) {}

    /**
     * The certificates of a connection.
     *
     * @param bundle The name of an SSL bundle: its key is the client certificate, and its trust store has the trusted certificates. A
     *     bundle with 'reload-on-update' needs no restart.
     */
    public record Ssl(@Nullable String bundle) {}
}
