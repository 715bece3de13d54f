package io.httpconnector;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link HttpConnectionBuilder} has been told, checked, but for what the {@link Transport} needs. Immutable. */
record Settings(
        String name,
        BaseUrl baseUrl,
        AuthStrategy auth,
        Fields query,
        Fields headers,
        @Nullable Request test,
        Retry retry,
        @Nullable RateLimit rateLimit,
        List<ErrorRule> rules,
        List<ExchangeListener> listeners,
        Duration totalTimeout,
        int maxConnections,
        int maxResponseBytes,
        Time time,
        boolean isForAuth) {

    /** How long this request may take. */
    Call call(Request request) {
        Duration asked = request.timeout();
        return new Call(time, asked == null ? totalTimeout : asked);
    }

    /** For the requests of the auth strategy: nothing of the connection's own in them, and no rule for its answers. */
    Settings forAuth() {
        return new Settings(
                name,
                baseUrl.forAuth(),
                AuthStrategy.none(),
                Fields.NONE,
                Fields.NONE,
                null,
                retry,
                null,
                List.of(),
                listeners,
                totalTimeout,
                maxConnections,
                maxResponseBytes,
                time,
                true);
    }
}
