package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.TriggerEvent;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More records in one read than the maximum of remembered keys: a clear error, and no event is lost or repeated when the limit
 * is raised.
 */
@Timeout(30)
class RememberedKeysLimitTest extends RecordServiceFixture {

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
        try (PollingTrigger trigger = trigger(mode, store).maxRememberedKeys(20).build()) {
            for (int i = 0; i < 4; i++) {
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
