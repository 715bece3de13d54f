package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log of a trigger is replaced by its contents when most of it is obsolete, or when the definition has changed. */
@Timeout(60)
class CompactedStateTest {

    private static final String LARGE = "x".repeat(300_000);

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final PollingEngine engine = PollingEngine.create(2, new FakeTime());
    private final CountingStore store = new CountingStore();
    private final Map<Integer, Object> records = new LinkedHashMap<>();
    private final List<TriggerEvent> events = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private String tag = "\"1\"";

    /** Large records fail. */
    private final Delivery delivery = Delivery.to(event -> {
                if (event.payload().at("/name").asText().length() > 100) {
                    throw new IllegalStateException("too large");
                }
                events.add(event);
            })
            .attempts(1);

    CompactedStateTest() {
        service.behaviour = asked -> tag.equals(asked.headers().get("If-None-Match"))
                ? MockResponse.status(304)
                : MockResponse.json(records.values()).header("ETag", tag);
    }

    @AfterEach
    void end() {
        engine.close();
        connection.close();
        service.close();
    }

    @Test
    void compactedLogContainsEverything() {
        try (PollingTrigger trigger = trigger().build()) {
            put(1, "a");
            put(2, LARGE);
            put(3, LARGE);
            put(4, LARGE);
            trigger.pollOnce();
            trigger.discard(trigger.deadLetters().get(0).event().id());
            trigger.discard(trigger.deadLetters().get(0).event().id());
            assertThat(store.replaced).isZero();
            put(5, LARGE);
            put(6, "b");
            trigger.pollOnce();
            assertThat(store.replaced).isOne();
            put(7, "c");
            trigger.pollOnce();
            assertThat(store.replaced).isOne();
        }
        events.clear();
        try (PollingTrigger trigger = trigger().build()) {
            assertThat(trigger.pollOnce().notModified()).isTrue();
            assertThat(trigger.deadLetters())
                    .extracting(letter -> letter.event().key())
                    .containsExactly("4", "5");
            assertThat(trigger.deadLetters())
                    .extracting(DeadLetter::error)
                    .allMatch(error -> error.contains("too large"));
            records.remove(1);
            put(6, "changed");
            trigger.pollOnce();
        }
        assertThat(events)
                .extracting(event -> event.change() + " " + event.key())
                .containsExactly("UPDATED 6", "DELETED 1");
        try (PollingTrigger trigger = trigger().key("/name").build()) {
            trigger.pollOnce();
        }
        assertThat(changes).hasSize(1);
    }

    /** The log keeps growing, and it is not attempted with each poll. */
    @Test
    void failedCompactionIsRepeatedWhenTheLogHasDoubled() {
        store.failure = new StateException(StateFailure.UNAVAILABLE, "no space for a second file");
        try (PollingTrigger trigger = trigger().build()) {
            for (int id = 1; id <= 9; id++) {
                put(id, LARGE);
                trigger.pollOnce();
                trigger.discard(trigger.deadLetters().get(0).event().id());
                assertThat(store.replaced).as("with %d records", id).isEqualTo(id < 4 ? 0 : (id < 9 ? 1 : 2));
                assertThat(store.read).isEqualTo(1 + store.replaced);
            }
            store.failure = null;
            put(10, "a");
            trigger.pollOnce();
            assertThat(store.replaced).isEqualTo(2);
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("10");
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
            assertThat(trigger.deadLetters()).isEmpty();
        }
        assertThat(events).hasSize(1);
    }

    @Test
    void conflictDuringCompactionIsReported() {
        store.failure = new StateException(StateFailure.CONFLICT, "another node has written");
        try (PollingTrigger trigger = trigger().build()) {
            for (int id = 1; id <= 3; id++) {
                put(id, LARGE);
            }
            trigger.pollOnce();
            put(4, LARGE);
            assertThatThrownBy(trigger::pollOnce).isSameAs(store.failure);
        }
    }

