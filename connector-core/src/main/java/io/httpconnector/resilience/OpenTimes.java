package io.httpconnector.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Records when a circuit breaker has opened, which it does not report later. One for each circuit breaker. Thread-safe. */
final class OpenTimes {

    private static final Map<CircuitBreaker, OpenTimes> ALL = new WeakHashMap<>();

    private final CircuitBreakerConfig config;
    private final Clock clock;
    /** How often the circuit has opened since it was closed. */
    private int count;

    private @Nullable Instant end;

    private OpenTimes(CircuitBreakerConfig config) {
        this.config = config;
        this.clock = config.getClock();
    }

    static OpenTimes of(CircuitBreaker breaker) {
        synchronized (ALL) {
            OpenTimes known = ALL.get(breaker);
            if (known == null) {
                OpenTimes created = new OpenTimes(breaker.getCircuitBreakerConfig());
                breaker.getEventPublisher()
                        .onStateTransition(event ->
                                created.changed(event.getStateTransition().getToState()));
                ALL.put(breaker, created);
                known = created;
            }
            return known;
        }
    }

    private synchronized void changed(State state) {
        end = null;
        if (state == State.OPEN) {
            count++;
            end = clock.instant()
                    .plusMillis(config.getWaitIntervalFunctionInOpenState().apply(count));
        } else if (state == State.CLOSED) {
            count = 0;
        }
    }

    /** Returns the time until trial requests are permitted; null if the circuit is not open, or has opened before the recording. */
    synchronized @Nullable Duration untilTrial() {
        Duration left = end == null ? null : Duration.between(clock.instant(), end);
        return left != null && left.isNegative() ? Duration.ZERO : left;
    }
}
