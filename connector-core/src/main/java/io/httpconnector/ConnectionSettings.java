package io.httpconnector;

import io.httpconnector.internal.http.BaseUrl;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The validated settings of a connection, except those of the {@link Transport}. Immutable. */
record ConnectionSettings(
        String name,
        BaseUrl baseUrl,
        AuthStrategy auth,
        NameValuePairs query,
        NameValuePairs headers,
        TestRequests tests,
        RetryPolicy retry,
        List<RateLimit.RouteLimit> rateLimits,
        List<ResponseRule> rules,
        List<ExchangeListener> listeners,
        Duration totalTimeout,
        int maxConnections,
        int maxResponseBytes,
        TimeSource time,
        boolean isForAuth) {

    /**
     * The requests of a connection test. Immutable.
     *
     * @param requests the requests that do not depend on values
     * @param created creates the requests from the values of the auth strategy; null if they do not depend on them
     */
    record TestRequests(List<Request> requests, @Nullable Function<Map<String, String>, List<Request>> created) {

        static final TestRequests NONE = new TestRequests(List.of(), null);

        boolean isEmpty() {
            return requests.isEmpty() && created == null;
        }

        /** Returns the requests with the current values. */
        List<Request> requests(Supplier<Map<String, String>> values) {
            return created == null ? requests : created.apply(values.get());
        }
    }

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
                TestRequests.NONE,
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
