package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.StatusException;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records exactly at the limits of a poll: the start of the trigger, the position, and the keys that are remembered. */
@Timeout(30)
class PositionLimitsTest extends TimedRowsFixture {

    private static Cursor oldestFirst() {
        return byTime().order(RecordOrder.ASCENDING);
    }

    // The start.

    /** On a later page, only records after the start are new. */
    @Test
    void recordOfTheStartTimeExistedIfTheFirstPollSucceeds() {
        size = 1;
        putAll(-3, 0);
        try (PollingTrigger trigger =
                rows(byTime()).startPosition(StartPosition.fromNow()).build()) {
            trigger.pollOnce();
        }
        assertThat(queries).containsExactly("-6 0", "-6 1");
        assertThat(events).isEmpty();
    }

    @Test
    void recordOfTheStartTimeIsAnEventIfTheFirstPollFails() {
        try (PollingTrigger trigger =
                rows(byTime()).startPosition(StartPosition.fromNow()).build()) {
            isDown = true;
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            isDown = false;
            putAll(-1, 0);
            time.pass(Duration.ofMinutes(1));
            trigger.pollOnce();
        }
        assertThat(eventKeys()).containsExactly("2");
    }

    /** The page limit ended the first poll after all records that existed before. */
    @Test
    void recordThatAppearsLateIsAnEventAfterALimitedFirstPoll() {
        size = 1;
        putAll(0, 1);
        try (PollingTrigger trigger = rows(oldestFirst())
                .startPosition(StartPosition.fromNow())
                .pagination(Pagination.linkHeader().maxPages(1))
                .build()) {
            trigger.pollOnce();
            assertThat(events).isEmpty();
            put(3, -3);
            trigger.pollOnce();
        }
        assertThat(eventKeys()).containsExactly("3");
    }

    // The position.

    /** It starts at the settling time of the first query, and so looks back far enough itself. */
    @Test
    void queryFromTheSettlingTimeMovesThePositionToItsOwn() {
        putAll(-60, -2, 30, 40);
        meanwhile = query -> time.pass(query.equals("-6 0") ? Duration.ofMinutes(1) : Duration.ZERO);
        try (PollingTrigger trigger = rows(oldestFirst()).build()) {
            trigger.pollOnce();
            assertThat(queries).containsExactly("all 0", "-6 0", "29 0");
            assertThat(firstQueryOf(trigger)).isEqualTo("39");
        }
    }

    @Test
    void stablePageMovesThePositionBeforeTheNextOneFails() {
        putAll(-100, -90, -80, -70);
        meanwhile = query -> isDown = query.equals("all 2");
        try (PollingTrigger trigger =
                rows(oldestFirst()).pagination(Pagination.linkHeader().stable()).build()) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(StatusException.class);
            assertThat(firstQueryOf(trigger)).isEqualTo("-91");
        }
        assertThat(eventKeys()).containsExactly("1", "2", "3", "4");
    }

    // The keys.

    @Test
    void keyIsRememberedDuringTheQueryThatHasMovedThePositionPastIt() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            Object row = Map.of("id", page % 2, "t", at(page == 2 ? -10 : -100).toString());
            return page > 3 ? MockResponse.json(List.of()) : MockResponse.json(List.of(row));
        };
        try (PollingTrigger trigger = rows(oldestFirst())
                .pagination(Pagination.pages("page").stable())
                .build()) {
            trigger.pollOnce();
        }
        assertThat(eventKeys()).containsExactly("1", "0");
    }

    /** A record may be listed on two pages. Keys from before the position make room for new ones in the middle of a query. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noEventIsRepeatedWhenThereAreTooManyKeysForOneQuery(boolean stable) {
        int pageSize = 5;
        service.behaviour = asked -> {
            int first = (asked.number("page", 1) - 1) * (pageSize - 1);
            String since = asked.query().get("since");
            return MockResponse.json(IntStream.range(0, 60)
                    .mapToObj(id -> Map.of("id", id, "t", at(id / 3 * 10 - 1000).toString()))
                    .filter(row -> since == null || row.get("t").toString().compareTo(since) >= 0)
                    .skip(first)
                    .limit(pageSize)
                    .toList());
        };
        Pagination pages = Pagination.pages("page");
        try (PollingTrigger trigger = rows(oldestFirst())
                .pagination(stable ? pages.stable() : pages)
                .maxRememberedKeys(16)
                .build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(eventKeys()).hasSize(60).doesNotHaveDuplicates();
    }

    /** It is forgotten when its time has passed, and is another occurrence when it comes back as it was. */
    @Test
    void recordThatHasNoTimeAgainIsAnotherOccurrence() {
        size = 10;
        putWithoutTime(1);
        put(2, -100);
        try (PollingTrigger trigger = rows(byTime()).build()) {
            trigger.pollOnce();
            put(1, -50);
            trigger.pollOnce();
            put(3, -10);
            trigger.pollOnce();
            putWithoutTime(1);
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(eventKeys()).containsExactlyInAnyOrder("1", "2", "3", "1");
        assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }

    /** The times of their versions go back: they are forgotten only when there are too many keys. */
    @Test
    void keysOfRestoredVersionsMakeRoomForNewOnes() {
        size = 100;
        for (int id = 1; id <= 13; id++) {
            put(id, -100, "new");
        }
        try (PollingTrigger trigger = rows(byTime().lookback(Duration.ofMinutes(1)))
                .version("/name")
                .maxRememberedKeys(20)
                .build()) {
            trigger.pollOnce();
            for (int id = 1; id <= 13; id++) {
                put(id, id == 13 ? -141 : -150, "restored");
            }
            put(14, -80);
            trigger.pollOnce();
            assertThat(events).hasSize(13 + 14);
            for (int id = 15; id <= 26; id++) {
                put(id, -80);
            }
            assertThat(firstQueryOf(trigger)).isEqualTo("-141");
            assertThat(events).hasSize(13 + 14 + 12);
            // The query starts at the time of this record.
            assertThat(firstQueryOf(trigger)).isEqualTo("-141");
        }
        assertThat(events).hasSize(13 + 14 + 12);
    }

    /** Large dead letters cause the log to be compacted; all entries but the first consist of keys. */
    @Test
    void keysBeforeThePositionAreNotStoredAgain() {
        size = 100;
        for (int id = 1; id <= 60; id++) {
            put(id, -100);
        }
        CompactedStore store = new CompactedStore();
        String large = "x".repeat(300_000);
        try (PollingTrigger trigger = rows(byTime())
                .store(store)
                .delivery(Delivery.to(event -> {
                            if (event.payload().at("/name").asText().equals(large)) {
                                throw new IllegalStateException("too large");
                            }
                        })
                        .attempts(1))
                .build()) {
            trigger.pollOnce();
            put(61, -10);
            trigger.pollOnce();
            for (int id = 62; id <= 65; id++) {
                put(id, -5, large);
            }
            assertThat(trigger.pollOnce().deadLetters()).isEqualTo(4);
        }
        assertThat(store.entries).hasSizeGreaterThan(1);
        assertThat(store.entries.stream()
                        .skip(1)
                        .mapToInt(entry -> entry.length)
                        .sum())
                .isPositive()
                .isLessThan(1000);
    }

    /** A store in memory that keeps what a log was last replaced by. */
    private static final class CompactedStore implements StateStore {

        private final StateStore store = StateStore.inMemory();
        private final List<byte[]> entries = new ArrayList<>();

        @Override
        public StateLog open(String id) {
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> replacement) {
                    entries.clear();
                    replacement.forEach(entries::add);
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
