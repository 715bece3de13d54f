package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.FakeTime;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What another process finds in the store: everything that was finished when this process crashed, and everything that the next
 * read is compared with after a restart.
 */
@Timeout(30)
class StoredProgressTest extends RecordServiceFixture {

    private static final String MOVED = "records may have moved between the pages";

    /** Where a process has crashed, its trigger stays open: nothing is stored when it ends. */
    private final StateStore store = new SharedStore();

    private final List<TriggerEvent> others = new ArrayList<>();

    private void respond(String... records) {
        service.behaviour = asked -> json(records);
    }

    private static MockResponse json(String... records) {
        return MockResponse.of(
                "application/json", "[" + String.join(",", records).replace('\'', '"') + "]");
    }

    private static String[] ids(int... ids) {
        return IntStream.of(ids).mapToObj(id -> "{'id':" + id + "}").toArray(String[]::new);
    }

    private static String at(int id, String time) {
        return "{'id':" + id + ",'t':'2025-03-01T" + time + "Z'}";
    }

    private static List<String> changes(List<TriggerEvent> events) {
        return events.stream().map(event -> event.change() + " " + event.key()).toList();
    }

    /** A trigger of another process. */
    private PollingTriggerBuilder other() {
        return trigger().store(store).handler(others::add);
    }

    private void pollInOtherProcess(PollingTriggerBuilder builder) {
        try (PollingTrigger other = builder.build()) {
            other.pollOnce();
        }
    }

    @Test
    void finishedEventsAreStoredBeforeAPollFailsAtTheLimitOfKeys() {
        respond(ids(IntStream.rangeClosed(1, 50).toArray()));
        try (PollingTrigger trigger =
                trigger().store(store).maxRememberedKeys(20).maxInMemory(7).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("maxRememberedKeys");
            assertThat(events).hasSize(21);
            pollInOtherProcess(other());
        }
        assertThat(others).hasSize(29);
    }

    @Test
    void finishedEventsAreStoredBeforeAPollFailsAtTheLimitOfDeadLetters() {
        respond(ids(1, 2, 3, 4));
        Delivery delivery = Delivery.to(event -> {
                    if (event.key().matches("[23]")) {
                        throw new IllegalStateException("not this one");
                    }
                })
                .attempts(1);
        try (PollingTrigger trigger =
                trigger().store(store).maxDeadLetters(1).delivery(delivery).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("There are 1 dead letters");
            pollInOtherProcess(other());
        }
        assertThat(changes(others)).containsExactly("NEW 3");
    }

    /** A record that an earlier attempt of the first poll has found is deleted in the meantime. */
    @Test
    void newestRecordsAreStoredBeforeDeletionsAreDelivered() {
        PollingTriggerBuilder last = other().startPosition(StartPosition.last(1))
                .pagination(Pagination.pages("page").stable())
                .detectDeletions();
        service.behaviour = asked -> asked.number("page", 1) == 1 ? json(ids(1, 2, 3)) : MockResponse.status(400);
        try (PollingTrigger trigger = trigger()
                .store(store)
                .startPosition(StartPosition.last(1))
                .pagination(Pagination.pages("page").stable())
                .detectDeletions()
                .handler(event -> {
                    events.add(event);
                    if (events.size() == 2) {
                        pollInOtherProcess(last);
                    }
                })
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("400");
            service.behaviour = asked -> asked.number("page", 1) == 1 ? json(ids(1, 3)) : json();
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("another node has written");
        }
        assertThat(changes(events)).containsExactly("NEW 1", "DELETED 2");
        assertThat(changes(others)).containsExactly("DELETED 2");
    }

    /** The code of the application that determines the next page fails when the events of this page are finished. */
    @Test
    void finishedEventsOfAFailedPollAreStoredByTheNextPoll() {
        boolean[] fails = {true};
        respond(ids(1, 2));
        try (PollingTrigger trigger = trigger()
                .store(store)
                .pagination(Pagination.requests((page, request) -> {
                    if (fails[0]) {
                        throw new IllegalStateException("no next page");
                    }
                    return Optional.empty();
                }))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasStackTraceContaining("no next page");
            assertThat(changes(events)).containsExactly("NEW 1", "NEW 2");
            fails[0] = false;
            respond(ids(1, 2, 3));
            trigger.pollOnce();
        }
        assertThat(changes(events)).containsExactly("NEW 1", "NEW 2", "NEW 3");
        pollInOtherProcess(other());
        assertThat(others).isEmpty();
    }

