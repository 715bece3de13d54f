package io.httpconnector.internal.limits;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An exponential backoff: a delay that doubles with each consecutive failure, with jitter. Immutable.
 *
 * @param first the delay after the first failure
 * @param max the longest delay before jitter
 */
public record Backoff(Duration first, Duration max) {

    /**
     * Returns a random delay.
     *
     * @param failures the number of consecutive failures, at least 1
     * @param from the smallest share of the delay, such as 0 for full jitter
     * @param to the largest share of the delay, such as 1
     * @return at least one nanosecond
     */
    public Duration delay(int failures, double from, double to) {
        double doubled = first.toNanos() * Math.pow(2, failures - 1.0);
        double limit = Math.min(doubled, (double) max.toNanos());
        double share = from + ThreadLocalRandom.current().nextDouble() * (to - from);
        return Duration.ofNanos(1 + (long) (share * limit));
    }
}
