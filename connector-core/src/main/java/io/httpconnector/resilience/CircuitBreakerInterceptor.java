package io.httpconnector.resilience;

import static io.httpconnector.internal.Arguments.notNull;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.Interceptor;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.Timings;
import io.httpconnector.TransferException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An interceptor with a circuit breaker of Resilience4j: after too many failures or slow calls it rejects requests with a {@link
 * CircuitOpenException} instead of sending them, until trial requests succeed. Needs the library {@code
 * io.github.resilience4j:resilience4j-circuitbreaker}, version 2.
 *
 * <pre>{@code
 * CircuitBreaker breaker = CircuitBreaker.of("jira", CircuitBreakerConfig.custom().failureRateThreshold(50).build());
 * HttpConnection.named("Jira").baseUrl(url).around(CircuitBreakerInterceptor.of(breaker))...
 * }</pre>
 *
 * <p>Failures are: no connection, no response in time, a broken exchange, and the statuses 429 and 5xx. Other statuses prove that the
 * service works. What the application or the library causes is not counted: an invalid request, missing credentials, the rate limit or
 * concurrency limit of the connection, an interrupt, a reader that fails. The configuration of the circuit breaker can record or ignore
 * further exceptions, and {@link Response responses}.
 *
 * <p>The duration of a call, for slow calls, has no time in which it waited for the connection's own limits or for the next
 * attempt; for a streamed response it ends with the first byte. A circuit breaker can be used by several connections. Thread-safe.
 */
public final class CircuitBreakerInterceptor implements Interceptor {

    private final CircuitBreaker breaker;
    private final Placement placement;
    private final OpenTimes opened;

    private CircuitBreakerInterceptor(CircuitBreaker breaker, Placement placement) {
        this.breaker = breaker;
        this.placement = placement;
        this.opened = OpenTimes.of(breaker);
    }

    /**
     * Creates an interceptor that counts calls, with all their attempts as one.
     *
     * @param breaker the circuit breaker
     * @return the interceptor
     */
    public static CircuitBreakerInterceptor of(CircuitBreaker breaker) {
        return new CircuitBreakerInterceptor(notNull(breaker, "circuit breaker"), Placement.OUTSIDE_RETRIES);
    }

    /**
     * Counts each attempt and not each call. A call ends when the circuit opens between its attempts.
     *
     * @return another interceptor
     */
    public CircuitBreakerInterceptor insideRetries() {
        return new CircuitBreakerInterceptor(breaker, Placement.INSIDE_RETRIES);
    }

    /**
     * Returns a clock for {@code CircuitBreakerConfig.custom().clock(...)}, so that tests can use virtual time.
     *
     * @param time the time source of the connection
     * @return a clock that shows its time
     */
    public static Clock clock(TimeSource time) {
        return new SourceClock(notNull(time, "time"), ZoneOffset.UTC);
    }

    private static final class SourceClock extends Clock {

        private final TimeSource time;
        private final ZoneId zone;

        SourceClock(TimeSource time, ZoneId zone) {
            this.time = time;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new SourceClock(time, other);
        }

        @Override
        public Instant instant() {
            return time.now();
        }
    }

    @Override
    public Placement placement() {
        return placement;
    }

    @Override
    public String name() {
        return breaker.getName();
    }

    /** Returns the state of the circuit breaker, such as {@code open, trial requests in 12 s}. */
    @Override
    public Optional<String> status() {
        State state = breaker.getState();
        String name = state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        Duration wait = opened.untilTrial();
        return Optional.of(state == State.OPEN && wait != null ? name + ", trial requests " + in(wait) : name);
    }

    private static String in(Duration wait) {
        return wait.compareTo(Duration.ofSeconds(1)) < 0
                ? "in less than 1 s"
                : "in " + wait.plusMillis(999).toSeconds() + " s";
    }

    @Override
    public Response intercept(Chain chain) {
        if (!breaker.tryAcquirePermission()) {
            throw rejected(chain);
        }
        Timings before = chain.timings();
        boolean isCounted = false;
        try {
            Response response = chain.proceed(chain.request());
            Duration duration = duration(before, chain);
            isCounted = true;
            if (isFailure(response.status())) {
                breaker.onError(
                        duration.toNanos(),
                        TimeUnit.NANOSECONDS,
                        new ConnectorException("The service responded with " + response.status()));
            } else {
                breaker.onResult(duration.toNanos(), TimeUnit.NANOSECONDS, response);
            }
            return response;
        } catch (ConnectorException e) {
            Boolean failed = isFailure(e);
            if (failed != null && !isCounted) {
                isCounted = true;
                long nanos = duration(before, chain).toNanos();
                if (failed) {
                    breaker.onError(nanos, TimeUnit.NANOSECONDS, e);
                } else {
                    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
                }
            }
            throw e;
        } finally {
            if (!isCounted) {
                breaker.releasePermission();
            }
        }
    }

    private CircuitOpenException rejected(Chain chain) {
        State state = breaker.getState();
        Duration wait = state == State.HALF_OPEN ? null : opened.untilTrial();
        String problem = switch (state) {
            case HALF_OPEN -> "is half-open, and its trial requests are in progress";
            case FORCED_OPEN -> "was opened by the application";
            default ->
                "is open, because the service has failed"
                        + (wait == null ? "" : ": trial requests are permitted " + in(wait));
        };
        return new CircuitOpenException(
                breaker.getName(),
                chain.request() + ": the circuit breaker \"" + breaker.getName() + "\" of connection \""
                        + chain.connection() + "\" " + problem,
                wait);
    }

    private static Duration duration(Timings before, Chain chain) {
        Timings after = chain.timings();
        if (chain.callType() == CallType.STREAM) {
            return after.dns().plus(after.connect()).plus(after.tls()).plus(after.firstByte());
        }
        return after.total().minus(before.total()).minus(after.queue().minus(before.queue()));
    }

    private static boolean isFailure(int status) {
        return status >= 500 || status == 429;
    }

    /** Returns whether the service has failed; null if the exception says nothing about the service. */
    private static @Nullable Boolean isFailure(ConnectorException e) {
        if (e instanceof RateLimitedException) {
            boolean isOfService =
                    e.exchange().filter(sent -> sent.status().isPresent()).isPresent();
            return isOfService ? true : null;
        }
        if (e instanceof StatusException response) {
            return isFailure(response.status());
        }
        if (e instanceof CannotConnectException failure) {
            return failure.reason() == CannotConnectException.Reason.NOT_ALLOWED ? null : true;
        }
        if (e instanceof TimedOutException timeout) {
            return timeout.phase() == TimedOutException.Phase.POOL ? null : true;
        }
        return (e instanceof TransferException && !Thread.currentThread().isInterrupted()) ? true : null;
    }
}
