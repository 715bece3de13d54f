package io.httpconnector;

import io.httpconnector.internal.http.BaseUrl;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.util.List;

/** The validated settings of a connection, except those of the {@link Transport}. Immutable. */
record ConnectionSettings(
        String name,
        BaseUrl baseUrl,
        AuthStrategy auth,
        NameValuePairs query,
        NameValuePairs headers,
        ConnectionTests tests,
        RetryPolicy retry,
        List<RateLimit.RouteLimit> rateLimits,
        List<ResponseRule> rules,
        List<ExchangeListener> listeners,
        Duration totalTimeout,
        int maxConnections,
        int maxResponseBytes,
        TimeSource time,
        boolean isForAuth) {

    /** Creates the context of a call, with the timeout of the request or else of the connection. */
    CallContext call(Request request) {
        Duration asked = request.timeout();
        return new CallContext(time, asked == null ? totalTimeout : asked);
    }

    /** Returns the settings for requests of the auth strategy, without the connection's defaults and response rules. */
    ConnectionSettings forAuth() {
        return new ConnectionSettings(
                name,
                baseUrl.forAuth(),
                AuthStrategy.none(),
                NameValuePairs.NONE,
                NameValuePairs.NONE,
                ConnectionTests.NONE,
                retry,
                List.of(),
                List.of(),
                listeners,
                totalTimeout,
                maxConnections,
                maxResponseBytes,
                time,
                true);
    }
}
