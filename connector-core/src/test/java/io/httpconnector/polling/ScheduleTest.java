package io.httpconnector.polling;

import static io.httpconnector.polling.Waits.eventually;
import static io.httpconnector.polling.Waits.pause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.polling.Schedule.Due;
import io.httpconnector.polling.Schedule.Misfire;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ScheduleTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(100);
    /** The time of the engine passes this many times as fast. */
    private static final int FACTOR = 4;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final TimeSource time = Waits.accelerated(FACTOR);
    private final PollingEngine engine = PollingEngine.create(4, time);

    @AfterEach
    void end() {
        engine.close();
        connection.close();
        service.close();
    }

    @Test
    void intervalIsMeasuredFromStartToStart() {
        Schedule schedule = Schedule.every(MINUTE);

        assertThat(schedule.first(NOW).start()).isEqualTo(NOW);
        assertThat(next(schedule, NOW.plusSeconds(10))).isEqualTo(NOW.plusSeconds(60));
    }

    @Test
    void missedPollsAreSkippedOrCaughtUpOnce() {
        Schedule skip = Schedule.every(MINUTE);
        Schedule catchUp = skip.misfire(Misfire.CATCH_UP);
        Instant late = NOW.plusSeconds(200);

        assertThat(next(skip, late)).isEqualTo(NOW.plusSeconds(240));
        assertThat(next(catchUp, late)).isEqualTo(late);
        assertThat(catchUp.next(late, late.plusSeconds(1)).start()).isEqualTo(late.plusSeconds(60));
    }

    @Test
    void firstPollMayBeDelayedOrSpread() {
        assertThat(Schedule.every(MINUTE)
                        .startAfter(Duration.ofHours(1))
                        .first(NOW)
                        .start())
                .isEqualTo(NOW.plusSeconds(3600));
        List<Instant> begins = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            begins.add(Schedule.every(MINUTE).spread().first(NOW).start());
        }
        assertThat(begins).allMatch(begin -> !begin.isBefore(NOW) && begin.isBefore(NOW.plus(MINUTE)));
        assertThat(begins).anyMatch(begin -> begin.isBefore(NOW.plusSeconds(6)));
        assertThat(begins).anyMatch(begin -> begin.isAfter(NOW.plusSeconds(54)));
    }

    @Test
    void jitterDoesNotAccumulate() {
        Schedule schedule = Schedule.every(MINUTE).jitter(Duration.ofSeconds(30));
        Due due = schedule.first(NOW);
        for (int i = 0; i < 100; i++) {
            due = schedule.next(due.time(), due.start());
            assertThat(due.time()).isEqualTo(NOW.plus(MINUTE.multipliedBy(i + 1)));
            assertThat(due.jitter()).isBetween(Duration.ZERO, Duration.ofSeconds(30));
        }
    }

    @Test
    void cronUsesWallClockInItsZone() {
        Schedule schedule = Schedule.cron("30 2 * * *", ZoneId.of("Europe/Berlin"));

        assertThat(schedule.first(NOW).start()).isEqualTo("2026-11-26T01:30:00Z");
        Instant lastOfWinter = Instant.parse("2026-03-28T01:30:00Z");
        // 02:30 does not exist on the 29th.
        assertThat(next(schedule, lastOfWinter, lastOfWinter)).isEqualTo("2026-03-30T00:30:00Z");
        Schedule weekdays = Schedule.cron("0 6 * * MON-FRI", ZoneId.of("UTC"));
        assertThat(weekdays.first(Instant.parse("2026-11-27T12:00:00Z")).start())
                .isEqualTo("2026-11-30T06:00:00Z");
    }

    @Test
    void invalidScheduleIsRejected() {
        assertThatThrownBy(() -> Schedule.every(Duration.ZERO)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> Schedule.every(Duration.ofDays(1000))).hasMessageContaining("up to 366 days");
        assertThatThrownBy(() -> Schedule.cron("every day", ZoneId.of("UTC")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("\"every day\" is not a valid cron expression");
        assertThatThrownBy(() -> Schedule.cron("0 0 30 2 *", ZoneId.of("UTC")))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> Schedule.every(MINUTE).jitter(Duration.ofDays(2)))
                .hasMessageContaining("up to one day");
        try (PollingTrigger trigger = trigger().build()) {
            assertThatThrownBy(trigger::start)
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("has no schedule");
        }
    }

    @Test
    void startPauseResumeAndStop() {
        try (PollingTrigger trigger = trigger().every(SHORT).minInterval(SHORT).build()) {
            assertThat(trigger.status().state()).isEqualTo(State.STOPPED);
            trigger.start();
            trigger.start();
            eventually(() -> service.requests.size() >= 3);
            assertThat(trigger.status().lastSuccess()).isPresent();

            trigger.pause();
            eventually(() -> trigger.status().state() == State.PAUSED);
            int paused = service.requests.size();
            pass(500);
            assertThat(service.requests).hasSizeLessThanOrEqualTo(paused + 1);

            trigger.resume();
            eventually(() -> service.requests.size() >= paused + 3);
            assertThat(trigger.stop(Duration.ofSeconds(10))).isTrue();
            int stopped = service.requests.size();
            pass(500);
            assertThat(service.requests).hasSize(stopped);
            assertThat(trigger.status().nextPoll()).isEmpty();

            trigger.start();
            eventually(() -> service.requests.size() > stopped);
        }
    }

    @Test
    void idIsStartedOncePerProcessWhateverTheStore() {
        try (PollingTrigger first = trigger().every(MINUTE).build();
                PollingTrigger second = trigger().every(MINUTE).build()) {
            first.start();
            assertThatThrownBy(second::start)
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateException.StateFailure.IN_USE))
                    .hasMessageContaining("\"records\" is started already");
            assertThat(first.stop(Duration.ofSeconds(10))).isTrue();
            second.start();
            assertThatThrownBy(first::start).isInstanceOf(StateException.class);
        }
    }

    @Test
    void slowHandlerDelaysPollingWithoutOverlap() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        AtomicInteger id = new AtomicInteger();
        service.behaviour = asked -> {
            limit.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
            return MockResponse.of("application/json", "[{\"id\": " + id.incrementAndGet() + "}]");
        };
        AtomicInteger handled = new AtomicInteger();
        try (PollingTrigger trigger = trigger()
                .every(SHORT)
                .minInterval(SHORT)
                .startPosition(StartPosition.everything())
                .handler(event -> {
                    running.incrementAndGet();
                    pass(300);
                    handled.incrementAndGet();
                    running.decrementAndGet();
                })
                .build()) {
            trigger.start();
            eventually(() -> handled.get() >= 4);
        }
        assertThat(limit).hasValue(1);
        assertThat(service.requests.size()).isLessThanOrEqualTo(handled.get() + 1);
    }

    @Test
    void failuresBackOffAndListenerIsNotified() {
        service.behaviour = asked -> MockResponse.status(500);
        List<Integer> failures = Collections.synchronizedList(new ArrayList<>());
        PollingListener listener = new PollingListener() {
            @Override
            public void onFailure(String trigger, Exception failure, int inARow) {
                failures.add(inARow);
                throw new IllegalStateException("a listener that fails does no harm");
            }
        };
        try (PollingTrigger trigger =
                trigger().every(SHORT).minInterval(SHORT).listener(listener).build()) {
            trigger.start();
            pass(2000);
            // 100 ms, 200, 400, 800, 1600: not 20 polls.
            assertThat(service.requests).hasSizeBetween(3, 6);
            assertThat(trigger.status().consecutiveFailures()).isEqualTo(failures.size());
            assertThat(trigger.status().lastError().orElseThrow()).contains("500");
            assertThat(failures).startsWith(1, 2, 3);

            service.behaviour = asked -> MockResponse.json(List.of());
            eventually(() -> trigger.status().consecutiveFailures() == 0);
            int before = service.requests.size();
            pass(1000);
            assertThat(service.requests.size() - before).isGreaterThan(4);
        }
    }

    @Test
    void retryAfterIsRespected() {
        service.behaviour = asked -> MockResponse.status(429).header("Retry-After", "2");
        try (PollingTrigger trigger = trigger().every(SHORT).minInterval(SHORT).build()) {
            trigger.start();
            pass(1500);
            assertThat(service.requests).hasSize(1);
            assertThat(trigger.status().nextPoll().orElseThrow()).isAfter(time.now());
            eventually(() -> service.requests.size() == 2);
        }
    }

    @Test
    void pollIntervalOfServiceIsRespected() {
        service.behaviour = asked -> MockResponse.json(List.of()).header("X-Poll-Interval", "60");
        try (PollingTrigger trigger = trigger().every(SHORT).minInterval(SHORT).build()) {
            trigger.start();
            pass(700);
            assertThat(service.requests).hasSize(1);
        }
    }

    @Test
    void externalSchedulerGetsNextPlannedPoll() {
        try (PollingTrigger trigger = trigger().every(MINUTE).build()) {
            PlannedPoll first = trigger.firstPlanned();
            assertThat(first.start()).isBetween(time.now().minusSeconds(5), time.now());

            PlannedPoll second = trigger.pollPlanned(first.time(), 0);
            assertThat(second).isEqualTo(new PlannedPoll(first.time().plus(MINUTE), second.start(), 0, false));
            assertThat(second.start()).isEqualTo(second.time());

            service.behaviour = asked -> MockResponse.status(500);
            PlannedPoll afterThree = trigger.pollPlanned(second.time(), 2);
            assertThat(afterThree.failures()).isEqualTo(3);
            assertThat(afterThree.time()).isEqualTo(second.time());
            assertThat(afterThree.start())
                    .isBetween(time.now().plusSeconds(230), time.now().plusSeconds(301));

            for (int status : List.of(429, 503)) {
                service.behaviour = asked -> MockResponse.status(status).header("Retry-After", "3000");
                assertThat(trigger.pollPlanned(second.time(), 0).start())
                        .isAfter(time.now().plusSeconds(2900));
            }
            // A service that sends milliseconds by mistake does not stop polling for years.
            service.behaviour = asked -> MockResponse.status(429).header("Retry-After", "86400000");
            assertThat(trigger.pollPlanned(second.time(), 0).start())
                    .isBetween(time.now().plusSeconds(86_000), time.now().plusSeconds(86_401));
            service.behaviour = asked -> MockResponse.json(List.of()).header("X-Poll-Interval", "9999999");
            assertThat(trigger.pollPlanned(second.time(), 0).start())
                    .isBefore(time.now().plusSeconds(86_401));
            service.behaviour = asked -> MockResponse.status(401);
            assertThat(trigger.pollPlanned(second.time(), 0).needsAuthorization())
                    .isTrue();
            service.behaviour = asked -> MockResponse.json(List.of()).header("X-Poll-Interval", "600");
            assertThat(trigger.pollPlanned(second.time(), 5))
                    .satisfies(planned -> assertThat(planned.failures()).isZero())
                    .satisfies(planned ->
                            assertThat(planned.start()).isAfter(time.now().plusSeconds(590)));
        }
        try (PollingTrigger trigger = trigger().build()) {
            assertThatThrownBy(trigger::firstPlanned).isInstanceOf(ConnectorException.class);
            assertThatThrownBy(() -> trigger.pollPlanned(NOW, 0)).isInstanceOf(ConnectorException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void triggerWithoutAuthorizationStopsUntilItIsStartedOrResumed(boolean isStarted) {
        service.behaviour = asked -> MockResponse.status(401);
        try (PollingTrigger trigger = trigger().every(SHORT).minInterval(SHORT).build()) {
            trigger.start();
            eventually(() -> trigger.status().state() == State.AUTHORIZATION_NEEDED);
            int asked = service.requests.size();
            pass(500);
            assertThat(service.requests).hasSize(asked);

            service.behaviour = any -> MockResponse.json(List.of());
            if (isStarted) {
                trigger.start();
            } else {
                trigger.resume();
            }
            eventually(() -> trigger.status().lastSuccess().isPresent());
            assertThat(trigger.status().state()).isNotEqualTo(State.AUTHORIZATION_NEEDED);
        }
    }

    @Test
    void concurrentPollsAreLimitedAndTriggersHaveNoThreads() throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(50);
        service.behaviour = asked -> {
            limit.accumulateAndGet(running.incrementAndGet(), Math::max);
            pause(20);
            running.decrementAndGet();
            all.countDown();
            return MockResponse.json(List.of());
        };
        List<PollingTrigger> triggers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            triggers.add(PollingTrigger.named("t" + i)
                    .connection(connection)
                    .request(RequestTemplate.named("List").get("/records").build())
                    .key("/id")
                    .store(StateStore.inMemory())
                    .handler(event -> {})
                    .engine(engine)
                    .every(Duration.ofHours(1))
                    .build());
        }
        triggers.forEach(PollingTrigger::start);
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(limit.get()).isBetween(2, 4);
        triggers.forEach(PollingTrigger::close);
    }

    /** Waits until this many milliseconds of the engine's time have passed. */
    private static void pass(long millis) {
        pause(millis / FACTOR);
    }

    private static Instant next(Schedule schedule, Instant now) {
        return schedule.next(NOW, now).start();
    }

    private static Instant next(Schedule schedule, Instant due, Instant now) {
        return schedule.next(due, now).start();
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .engine(engine)
                .handler(event -> {});
    }
}
