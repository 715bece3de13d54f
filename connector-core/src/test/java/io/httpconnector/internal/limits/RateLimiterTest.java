package io.httpconnector.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.FakeTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimiterTest {

    private static final Duration WINDOW = Duration.ofMinutes(10);

    private final FakeTime time = new FakeTime();
    private final RateLimiter limiter = new RateLimiter(0, Duration.ZERO, time);

    private int permitted() {
        int count = 0;
        while (count < 100 && limiter.permit().isZero()) {
            count++;
        }
        return count;
    }

    /** Responses may arrive in any order: in one window, only a smaller number of remaining requests is news. */
    @ParameterizedTest
    @CsvSource({
        "PT10M, 1",
        "PT10M1.999S, 1",
        "PT9M58.001S, 1",
        // The service reports another window.
        "PT10M2S, 5",
        "PT9M58S, 5",
    })
    void lateResponseDoesNotRaiseTheRemainingRequests(Duration untilReset, int permitted) {
        time.pass(Duration.ofSeconds(1));
        limiter.update(1, WINDOW);

        limiter.update(5, untilReset);

        assertThat(permitted()).isEqualTo(permitted);
        assertThat(limiter.permit()).isEqualTo(untilReset);
    }

    @Test
    void smallerNumberInTheSameWindowCounts() {
        limiter.update(5, WINDOW);
        time.pass(Duration.ofMinutes(1));

        limiter.update(2, Duration.ofMinutes(9));

        assertThat(permitted()).isEqualTo(2);
        assertThat(limiter.permit()).isEqualTo(Duration.ofMinutes(9));
    }

    @Test
    void windowEndsAtItsReset() {
        limiter.update(0, Duration.ofSeconds(1));
        time.pass(Duration.ofSeconds(1));

        limiter.update(4, Duration.ofSeconds(1));

        assertThat(permitted()).isEqualTo(4);
        time.pass(Duration.ofSeconds(1));
        assertThat(permitted()).isEqualTo(100);
    }

    @Test
    void delayOfTheWholeTimeoutReservesNothing() {
        RateLimiter fixed = new RateLimiter(1, WINDOW, time);
        assertThat(fixed.reserve(WINDOW)).isZero();

        assertThat(fixed.reserve(WINDOW)).isEqualTo(WINDOW);
        assertThat(fixed.reserve(WINDOW.plusNanos(1))).isEqualTo(WINDOW);
        assertThat(fixed.reserve(WINDOW)).isEqualTo(WINDOW.multipliedBy(2));
    }
}
