package io.httpconnector.spring.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The properties of a connection by their names, as {@code ConnectionConfiguration} reads them. Those that are not set are omitted. */
final class ConnectionPropertyMap {

    private final Map<String, Object> all = new LinkedHashMap<>();

    private ConnectionPropertyMap() {}

    /** Returns the properties, without those of SSL bundles, which are for Spring Boot only. */
    static Map<String, Object> of(ConnectionProperties properties) {
        return new ConnectionPropertyMap()
                .put("connector", properties.connector())
                .put("tenant", properties.tenant())
                .put("strategy", properties.strategy())
                .put("base-url", properties.baseUrl())
                .put("test", properties.test())
                .put("auth", properties.auth())
                .put("webhooks", properties.webhooks())
                .put("values", properties.values())
                .put("secrets", properties.secrets())
                .put("headers", properties.headers())
                .put("query", properties.query())
                .put("connect-timeout", properties.connectTimeout())
                .put("response-timeout", properties.responseTimeout())
                .put("total-timeout", properties.totalTimeout())
                .put("max-connections", properties.maxConnections())
                .put("max-response-bytes", properties.maxResponseBytes())
                .put("max-stream-bytes", properties.maxStreamBytes())
                .put("cookies", properties.cookies())
                .put("dedicated-pool", properties.dedicatedPool())
                .put("unix-socket", properties.unixSocket())
                .put("transport", properties.transport())
                .put("tls-versions", properties.tlsVersions())
                .put("retry", retry(properties.retry()))
                .put("rate-limit", rateLimit(properties.rateLimit()))
                .put(
                        "route-rate-limits",
                        properties.routeRateLimits().stream()
                                .map(ConnectionPropertyMap::routeRateLimit)
                                .toList())
                .put("proxy", proxy(properties.proxy()))
                .put("destinations", destinations(properties.destinations()))
                .all;
    }

    private static @Nullable Map<String, Object> retry(ConnectionProperties.@Nullable Retry retry) {
        return retry == null
                ? null
                : new ConnectionPropertyMap()
                        .put("max-attempts", retry.maxAttempts())
                        .put("backoff", backoff(retry.backoff()))
                        .put("fixed-delay", retry.fixedDelay())
                        .put("min-delay", retry.minDelay())
                        .put("jitter", retry.jitter())
                        .all;
    }

    private static @Nullable Map<String, Object> backoff(ConnectionProperties.@Nullable Backoff backoff) {
        return backoff == null
                ? null
                : new ConnectionPropertyMap().put("first", backoff.first()).put("max", backoff.max()).all;
    }

    private static @Nullable Map<String, Object> rateLimit(ConnectionProperties.@Nullable RateLimit limit) {
        return limit == null
                ? null
                : new ConnectionPropertyMap()
                        .put("requests", limit.requests())
                        .put("period", limit.period())
                        .put("adaptive", limit.adaptive())
                        .all;
    }

    private static Map<String, Object> routeRateLimit(ConnectionProperties.RouteRateLimit limit) {
        return new ConnectionPropertyMap()
                .put("route", limit.route())
                .put("requests", limit.requests())
                .put("period", limit.period())
                .put("adaptive", limit.adaptive())
                .all;
    }

    private static @Nullable Map<String, Object> proxy(ConnectionProperties.@Nullable Proxy proxy) {
        return proxy == null
                ? null
                : new ConnectionPropertyMap()
                        .put("type", proxy.type())
                        .put("host", proxy.host())
                        .put("port", proxy.port())
                        .put("user", proxy.user())
                        .put("password", proxy.password())
                        .put("bypass", proxy.bypass())
                        .all;
    }

    private static @Nullable Map<String, Object> destinations(
            ConnectionProperties.@Nullable Destinations destinations) {
        return destinations == null
                ? null
                : new ConnectionPropertyMap()
                        .put("base", destinations.base())
                        .put("allow", destinations.allow())
                        .put("deny", destinations.deny())
                        .all;
    }

    private ConnectionPropertyMap put(String name, @Nullable Object value) {
        boolean isUnset = value == null
                || (value instanceof Collection<?> elements && elements.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty());
        if (value != null && !isUnset) {
            all.put(name, value);
        }
        return this;
    }
}
