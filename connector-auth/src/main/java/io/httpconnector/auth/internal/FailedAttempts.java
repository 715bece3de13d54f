package io.httpconnector.auth.internal;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The failed requests for credentials (token requests, logins). A failed request is not repeated before its backoff
 * has ended, so that an overloaded server gets no further requests and no user account is locked; callers get the remembered failure
 * instead.
 *
 * <p>The backoff is the {@code Retry-After} of the response, at most a day. Without it, the {@link Policy} defines the initial
 * backoff, which doubles with each failure up to 15 minutes. A success, other credentials and {@link #clear} end it.
 * Bounded; thread-safe.
 */
public final class FailedAttempts {

    private static final int MAX_ENTRIES = 10_000;
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(15);
    private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

    private final Map<String, Entry> entries = new HashMap<>();

    /** A remembered failure; times in milliseconds since 1970. */
    private record Entry(String credentials, ConnectorException failure, int count, long since, long until) {
        /** A clock that was set back does not extend the backoff. */
        boolean isActive(long now) {
            return now >= since && now < until;
        }
    }

    /** The backoff policy of a kind of credentials. */
    public interface Policy {

        /**
         * Returns the current time.
         *
         * @return milliseconds since 1970
         */
        long now();

        /**
         * Returns the initial backoff for a response without {@code Retry-After}.
         *
         * @param failure the exception of the request
         * @return the backoff; zero for a failure that is not remembered
         */
        Duration initialBackoff(ConnectorException failure);

        /**
         * Returns the exception for a caller within the backoff.
         *
         * @param failure the remembered failure
         * @param remaining the remaining backoff
         * @return the exception
         */
        ConnectorException withinBackoff(ConnectorException failure, Duration remaining);
    }

    /**
     * Sends a request, unless it has failed with these credentials and its backoff has not ended.
     *
     * @param key identifies the token or login
     * @param credentials a fingerprint of the credentials; kept in memory only
     * @param policy the backoff policy
     * @param request sends the request
     * @param <T> the type of its result
     * @return the result of the request
     * @throws ConnectorException the exception of the request or the policy
     */
    public <T> T attempt(String key, String credentials, Policy policy, Supplier<T> request) {
        check(key, credentials, policy);
        try {
            T result = request.get();
            clear(key);
            return result;
        } catch (ConnectorException e) {
            recordFailure(key, credentials, policy, e);
            throw e;
        }
    }

    /**
     * Forgets the failures of a token or login: the next request is sent immediately.
     *
     * @param key identifies the token or login
     */
    public synchronized void clear(String key) {
        entries.remove(key);
    }

    private synchronized void check(String key, String credentials, Policy policy) {
        Entry entry = entries.get(key);
        long now = policy.now();
        if (entry != null && entry.credentials.equals(credentials) && entry.isActive(now)) {
            throw policy.withinBackoff(entry.failure, Duration.ofMillis(entry.until - now));
        }
    }

    private synchronized void recordFailure(String key, String credentials, Policy policy, ConnectorException failure) {
        Duration initial = policy.initialBackoff(failure);
        Duration retryAfter = failure.retryAfter().orElse(Duration.ZERO);
        if (initial.isZero() && retryAfter.isZero()) {
            return;
        }
        long now = policy.now();
        Entry before = entries.get(key);
        int count = before != null && before.credentials.equals(credentials) ? before.count + 1 : 1;
        Duration backoff = retryAfter.isZero()
                ? shorter(initial.multipliedBy(1L << Math.min(count - 1, 20)), MAX_BACKOFF)
                : shorter(retryAfter, MAX_RETRY_AFTER);
        evictIfFull(now);
        entries.put(key, new Entry(credentials, failure, count, now, now + backoff.toMillis()));
    }

    private void evictIfFull(long now) {
        if (entries.size() >= MAX_ENTRIES) {
            entries.values().removeIf(entry -> !entry.isActive(now));
        }
        if (entries.size() >= MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return Collections.min(List.of(one, other));
    }
}
