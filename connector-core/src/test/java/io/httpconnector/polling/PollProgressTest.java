package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What a poll counts and reports, how many records it delivers together, and which records belong to a read. */
@Timeout(30)
class PollProgressTest extends RecordServiceFixture {

    private static final String MOVED = "records may have moved between the pages";
    private static final String REPEATED = "records in the same batch have the same key";

    private List<String> records = List.of();

    PollProgressTest() {
        service.behaviour = this::page;
    }

    /** Pages of two records. */
    private MockResponse page(MockRequest asked) {
        return json(records.stream()
                .skip((asked.number("page", 1) - 1) * 2L)
                .limit(2)
                .toList());
    }

    private static MockResponse json(List<String> records) {
        return MockResponse.of(
                "application/json", "[" + String.join(",", records).replace('\'', '"') + "]");
    }

    private PollingTriggerBuilder paged() {
        return trigger().pagination(Pagination.pages("page"));
    }

    private static List<String> ids(int last) {
        return IntStream.rangeClosed(1, last)
                .mapToObj(id -> "{'id':" + id + "}")
                .toList();
    }

    @Test
    void progressIsReportedAfterEachPage() {
        records = ids(3);
        List<String> progress = new ArrayList<>();
        PollingListener listener = new PollingListener() {
            @Override
            public void onPage(PollProgress page) {
                PollResult soFar = page.soFar();
                progress.add(soFar.pages() + " pages, " + soFar.records() + " records, " + soFar.events() + " events");
            }
        };
        try (PollingTrigger trigger = paged().listener(listener).build()) {
            assertThat(trigger.pollOnce()).isEqualTo(new PollResult(3, 3, 3, 0, 0, false, false));
            assertThat(trigger.pollOnce()).isEqualTo(new PollResult(3, 3, 0, 0, 0, false, false));
            assertThat(trigger.status().total()).isEqualTo(new PollResult(6, 6, 3, 0, 0, false, false));
        }
        assertThat(progress)
                .startsWith(
                        "1 pages, 2 records, 2 events", "2 pages, 3 records, 3 events", "3 pages, 3 records, 3 events")
                .hasSize(6);
    }

    @Test
    void aListenerObservesPollsAndDeliveries() {
        records = ids(1);
        List<String> observed = new ArrayList<>();
        PollingListener listener = new PollingListener() {
            @Override
            public void onStart(String trigger, Duration lag) {
                observed.add("start " + lag);
            }

            @Override
            public AttemptObserver onAttempt(DeliveryAttempt attempt) {
                return (result, failure) -> observed.add(attempt.events().get(0).key() + " " + result.outcome());
            }

            @Override
            public void onSuccess(String trigger, PollResult result) {
                observed.add("success");
            }

            @Override
            public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
                observed.add("failure " + consecutiveFailures);
            }
        };
        try (PollingTrigger trigger = paged().listener(listener).build()) {
            trigger.pollOnce();
            service.behaviour = asked -> MockResponse.of("text/html", "no JSON");
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(ConnectorException.class);
        }

