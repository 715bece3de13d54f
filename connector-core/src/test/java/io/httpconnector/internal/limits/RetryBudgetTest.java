package io.httpconnector.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.FakeTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private final FakeTime time = new FakeTime();

    private static int takeAll(RetryBudget budget) {
        int taken = 0;
        while (taken < 1000 && budget.take()) {
            taken++;
        }
        return taken;
    }

    @Test
    void tenRetriesAreTheMaximumInReserve() {
        RetryBudget budget = new RetryBudget(time, 0.1);
        assertThat(takeAll(budget)).isEqualTo(10);

        for (int i = 0; i < 1000; i++) {
            budget.countRequest();
        }
        time.pass(Duration.ofDays(1));
        assertThat(takeAll(budget)).isEqualTo(10);
    }

    @Test
    void oneRetryIn2SecondsIsPermittedWithoutRequests() {
        time.pass(Duration.ofDays(1));
        RetryBudget budget = new RetryBudget(time, 0.1);
        takeAll(budget);

        time.pass(Duration.ofMillis(1999));
        assertThat(budget.take()).isFalse();

        time.pass(Duration.ofMillis(2));
        assertThat(takeAll(budget)).isEqualTo(1);
    }

    @Test
    void shareOfTheRequestsIsPermitted() {
        RetryBudget budget = new RetryBudget(time, 0.25);
        takeAll(budget);

        for (int i = 0; i < 12; i++) {
            budget.countRequest();
        }
        assertThat(takeAll(budget)).isEqualTo(3);
    }
}
