package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Service.Answer;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Change;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** A service that can't be asked for what has changed. */
class SnapshotTest {

    @TempDir
    Path directory;

    private final Service service = new Service();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final Map<Integer, Map<String, Object>> records = new LinkedHashMap<>();
    private final List<TriggerEvent> events = new ArrayList<>();

    SnapshotTest() {
        service.behaviour = asked -> Answer.json(records.values());
    }

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    @Test
    void eachNewRecordIsOneEvent() {
        put(1, "a");
        try (PollingTrigger trigger = trigger().build()) {
            assertThat(trigger.pollOnce().events()).isZero();
            put(2, "b");
            put(3, "c");

            PollResult result = trigger.pollOnce();

            assertThat(result.events()).isEqualTo(2);
            assertThat(result.records()).isEqualTo(3);
            assertThat(events).extracting(TriggerEvent::key).containsExactly("2", "3");
            assertThat(events).extracting(TriggerEvent::change).containsOnly(Change.NEW);
            assertThat(events.get(0).payload().at("/name").asText()).isEqualTo("b");
            assertThat(trigger.pollOnce().events()).isZero();
        }
    }

    @Test
    void eachNewVersionIsOneEvent() {
        put(1, "a");
        try (PollingTrigger trigger = trigger().version("/name").build()) {
            trigger.pollOnce();
            put(1, "b");
            trigger.pollOnce();
            put(1, "c");
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::change).containsExactly(Change.UPDATED, Change.UPDATED);
            assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
        }
    }

    @Test
    void whatWasSeenOutlivesTheProcess() {
        put(1, "a");
        try (StateStore store = StateStore.file(directory)) {
            try (PollingTrigger trigger = trigger().store(store).build()) {
                trigger.pollOnce();
            }
            put(2, "b");
            try (PollingTrigger trigger = trigger().store(store).build()) {
                trigger.pollOnce();
                trigger.pollOnce();
            }
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("2");
    }

    @Test
    void everythingIsAnEventWhenAsked() {
        put(1, "a");
        put(2, "b");
        try (PollingTrigger trigger =
                trigger().firstPoll(FirstPoll.everything()).build()) {
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        }
    }

    @Test
    void theFirstOfTheListAreTheLastOnes() {
        for (int i = 9; i > 0; i--) {
            put(i, "r" + i);
        }
        try (PollingTrigger trigger = trigger().firstPoll(FirstPoll.last(3)).build()) {
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("9", "8", "7");
        }
    }

    /** A record that moves from one page to another while they are read is on none of them: that is no deletion. */
    @Test
    void whatMovedBetweenPagesIsNotDeleted() {
        for (int i = 1; i <= 30; i++) {
            put(i, "r" + i);
        }
        boolean[] moves = {false};
        service.behaviour = asked -> {
            int skip = asked.number("skip", 0);
            if (skip == 10 && moves[0]) {
                records.remove(1);
                moves[0] = false;
            }
            return Answer.json(records.values().stream().skip(skip).limit(10).toList());
        };
        try (PollingTrigger trigger =
                trigger().pagination(Pagination.offset("skip")).deletions().build()) {
            trigger.pollOnce();
            moves[0] = true;
            for (int i = 0; i < 3; i++) {
                trigger.pollOnce();
            }
            assertThat(events)
                    .extracting(event -> event.change() + " " + event.key())
                    .containsExactly("DELETED 1");
        }
    }

    /** An empty response proves no deletion: invariant of what a poll may conclude. */
    @ParameterizedTest
    @CsvSource({
        "200, /items, ''",
        "200, /items, '\r\n'",
        "200, /items, 'null'",
        "200, /items, '{\"items\": null}'",
        "200, '', 'null'",
        "200, /groups/*, '{\"groups\": {}}'",
        "200, /groups/*, '{\"groups\": {\"a\": [{\"id\": 1}], \"b\": null}}'",
        "202, /items, '{\"items\": []}'",
        "204, /items, ''",
        "206, /items, '{\"items\": [{\"id\": 1}]}'"
    })
    void responseWithoutAListDeletesNothing(int status, String path, String body) {
        String all =
                "{\"items\": [{\"id\": 1}, {\"id\": 2}], \"groups\": {\"a\": [{\"id\": 1}], \"b\": [{\"id\": 2}]}}";
        Service.Behaviour usual =
                asked -> Answer.of("application/json", path.isEmpty() ? "[{\"id\": 1}, {\"id\": 2}]" : all);
        service.behaviour = usual;
        PollingTriggerBuilder builder =
                trigger().deletions().records(path.isEmpty() ? Records.atRoot() : Records.at(path));
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            service.behaviour = asked -> new Answer(status, "application/json", Map.of(), body);
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining(String.valueOf(status))
                    .hasMessageContaining("does not prove");
            service.behaviour = usual;
            trigger.pollOnce();
            assertThat(events).isEmpty();

            service.behaviour = asked -> Answer.of(
                    "application/json", path.isEmpty() ? "[{\"id\": 1}]" : all.replace("{\"id\": 2}", "{\"id\": 1}"));
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::change).containsExactly(Change.DELETED);
        }
    }

    @Test
    void aListThatIsLeftOutOnPurposeIsEmpty() {
        service.behaviour = asked -> Answer.of("application/json", "{\"items\": [{\"id\": 1}]}");
        PollingTriggerBuilder builder =
                trigger().deletions().records(Records.at("/items").optional());
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            service.behaviour = asked -> Answer.of("application/json", "{\"count\": 0}");
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).containsExactly(Change.DELETED);
    }

    @Test
    void aKeyThatIsNotUniqueIsToldOf() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PollingTrigger.class);
        log.start();
        logger.addAppender(log);
        service.behaviour = asked -> Answer.json(List.of(
                Map.of("id", 1, "line", 1),
                Map.of("id", 1, "line", 2),
                Map.of("id", 1, "line", 2),
                Map.of("id", 2, "line", 1)));
        try (PollingTrigger trigger = trigger().version("/line").build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(log.list)
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line.getFormattedMessage())
                            .startsWith(
                                    "records: records next to each other have the same key and different versions"));
        }
        log.list.clear();
        try (PollingTrigger trigger = trigger().key("/line").version("/line").build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void whatIsGoneForLongIsForgotten() {
        Instant[] date = {Instant.now()};
        service.behaviour = asked -> Answer.json(records.values())
                .header("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(date[0].atZone(ZoneOffset.UTC)));
        put(1, "a");
        put(2, "b");
        try (PollingTrigger trigger = trigger().rememberFor(Duration.ofDays(1)).build()) {
            trigger.pollOnce();
            records.remove(1);
            trigger.pollOnce();
            put(1, "a");
            trigger.pollOnce();
            assertThat(events).isEmpty();

            records.remove(1);
            date[0] = date[0].plus(Duration.ofDays(2));
            trigger.pollOnce();
            trigger.pollOnce();
            put(1, "a");
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1");
        }
    }

    private void put(int id, String name) {
        records.put(id, Map.of("id", id, "name", name));
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
