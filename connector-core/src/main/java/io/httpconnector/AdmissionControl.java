package io.httpconnector;

import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.http.RoutePattern;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.limits.RateLimiter;
import io.httpconnector.internal.limits.RetryAfter;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Delays the requests of a connection: until a slot is free, for the rate limit, and between attempts. Closing ends all waits. */
final class AdmissionControl implements AutoCloseable {

    private final String connection;
    private final TimeSource time;
    private final Semaphore slots;
    private final List<Limit> limits;
    private final RetryPolicy retry;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Counted down when the connection is closed. */
    private final Set<CountDownLatch> wakes = ConcurrentHashMap.newKeySet();

    AdmissionControl(ConnectionSettings settings) {
        this.connection = settings.name();
        this.time = settings.time();
        this.slots = new Semaphore(settings.maxConnections(), true);
        this.limits = settings.rateLimits().stream()
                .map(limit -> new Limit(limit, time))
                .toList();
        this.retry = settings.retry();
    }

    /** A limit and its state. */
    private static final class Limit {

        private final @Nullable RoutePattern route;
        private final boolean isAdaptive;
        private final RateLimiter limiter;

        Limit(RateLimit.RouteLimit settings, TimeSource time) {
            this.route = settings.route();
            this.isAdaptive = settings.limit().isAdaptive();
            this.limiter = new RateLimiter(
                    settings.limit().requests(), settings.limit().period(), time);
        }

        boolean appliesTo(Request request, Url base) {
            return route == null
                    || (request.url().sameOrigin(base)
                            && route.matches(
                                    request.method(), base.path(), request.url().path()));
        }
    }

    /**
     * Acquires a connection slot and a rate-limit permit, and blocks until both are available. Every call must be paired with
     * {@link #release}.
     */
    void acquire(Request request, Url base, CallContext call) {
        long start = time.nanos();
        acquireSlot(request, call);
        boolean entered = false;
        try {
            for (Limit limit : limits) {
                if (limit.appliesTo(request, base)) {
                    await(limit.limiter, request, call);
                }
            }
            entered = true;
        } finally {
            if (!entered) {
                slots.release();
            }
        }
        call.addWait(time.nanos() - start);
    }

    void release() {
        slots.release();
    }

    /** Returns the approximate number of requests that wait for a connection slot. */
    int waiting() {
        return slots.getQueueLength();
    }

    /** Updates the adaptive limit of the request's route, or else of the connection, with the values that a response reports. */
    void update(Request request, Url base, Response response) {
        for (Limit limit : limits) {
            if (limit.isAdaptive && limit.appliesTo(request, base)) {
                update(limit.limiter, response);
                return;
            }
        }
    }

    private void update(RateLimiter limiter, Response response) {
        Instant now = time.now();
        boolean refused = response.classification() == ResponseRule.Action.RATE_LIMITED;
        Long remaining = refused ? Long.valueOf(0) : RetryAfter.remaining(response.headers());
        Duration untilReset = refused
                ? response.retryPolicy(retry).requestedDelay(response, now)
                : RetryAfter.reset(response.headers(), now);
        if (remaining != null && untilReset != null) {
            limiter.update(remaining, untilReset);
        }
        GraphQlResponse graphQl = response.graphQl();
        GraphQlResponse.Budget budget = graphQl == null || refused ? null : graphQl.budget(now);
        if (budget != null && (remaining == null || budget.requests() < remaining)) {
            limiter.update(budget.requests(), budget.untilReset());
        }
    }

    private void acquireSlot(Request request, CallContext call) {
        ensureOpen();
        long left = call.remaining().toNanos();
        try {
            // Not tryAcquire() without a timeout, because that would jump the queue.
            if (left <= 0 || !slots.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                TimedOutException.Phase phase =
                        left <= 0 ? TimedOutException.Phase.TOTAL : TimedOutException.Phase.POOL;
                throw new TimedOutException(phase, call.total(), null, Redactor.withoutResponse(request, call));
            }
        } catch (InterruptedException e) {
            throw interrupted("a free connection", e, Redactor.withoutResponse(request, call));
        }
        if (isClosed()) {
            slots.release();
            ensureOpen();
        }
    }

    private void await(RateLimiter limiter, Request request, CallContext call) {
        Duration wait = limiter.reserve(call.remaining());
        do {
            hold(wait, request, call);
            wait = limiter.permit();
        } while (!wait.isZero());
    }

    private void hold(Duration wait, Request request, CallContext call) {
        if (wait.isZero()) {
            return;
        }
        if (wait.compareTo(call.remaining()) >= 0) {
            Exchange exchange = Redactor.withoutResponse(request, call);
            throw new RateLimitedException(
                    exchange.method() + " " + exchange.url() + ": the rate limit permits the next request in "
                            + wait.toMillis() + " ms, and this call may take only "
                            + Math.max(0, call.remaining().toMillis()) + " ms more",
                    wait,
                    exchange);
        }
        try {
            if (time.await(closed, wait)) {
                ensureOpen();
            }
        } catch (InterruptedException e) {
            throw interrupted("the rate limit", e, Redactor.withoutResponse(request, call));
        }
    }

    /** Waits before the next attempt; returns false if the connection was closed in the meantime. */
    boolean pause(Duration wait, CallContext call, Request request) {
        call.addWait(wait.toNanos());
        try {
            return wait.isZero() ? !isClosed() : !time.await(closed, wait);
        } catch (InterruptedException e) {
            throw interrupted("the next attempt", e, Redactor.withoutResponse(request, call));
        }
    }

    private static TransferException interrupted(String awaited, InterruptedException e, Exchange exchange) {
        Thread.currentThread().interrupt();
        return new TransferException(
                exchange.summary() + ": the thread was interrupted while it waited for " + awaited, e, exchange);
    }

    boolean awaitClose(Duration max) throws InterruptedException {
        return isClosed() || time.await(closed, max);
    }

    /**
     * Waits until the connection is closed, or a latch is counted down.
     *
     * @param wake counted down if the connection is closed during the wait
     */
    boolean awaitClose(CountDownLatch wake, Duration max) throws InterruptedException {
        wakes.add(wake);
        try {
            boolean unused = !isClosed() && time.await(wake, max);
            return isClosed();
        } finally {
            wakes.remove(wake);
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    void ensureOpen() {
        if (isClosed()) {
            throw new ConnectorException("Connection \"" + connection + "\" is closed");
        }
    }

    /** Ends all waits. Waiting threads are woken one by one as slots are released; each then fails with "connection closed". */
    @Override
    public void close() {
        closed.countDown();
        wakes.forEach(CountDownLatch::countDown);
    }
}