        assertThat(observed).containsExactly("start PT0S", "1 HANDLED", "success", "start PT0S", "failure 1");
    }

    private List<Integer> sizesOfBatches(int maxResponseBytes, List<String> found) {
        List<Integer> sizes = new ArrayList<>();
        service.behaviour = asked -> json(found);
        try (HttpConnection limited = HttpConnection.named("Limited")
                        .baseUrl(service.baseUrl())
                        .maxResponseBytes(maxResponseBytes)
                        .build();
                PollingTrigger trigger = trigger()
                        .connection(limited)
                        .delivery(Delivery.inBatches(100, batch -> sizes.add(batch.size())))
                        .build()) {
            trigger.pollOnce();
        }
        return sizes;
    }

    /** A response may be larger than the memory, but not the records that are held at once. */
    @Test
    void recordsThatAreTogetherLargerThanAResponseAreDeliveredSeparately() {
        String name = "x".repeat(150_000);
        assertThat(sizesOfBatches(
                        200_000,
                        IntStream.rangeClosed(1, 3)
                                .mapToObj(id -> "{'id':" + id + ",'name':'" + name + "'}")
                                .toList()))
                .containsExactly(1, 1, 1);
    }

    @Test
    void recordsOfTheSizeOfAResponseAreDeliveredTogether() {
        assertThat(sizesOfBatches(json(ids(3)).body().length(), ids(3))).containsExactly(3);
    }

    /** A record that is filtered out can move others to another page like any other record. */
    @Test
    void readsWithOtherFilteredRecordsAreNotEqual() {
        int[] reads = {0};
        service.behaviour = asked -> {
            reads[0] += asked.number("page", 1) == 1 ? 1 : 0;
            String other = reads[0] == 1 ? "{'id':8,'kind':'b'}" : "{'id':9,'kind':'b'}";
            records = List.of("{'id':1,'kind':'a'}", other, "{'id':2,'kind':'a'}");
            return page(asked);
        };
        try (PollingTrigger trigger = paged().records(RecordSelector.atRoot().where("/kind", "a"))
                .startPosition(StartPosition.fromNow())
                .build()) {
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(reads[0]).isEqualTo(3);
    }

    /** Records before the start of the query, which the service returns nevertheless. */
    @Test
    void readsWithOtherRecordsOutsideTheQueryAreNotEqual() {
        String now = "{'id':1,'t':'2025-03-01T12:00:00Z'},{'id':2,'t':'2025-03-01T12:00:01Z'}";
        String later = now + ",{'id':3,'t':'2025-03-01T13:00:00Z'}";
        try (PollingTrigger trigger =
                paged().cursor(Cursor.timestamp("/t").sentAs("since")).build()) {
            records = List.of(now.split("(?<=}),"));
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));

            records = List.of((later + ",{'id':8,'t':'2025-01-01T00:00:00Z'}").split("(?<=}),"));
            assertThat(trigger.pollOnce().ignored()).isEqualTo(1);
            assertThat(trigger.status().warnings()).anyMatch(line -> line.contains(MOVED));
            records = List.of((later + ",{'id':9,'t':'2025-01-01T00:00:00Z'}").split("(?<=}),"));
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).anyMatch(line -> line.contains(MOVED));
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3");
    }

    private List<String> warningsOf(PollingTriggerBuilder builder, List<String> first, List<String> second) {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PollingTrigger.class);
        log.start();
        logger.addAppender(log);
        try (PollingTrigger trigger = builder.version("/v").build()) {
            service.behaviour = asked -> json(first);
            trigger.pollOnce();
            service.behaviour = asked -> json(second);
            trigger.pollOnce();
        } finally {
            logger.detachAppender(log);
        }
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(REPEATED))
                .toList();
    }

    @Test
    void repeatedKeysAreReportedOncePerPoll() {
        List<String> found =
                List.of("{'id':1,'v':1}", "{'id':1,'v':2}", "{'id':2,'v':1}", "{'id':2,'v':2}", "{'id':2,'v':3}");
        assertThat(warningsOf(trigger(), found, found)).hasSize(2);
    }

    /** Each record is in each response once. */
    @Test
    void newVersionOfTheSameTimeIsNoRepeatedKey() {
        String other = "{'id':1,'v':1,'t':'2025-03-01T12:00:00Z'}";
        assertThat(warningsOf(
                        trigger().cursor(Cursor.timestamp("/t").sentAs("since")),
                        List.of(other, "{'id':2,'v':1,'t':'2025-03-01T12:00:00Z'}"),
                        List.of(other, "{'id':2,'v':2,'t':'2025-03-01T12:00:00Z'}")))
                .isEmpty();
        assertThat(events)
                .extracting(event -> event.change() + " " + event.key())
                .containsExactly("NEW_OR_UPDATED 1", "NEW_OR_UPDATED 2", "UPDATED 2");
    }

    /** Deletions of records count as finished one by one. */
    @Test
    void deletionThatIsNotFinishedIsDeliveredByTheNextPoll() {
        boolean[] fails = {true};
        Delivery delivery = Delivery.to(event -> {
                    if (event.change() == ChangeType.DELETED && fails[0]) {
                        throw new IllegalStateException("not now");
                    }
                    events.add(event);
                })
                .attempts(1);
        try (PollingTrigger trigger =
                trigger().detectDeletions().maxDeadLetters(1).delivery(delivery).build()) {
            service.behaviour = asked -> json(ids(3));
            trigger.pollOnce();
            events.clear();
            service.behaviour = asked -> json(ids(1));
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("There are 1 dead letters, which is the limit");
            fails[0] = false;
            assertThat(trigger.pollOnce().events()).isEqualTo(1);
            assertThat(trigger.replayAll()).isEqualTo(1);
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("2", "3");
    }
}