    @Test
    void discardedInvalidRecordIsNoDeadLetterAgainAfterARestart() {
        respond("{'id':1}", "{'name':'without a key'}");
        try (PollingTrigger trigger = other().build()) {
            assertThat(trigger.pollOnce().deadLetters()).isEqualTo(1);
            assertThat(trigger.status().warnings())
                    .anyMatch(line -> line.startsWith("invalid records in the last poll: 1;"));
            assertThat(trigger.discard(trigger.deadLetters().get(0).event().id()))
                    .isTrue();
        }
        try (PollingTrigger trigger = other().build()) {
            assertThat(trigger.pollOnce().deadLetters()).isZero();
            assertThat(trigger.deadLetters()).isEmpty();
        }
    }

    /** A record that was missing in one read and is found by the next belongs to the latter also after a restart. */
    @Test
    void foundRecordThatIsMissingAfterARestartDisprovesTheRead() {
        PollingTriggerBuilder builder = other().pagination(Pagination.pages("page"))
                .cursor(Cursor.timestamp("/t").sentAs("since").lookback(Duration.ofHours(2)));
        try (PollingTrigger trigger = builder.build()) {
            respondInPages(at(1, "12:00:00"), at(2, "12:01:00"), at(3, "12:02:00"));
            trigger.pollOnce();
            respondInPages(at(1, "12:00:00"), at(3, "12:02:00"));
            trigger.pollOnce();
            respondInPages(at(1, "12:00:00"), at(2, "12:01:00"), at(3, "12:02:00"), at(4, "12:30:00"));
            trigger.pollOnce();
        }
        try (PollingTrigger trigger = builder.build()) {
            respondInPages(at(1, "12:00:00"), at(3, "12:02:00"), at(4, "12:30:00"));
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).anyMatch(line -> line.contains(MOVED));
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));
        }
        assertThat(others).extracting(TriggerEvent::key).containsExactly("1", "2", "3", "4");
    }

    private void respondInPages(String... records) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            return page <= records.length ? json(records[page - 1]) : json();
        };
    }

    @Test
    void recordWhoseTimeHasMovedIsKnownAfterARestart() {
        PollingTriggerBuilder builder = other().cursor(Cursor.timestamp("/t").sentAs("since"));
        try (PollingTrigger trigger = builder.build()) {
            respond(at(1, "12:00:00"));
            trigger.pollOnce();
            respond(at(1, "13:00:00"), at(2, "13:00:00"));
            trigger.pollOnce();
        }
        pollInOtherProcess(builder);
        assertThat(changes(others)).containsExactly("NEW 1", "NEW 2");
    }

    /** Another version definition makes all versions unknown, also those that the first poll afterwards does not find. */
    @Test
    void keysOfAnEarlierDefinitionAreForgottenForGood() {
        PollingTriggerBuilder builder = other().cursor(Cursor.timestamp("/t").sentAs("since"));
        respond(at(1, "12:00:00"));
        pollInOtherProcess(builder);
        builder.version("/t");
        respond();
        pollInOtherProcess(builder);
        respond(at(1, "12:00:00"));
        pollInOtherProcess(builder);
        assertThat(changes(others)).containsExactly("NEW 1", "NEW_OR_UPDATED 1");
    }

    /** After the retention a record is new again: its event is another one, also for a handler that drops known ids. */
    @Test
    void eventOfAForgottenRecordHasAnotherId() {
        FakeTime time = new FakeTime();
        try (PollingEngine engine = PollingEngine.create(1, time);
                PollingTrigger trigger = other().engine(engine)
                        .keyRetention(Duration.ofHours(24))
                        .build()) {
            respond(ids(1));
            trigger.pollOnce();
            time.pass(Duration.ofHours(25));
            respond(ids(2));
            trigger.pollOnce();
            respond(ids(1, 2));
            trigger.pollOnce();
        }
        assertThat(changes(others)).containsExactly("NEW 1", "NEW 2", "NEW 1");
        assertThat(others).extracting(TriggerEvent::id).doesNotHaveDuplicates();
    }
}
