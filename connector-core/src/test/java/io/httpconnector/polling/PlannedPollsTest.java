package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests polls of triggers that exist only while they poll. */
class PlannedPollsTest {

    private final TimeSource time = new FakeTime();
    private final PollingEngine engine = PollingEngine.create(2, time);
    private final BlockingQueue<Instant> polled = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        engine.close();
    }

    private PlannedPoll now() {
        return new PlannedPoll(time.now(), time.now(), 0, false);
    }

    private static PlannedPoll after(PlannedPoll due, Duration delay) {
        Instant next = due.time().plus(delay);
        return new PlannedPoll(next, next, 0, false);
    }

    private Instant take() throws InterruptedException {
        return polled.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void pollsAreExecutedWhenTheyAreDue() throws Exception {
        PlannedPoll first = now();
        try (PlannedPolls planned = engine.plan("a", "origin", first, due -> {
            polled.add(due.time());
            return after(due, Duration.ofMinutes(10));
        })) {
            assertThat(take()).isEqualTo(first.time());
            assertThat(take()).isEqualTo(first.time().plus(Duration.ofMinutes(10)));
            assertThat(take()).isEqualTo(first.time().plus(Duration.ofMinutes(20)));
            assertThat(planned.next()).isPresent();
            assertThatThrownBy(() -> engine.plan("a", "origin", first, due -> due))
                    .isInstanceOf(StateException.class);
        }
    }

    @Test
    void failedPollIsTriedAgain() throws Exception {
        PlannedPoll first = now();
        try (PlannedPolls planned = engine.plan("a", "origin", first, due -> {
            polled.add(time.now());
            if (due.failures() < 2) {
                throw new ConnectorException("no connection");
            }
            return after(due, Duration.ofDays(1000));
        })) {
            Instant start = take();
            assertThat(take()).isAfterOrEqualTo(start.plus(Duration.ofMinutes(1)));
            assertThat(take()).isAfterOrEqualTo(start.plus(Duration.ofMinutes(2)));
            assertThat(planned.next()).isPresent();
        }
    }

    @Test
    void pollsEndWhenTheyAreClosedOrAnAuthorizationIsNeeded() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        PlannedPolls ending = engine.plan("a", "origin", now(), due -> {
            polled.add(due.time());
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new ConnectorException("interrupted", e);
            }
            return new PlannedPoll(due.time(), due.start(), 1, true);
        });
        assertThat(take()).isNotNull();
        release.countDown();
        // The id is free again when the polls have ended.
        while (ending.next().isPresent()) {
            Thread.onSpinWait();
        }
        PlannedPolls closed = engine.plan("a", "origin", after(now(), Duration.ofDays(100_000)), due -> due);
        closed.close();
        closed.close();
        assertThat(closed.next()).isEmpty();
        assertThat(polled).isEmpty();
    }

    @Test
    void nullIsRejected() {
        assertThatThrownBy(() -> engine.plan(null, "origin", now(), due -> due))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> engine.plan("a", "origin", now(), null))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
