package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A service that cannot be queried for changes. */
class SnapshotTest {

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final Map<Integer, Map<String, Object>> records = new LinkedHashMap<>();
    private final List<TriggerEvent> events = new ArrayList<>();

    SnapshotTest() {
        service.behaviour = asked -> MockResponse.json(records.values());
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
            assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.NEW);
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

            assertThat(events).extracting(TriggerEvent::change).containsExactly(ChangeType.UPDATED, ChangeType.UPDATED);
            assertThat(events).extracting(TriggerEvent::id).doesNotHaveDuplicates();
        }
    }

    @Test
    void knownRecordsSurviveRestart() {
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
    void everythingIsEventWhenConfigured() {
        put(1, "a");
        put(2, "b");
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.everything()).build()) {
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2");
        }
    }

    @Test
    void lastRecordsAreFirstOfList() {
        for (int i = 9; i > 0; i--) {
            put(i, "r" + i);
        }
        try (PollingTrigger trigger =
                trigger().startPosition(StartPosition.last(3)).build()) {
            trigger.pollOnce();
            trigger.pollOnce();

            assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("9", "8", "7");
        }
    }

    /** A record that moves between pages during a read may be on none of them: this is not a deletion. */
    @Test
    void movedRecordIsNotDeleted() {
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
            return MockResponse.json(
                    records.values().stream().skip(skip).limit(10).toList());
        };
        try (PollingTrigger trigger = trigger()
                .pagination(Pagination.offset("skip"))
                .detectDeletions()
                .build()) {
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

    /** An empty response proves no deletion. */
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
    void responseWithoutListDeletesNothing(int status, String path, String body) {
        String all =
                "{\"items\": [{\"id\": 1}, {\"id\": 2}], \"groups\": {\"a\": [{\"id\": 1}], \"b\": [{\"id\": 2}]}}";
        MockService.Behaviour usual =
                asked -> MockResponse.of("application/json", path.isEmpty() ? "[{\"id\": 1}, {\"id\": 2}]" : all);
        service.behaviour = usual;
        PollingTriggerBuilder builder =
                trigger().detectDeletions().records(path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path));
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            service.behaviour = asked -> new MockResponse(status, "application/json", Map.of(), body);
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining(String.valueOf(status))
                    .hasMessageContaining("does not prove");
            service.behaviour = usual;
            trigger.pollOnce();
            assertThat(events).isEmpty();

            service.behaviour = asked -> MockResponse.of(
                    "application/json", path.isEmpty() ? "[{\"id\": 1}]" : all.replace("{\"id\": 2}", "{\"id\": 1}"));
            trigger.pollOnce();
            assertThat(events).extracting(TriggerEvent::change).containsExactly(ChangeType.DELETED);
        }
    }

    /** A response without the list may be an error: only an empty list, or a declared value, means that there are no records. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/items    | application/json       | {'error': 'quota exceeded'}",
                "/items    | application/json       | {'count': 0}",
                "/items    | application/json       | {}",
                "/items    | application/json       | []",
                "/items    | application/json       | {'items': null}",
                "/items    | application/json       | {'items': ''}",
                "/a/items  | application/json       | {'a': 'error', 'items': []}",
                "/a/items  | application/json       | {'a': {'error': []}}",
                "/a/items  | application/json       | {'a': null}",
                "/a/*      | application/json       | {'a': {}}",
                "/a/*/list | application/json       | {'a': {'b': {'list': []}, 'c': {'error': 1}}}",
                "/a/*/list | application/json       | {'a': [{'list': []}, {'error': 1}]}",
                "/record   | application/x-ndjson   | {'error': 'quota exceeded'}",
                "/items    | application/json       | ''",
                "/item     | application/xml        | <error><message>quota</message></error>",
                "/items/item | application/xml      | <response><error>quota</error></response>",
                "/items/item | application/xml      | <error code='7'/>",
                "''        | text/csv               | Error: quota exceeded"
            })
    void optionalListProvesNoDeletion(String path, String type, String body) {
        RecordSelector where = path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path);
        service.behaviour = asked -> MockResponse.of("application/json", "{}");
        boolean[] full = {true};
        service.behaviour = asked -> full[0] ? full(path, type) : MockResponse.of(type, body.replace('\'', '"'));
        try (PollingTrigger trigger =
                trigger().detectDeletions().records(where.optional()).build()) {
            trigger.pollOnce();
            full[0] = false;
            trigger.pollOnce();
            assertThat(trigger.status().warnings())
                    .anySatisfy(line -> assertThat(line).contains("missing records are not proven to be deleted"));
            full[0] = true;
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        }
        assertThat(events).isEmpty();
    }

    private static MockResponse full(String path, String type) {
        String body = switch (type) {
            case "text/csv" -> "id,name\n1,a\n2,b\n";
            case "application/x-ndjson" -> "{\"record\": {\"id\": 1}}\n{\"record\": {\"id\": 2}}\n";
            case "application/xml" ->
                path.equals("/item")
                        ? "<items><item><id>1</id></item><item><id>2</id></item></items>"
                        : "<r><items><item><id>1</id></item><item><id>2</id></item></items></r>";
            default -> {
                String list = "[{\"id\": 1}, {\"id\": 2}]";
                yield switch (path) {
                    case "/items" -> "{\"items\": " + list + "}";
                    case "/a/items" -> "{\"a\": {\"items\": " + list + "}}";
                    case "/a/*" -> "{\"a\": {\"b\": " + list + "}}";
                    default -> "{\"a\": {\"b\": {\"list\": " + list + "}}}";
                };
            }
        };
        return MockResponse.of(type, body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/items      | application/json     | {'items': []}",
                "/a/items    | application/json     | {'a': {'items': []}}",
                "/a/*        | application/json     | {'a': {'b': []}}",
                "/a/*/list   | application/json     | {'a': {'b': {'list': []}}}",
                "/item       | application/xml      | <items/>",
                "/items/item | application/xml      | <r><items></items></r>",
                "/items/item | application/xml      | <r><items count='0'/></r>",
                "''          | text/csv             | 'id,name'"
            })
    void emptyListProvesDeletionOfAll(String path, String type, String body) {
        boolean[] full = {true};
        service.behaviour = asked -> full[0] ? full(path, type) : MockResponse.of(type, body.replace('\'', '"'));
        try (PollingTrigger trigger = trigger()
                .detectDeletions()
                .records((path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path)).optional())
                .build()) {
            trigger.pollOnce();
            full[0] = false;
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).containsExactly(ChangeType.DELETED, ChangeType.DELETED);
    }

    /** In the middle of a read, a page without a list does not prove that the records after it are deleted. */
    @Test
    void pageWithoutListProvesNoDeletion() {
        boolean[] fails = {false};
        service.behaviour = asked -> fails[0] && asked.number("page", 1) == 2
                ? MockResponse.json(Map.of("error", "try again"))
                : MockResponse.json(Map.of(
                        "items",
                        asked.number("page", 1) > 3 ? List.of() : List.of(Map.of("id", asked.number("page", 1)))));
        try (PollingTrigger trigger = trigger()
                .detectDeletions()
                .records(RecordSelector.at("/items").optional())
                .pagination(Pagination.pages("page"))
                .build()) {
            trigger.pollOnce();
            fails[0] = true;
            trigger.pollOnce();
            trigger.pollOnce();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void recordWithoutItsInnerListProvesNoDeletion() {
        service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 7, \"lines\": [{\"sku\": 1}]}]");
        try (PollingTrigger trigger = trigger()
                .detectDeletions()
                .key("/lines/sku")
                .records(RecordSelector.atRoot().expand("/lines"))
                .build()) {
            trigger.pollOnce();
            service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 7, \"error\": \"timeout\"}]");
            trigger.pollOnce();
            assertThat(events).isEmpty();
            service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 7, \"lines\": []}]");
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).containsExactly(ChangeType.DELETED);
    }

    @Test
    void singleRecordInsteadOfListProvesNoDeletion() {
        service.behaviour = asked -> MockResponse.of("application/json", "[{\"id\": 1}, {\"id\": 2}]");
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .wholeRecordAsKey()
                .detectDeletions()
                .store(StateStore.inMemory())
                .handler(events::add)
                .build()) {
            trigger.pollOnce();
            service.behaviour = asked -> MockResponse.json(Map.of("error", "quota exceeded"));
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).doesNotContain(ChangeType.DELETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"emptyWhen", "total"})
    void declaredEmptyListProvesDeletionOfAll(String how) {
        boolean[] full = {true};
        service.behaviour = asked -> MockResponse.of(
                "application/json", full[0] ? "{\"count\": 1, \"items\": [{\"id\": 1}]}" : "{\"count\": 0}");
        PollingTriggerBuilder builder = trigger().detectDeletions();
        if (how.equals("total")) {
            builder.records(RecordSelector.at("/items").optional())
                    .pagination(Pagination.pages("page").total("/count"));
        } else {
            builder.records(RecordSelector.at("/items").emptyWhen("/count", "0"));
        }
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            full[0] = false;
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).containsExactly(ChangeType.DELETED);
    }

    @Test
    void undeclaredMissingListProvesNoDeletion() {
        service.behaviour = asked -> MockResponse.of("application/json", "{\"items\": [{\"id\": 1}]}");
        PollingTriggerBuilder builder =
                trigger().detectDeletions().records(RecordSelector.at("/items").optional());
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            service.behaviour = asked -> MockResponse.of("application/json", "{\"count\": 0}");
            trigger.pollOnce();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void duplicateKeyIsReported() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(PollingTrigger.class);
        log.start();
        logger.addAppender(log);
        service.behaviour = asked -> MockResponse.json(List.of(
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
                            .startsWith("records: records in the same batch have the same key and different versions"));
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
    void missingRecordsAreForgottenAfterRetention() {
        FakeTime time = new FakeTime();
        service.behaviour = asked -> MockResponse.json(records.values());
        put(1, "a");
        put(2, "b");
        try (PollingEngine engine = PollingEngine.create(1, time);
                PollingTrigger trigger = trigger()
                        .engine(engine)
                        .keyRetention(Duration.ofDays(1))
                        .build()) {
            trigger.pollOnce();
            records.remove(1);
            trigger.pollOnce();
            put(1, "a");
            trigger.pollOnce();
            assertThat(events).isEmpty();

            records.remove(1);
            time.pass(Duration.ofDays(2));
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
