package io.httpconnector;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link HttpConnectionBuilder} has been told, checked, but for what the {@link Transport} needs. Immutable. */
record Settings(
        String name,
        Url baseUrl,
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
        Time time) {}