    @Test
    void changedDefinitionKeepsDeadLettersOnly() {
        put(1, "a");
        put(2, LARGE);
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
        }
        for (int i = 0; i < 2; i++) {
            try (PollingTrigger trigger = trigger().version("/id").build()) {
                trigger.pollOnce();
                assertThat(trigger.deadLetters())
                        .extracting(letter -> letter.event().key())
                        .containsExactly("2", "2");
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "1");
        assertThat(store.replaced).isOne();
    }

    @Test
    void changedVersionKeepsThePosition() {
        service.behaviour =
                asked -> MockResponse.json(List.of(Map.of("id", 1, "name", "a", "t", "2026-11-20T12:00:00Z")));
        PollingTriggerBuilder builder = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .cursor(Cursor.timestamp("/t").sentAs("since"))
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine)
                .handler(events::add);
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        builder.version("/name");
        for (int i = 0; i < 2; i++) {
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
            }
        }

        assertThat(events).hasSize(2);
        assertThat(service.requests)
                .extracting(asked -> asked.query().getOrDefault("since", "everything"))
                .containsExactly("everything", "2026-11-20T11:59:59Z", "2026-11-20T11:59:59Z", "2026-11-20T11:59:59Z");
    }

    /** What an earlier process has written counts as well. */
    @Test
    void logOfAnEarlierProcessIsCompacted() {
        fillLog();
        assertThat(store.replaced).isZero();
        try (PollingTrigger trigger = trigger().build()) {
            put(4, LARGE);
            trigger.pollOnce();
            assertThat(store.replaced).isOne();
        }
        try (PollingTrigger trigger = trigger().build()) {
            assertThat(trigger.pollOnce().deadLetters()).isZero();
            assertThat(trigger.deadLetters())
                    .extracting(letter -> letter.event().key())
                    .containsExactly("4");
        }
    }

    @Test
    void compactedLogContainsTheDefinition() {
        fillLog();
        try (PollingTrigger trigger = trigger().build()) {
            put(4, "d");
            put(5, LARGE);
            trigger.pollOnce();
            assertThat(store.replaced).isOne();
        }
        try (PollingTrigger trigger = trigger().key("/name").build()) {
            trigger.pollOnce();
        }
        assertThat(changes).hasSize(1);
    }

    /** Dead letters are not obsolete: without them there would be little to remove. */
    @Test
    void logWithManyDeadLettersMayBeLarger() {
        for (int id = 1; id <= 150; id++) {
            put(id, "x".repeat(101));
        }
        try (PollingTrigger trigger = trigger().build()) {
            trigger.pollOnce();
        }
        fillLog();
        assertThat(store.replaced).isZero();
    }

    /** Writes almost as much as is compacted: dead letters that are discarded. */
    private void fillLog() {
        try (PollingTrigger trigger = trigger().build()) {
            for (int id = 1; id <= 3; id++) {
                put(id, LARGE);
            }
            trigger.pollOnce();
            trigger.deadLetters().stream()
                    .filter(letter ->
                            letter.event().payload().at("/name").asText().equals(LARGE))
                    .forEach(letter -> trigger.discard(letter.event().id()));
        }
    }

    private void put(int id, String name) {
        records.put(id, Map.of("id", id, "name", name));
        tag = "\"" + records.hashCode() + "\"";
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .version("/name")
                .detectDeletions()
                .conditionalRequests()
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine)
                .listener(new PollingListener() {
                    @Override
                    public void onChangedDefinition(String trigger, String kept, String reset) {
                        changes.add(reset);
                    }
                })
                .delivery(delivery);
    }

    /** A store in memory that counts how many times a log was read and replaced. */
    private static final class CountingStore implements StateStore {

        private final StateStore store = StateStore.inMemory();
        private int read;
        private int replaced;
        private @Nullable StateException failure;

        @Override
        public StateLog open(String id) {
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    read++;
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    replaced++;
                    if (failure != null) {
                        throw failure;
                    }
                    log.replace(entries);
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }
}
