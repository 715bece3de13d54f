package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More records in one read than the maximum of remembered keys: a clear error, and no event is lost or repeated when the limit
 * is raised.
 */
@Timeout(30)
class RememberedKeysLimitTest extends RecordServiceFixture {

    private final FakeTime time = new FakeTime();
    private final PollingEngine engine = PollingEngine.create(2, time);
    private volatile int idsOfHour;

    /** How far the clock of the service is behind that of the trigger. */
    private volatile Duration behind = Duration.ZERO;

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"comparison", "token", "time", "number"})
    void tooManyKeysAreReported(String mode) {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                IntStream.rangeClosed(1, 50)
                        .mapToObj(i -> Map.of("id", i, "t", "2026-01-31T12:00:00Z", "n", 1))
                        .toList(),
                "token",
                "a"));
        StateStore store = StateStore.inMemory();
        try (PollingTrigger trigger =
                trigger(mode, store).engine(engine).maxRememberedKeys(20).build()) {
            for (int i = 0; i < 4; i++) {
                time.pass(Duration.ofMinutes(5));
                assertThatThrownBy(trigger::pollOnce)
                        .isInstanceOfSatisfying(
                                PollingException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED))
                        .hasMessageContaining("maxRememberedKeys");
                assertThat(trigger.status().lastError().orElseThrow()).contains("maxRememberedKeys");
            }
        }
        try (PollingTrigger trigger =
                trigger(mode, store).maxRememberedKeys(1000).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).doesNotHaveDuplicates().hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"comparison", "token", "time", "number"})
    void maximumOfKeysIsRemembered(String mode) {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                IntStream.rangeClosed(1, 20)
                        .mapToObj(i -> Map.of("id", i, "t", "2026-01-31T12:00:00Z", "n", 1))
                        .toList(),
                "token",
                "a"));
        try (PollingTrigger trigger =
                trigger(mode, StateStore.inMemory()).maxRememberedKeys(20).build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(20);
            assertThat(trigger.pollOnce().events()).isZero();
        }
    }

    @Test
    void noKeyOfATokenIsForgottenBelowTheMaximum() {
        returnsIdsOfEachHour();
        try (PollingTrigger trigger = trigger("token", StateStore.inMemory())
                .engine(engine)
                .maxRememberedKeys(16)
                .build()) {
            pollAt(0, 0, trigger);
            pollAt(2, 2, trigger);
            pollAt(3, 0, trigger);
        }
        assertThat(events).hasSize(16);
    }

    @Test
    void lowerMaximumSaysHowToContinue() {
        returnsIdsOfEachHour();
        StateStore store = StateStore.inMemory();
        try (PollingTrigger trigger =
                trigger("token", store).engine(engine).maxRememberedKeys(50).build()) {
            pollAt(0, 0, trigger);
            pollAt(1, 1, trigger);
            pollAt(2, 2, trigger);
        }
        try (PollingTrigger trigger =
                trigger("token", store).engine(engine).maxRememberedKeys(20).build()) {
            assertThatThrownBy(() -> pollAt(3, 3, trigger))
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT_REACHED))
                    .hasMessageContaining("raise maxRememberedKeys(...) above 31")
                    .hasMessageContaining("first shorten keyRetention(...), and lower it when a poll has succeeded");
        }
        try (PollingTrigger trigger = trigger("token", store)
                .engine(engine)
                .maxRememberedKeys(50)
                .keyRetention(Duration.ofMinutes(90))
                .build()) {
            pollAt(4, 3, trigger);
        }
        try (PollingTrigger trigger =
                trigger("token", store).engine(engine).maxRememberedKeys(20).build()) {
            pollAt(5, 5, trigger);
        }
        assertThat(events).extracting(TriggerEvent::key).doesNotHaveDuplicates().hasSize(40);
    }

    /** Half of the time, inclusive. */
    @Test
    void keysInTheMiddleOfTheTimeAreForgotten() {
        returnsIdsOfEachHour();
        try (PollingTrigger trigger = trigger("token", StateStore.inMemory())
                .engine(engine)
                .maxRememberedKeys(20)
                .build()) {
            for (int hour : new int[] {0, 2, 4}) {
                pollAt(hour, hour, trigger);
            }
            events.clear();
            pollAt(5, 2, trigger);
        }
        assertThat(events).hasSize(8);
    }

    /** With a token the service returns only changes, so that the oldest keys can be forgotten. */
    @Test
    void olderHalfOfTheKeysOfATokenIsForgotten() {
        returnsIdsOfEachHour();
        try (PollingTrigger trigger = trigger("token", StateStore.inMemory())
                .engine(engine)
                .maxRememberedKeys(20)
                .build()) {
            for (int hour : new int[] {0, 2, 3}) {
                pollAt(hour, hour, trigger);
            }
            assertThat(events).hasSize(24);
            events.clear();
            pollAt(3, 2, trigger);
            assertThat(events).isEmpty();
            pollAt(4, 0, trigger);
        }
        assertThat(events).hasSize(8);
    }

    @Test
    void keysOfATokenAreForgottenAfterRetention() {
        returnsIdsOfEachHour();
        try (PollingTrigger trigger = trigger("token", StateStore.inMemory())
                .engine(engine)
                .keyRetention(Duration.ofHours(24))
                .build()) {
            pollAt(0, 0, trigger);
            pollAt(20, 0, trigger);
            pollAt(40, 0, trigger);
            assertThat(events).hasSize(8);
            pollAt(65, 65, trigger);
            pollAt(66, 0, trigger);
        }
        assertThat(events).hasSize(24);
    }

    @ParameterizedTest
    @ValueSource(strings = {"comparison", "token"})
    void keysAreRememberedUntilTheEndOfTheRetention(String mode) {
        returnsIdsOfEachHour();
        try (PollingTrigger trigger = trigger(mode, StateStore.inMemory())
                .engine(engine)
                .keyRetention(Duration.ofHours(24))
                .build()) {
            pollAt(0, 0, trigger);
            pollAt(24, 24, trigger);
            events.clear();
            pollAt(25, 0, trigger);
            assertThat(events).isEmpty();
            pollAt(50, 50, trigger);
            events.clear();
            pollAt(51, 0, trigger);
            assertThat(events).hasSize(8);
        }
    }

    /** Records that the last process has seen are remembered for the whole retention from then on. */
    @ParameterizedTest
    @CsvSource({"comparison, 0", "token, 0", "comparison, 9", "token, 9", "comparison, -9", "token, -9"})
    void keysAreRememberedAfterARestart(String mode, int daysBehind) {
        behind = Duration.ofDays(daysBehind);
        returnsIdsOfEachHour();
        StateStore store = StateStore.inMemory();
        try (PollingTrigger trigger = retaining(mode, store)) {
            pollAt(0, 0, trigger);
            pollAt(20, 0, trigger);
            pollAt(40, 0, trigger);
        }
        try (PollingTrigger trigger = retaining(mode, store)) {
            pollAt(41, 41, trigger);
            events.clear();
            pollAt(42, 0, trigger);
        }
        assertThat(events).isEmpty();
    }

    private PollingTrigger retaining(String mode, StateStore store) {
        return trigger(mode, store)
                .engine(engine)
                .keyRetention(Duration.ofHours(24))
                .build();
    }

    @Test
    void comparisonWithoutChangesStoresNothing() {
        returnsIdsOfEachHour();
        FailingStore store = new FailingStore();
        try (PollingTrigger trigger =
                trigger("comparison", store).engine(engine).build()) {
            pollAt(0, 0, trigger);
            store.full = true;
            pollAt(1, 0, trigger);
            store.full = false;
        }
        assertThat(events).hasSize(8);
    }

    private void returnsIdsOfEachHour() {
        service.behaviour = asked -> MockResponse.json(Map.of(
                        "items",
                        IntStream.range(0, 8)
                                .mapToObj(i -> Map.of("id", idsOfHour * 100 + i))
                                .toList(),
                        "token",
                        "a"))
                .header(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                time.now().minus(behind).atZone(ZoneOffset.UTC)));
    }

    private void pollAt(int hour, int ids, PollingTrigger trigger) {
        time.pass(Duration.between(time.now(), FakeTime.START.plus(Duration.ofHours(hour))));
        idsOfHour = ids;
        trigger.pollOnce();
    }

    private PollingTriggerBuilder trigger(String mode, StateStore store) {
        PollingTriggerBuilder builder =
                trigger().records(RecordSelector.at("/items")).maxInMemory(7).store(store);
        return switch (mode) {
            case "token" -> builder.cursor(Cursor.opaque("/token").sentAs("token"));
            case "time" -> builder.cursor(Cursor.timestamp("/t").sentAs("since"));
            case "number" -> builder.cursor(Cursor.number("/n").sentAs("since"));
            default -> builder;
        };
    }
}
