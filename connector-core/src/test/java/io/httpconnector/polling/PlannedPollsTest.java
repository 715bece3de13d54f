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
@SuppressWarnings("try") // Resources are closed within tests.
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
    void requestedPollFollowsTheOneInProgressAndWaitsAfterAFailure() throws Exception {
        TimeSource system = TimeSource.SYSTEM;
        CountDownLatch gate = new CountDownLatch(1);
        PlannedPoll first = new PlannedPoll(system.now(), system.now(), 0, false);
        try (PollingEngine real = PollingEngine.create(2, system);
                PlannedPolls planned = real.plan("a", "origin", first, due -> {
                    polled.add(due.time());
                    boolean isFirst = polled.size() == 1;
                    if (isFirst) {
                        awaitGate(gate);
                    }
                    Instant next = system.now().plus(Duration.ofHours(1));
                    return new PlannedPoll(next, next, isFirst || polled.size() < 3 ? 0 : 1, false);
                })) {
            while (polled.isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(planned.pollNow()).isTrue();
            gate.countDown();
            while (polled.size() < 2) {
                Thread.onSpinWait();
            }
            assertThat(planned.pollNow()).isTrue();
            while (polled.size() < 3 || planned.next().orElseThrow().failures() == 0) {
                Thread.onSpinWait();
            }
            Instant afterFailure = planned.next().orElseThrow().start();

            assertThat(planned.pollNow()).isTrue();

            assertThat(planned.next().orElseThrow().start()).isEqualTo(afterFailure);
            assertThat(polled).hasSize(3);
            planned.close();
            assertThat(planned.pollNow()).isFalse();
        }
    }

    private static void awaitGate(CountDownLatch gate) {
        try {
            assertThat(gate.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
