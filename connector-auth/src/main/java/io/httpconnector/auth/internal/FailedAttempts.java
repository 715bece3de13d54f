package io.httpconnector.auth.internal;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A record of requests for credentials (token requests, logins) that failed. A failed request is not repeated before its pause
 * is over, so that neither a server in trouble nor a user account is hammered; the callers get the remembered failure instead.
 *
 * <p>The pause is what the server asked for by {@code Retry-After}, at most a day; otherwise it begins with what the
 * {@link Policy} says, and doubles with each failure up to 15 minutes. A success, other credentials and {@link #clear} end it.
 * Bounded; safe for many threads.
 */
public final class FailedAttempts {

    private static final int MAX_ENTRIES = 10_000;
    private static final Duration MAX_PAUSE = Duration.ofMinutes(15);
    private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

    private final Map<String, Entry> entries = new HashMap<>();

    /** Times in milliseconds since 1970. */
    private record Entry(String credentials, ConnectorException failure, int count, long since, long until) {
        /** A clock that was set back makes no pause longer. */
        boolean isActive(long now) {
            return now >= since && now < until;
        }
    }

    /** What one kind of credentials means by a failure. */
    public interface Policy {

        /**
         * The current time.
         *
         * @return milliseconds since 1970
         */
        long now();

        /**
         * How long to wait after the first failure of this kind, should the server not say so.
         *
         * @param failure what the request threw
         * @return the pause; zero for a failure that is not remembered
         */
        Duration pause(ConnectorException failure);

        /**
         * The exception for a caller that comes within the pause.
         *
         * @param failure the failure that is remembered
         * @param left what is left of the pause
         * @return the exception
         */
        ConnectorException tooEarly(ConnectorException failure, Duration left);
    }

    /**
     * Makes a request, unless it has failed with these credentials and its pause is not over.
     *
     * @param key which token or login
     * @param credentials a fingerprint of what is sent; kept in memory only
     * @param policy how failures are treated
     * @param request makes the request
     * @param <T> what it brings
     * @return what the request brought
     * @throws ConnectorException what the request or the policy throws
     */
    public <T> T attempt(String key, String credentials, Policy policy, Supplier<T> request) {
        check(key, credentials, policy);
        try {
            T result = request.get();
            clear(key);
            return result;
        } catch (ConnectorException e) {
            failed(key, credentials, policy, e);
            throw e;
        }
    }

    /**
     * Forgets the failures of a token or login: the next request is made at once.
     *
     * @param key which
     */
    public synchronized void clear(String key) {
        entries.remove(key);
    }

    private synchronized void check(String key, String credentials, Policy policy) {
        Entry entry = entries.get(key);
        long now = policy.now();
        if (entry != null && entry.credentials.equals(credentials) && entry.isActive(now)) {
            throw policy.tooEarly(entry.failure, Duration.ofMillis(entry.until - now));
        }
    }

    private synchronized void failed(String key, String credentials, Policy policy, ConnectorException failure) {
        Duration first = policy.pause(failure);
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        if (first.isZero() && asked.isZero()) {
            return;
        }
        long now = policy.now();
        Entry before = entries.get(key);
        int count = before != null && before.credentials.equals(credentials) ? before.count + 1 : 1;
        Duration pause = asked.isZero()
                ? shorter(first.multipliedBy(1L << Math.min(count - 1, 20)), MAX_PAUSE)
                : shorter(asked, MAX_RETRY_AFTER);
        makeRoom(now);
        entries.put(key, new Entry(credentials, failure, count, now, now + pause.toMillis()));
    }

    private void makeRoom(long now) {
        if (entries.size() >= MAX_ENTRIES) {
            entries.values().removeIf(entry -> !entry.isActive(now));
        }
        if (entries.size() >= MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
