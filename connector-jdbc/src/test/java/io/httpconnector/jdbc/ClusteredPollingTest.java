package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.jdbc.ClusteredPolling.State;
import io.httpconnector.jdbc.ClusteredPolling.Status;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of clustered triggers; two objects represent two nodes. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class ClusteredPollingTest {

    @TempDir
    Path directory;

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> byNode = new ConcurrentHashMap<>();
    private Records records;
    private HttpConnection connection;

    /** What happens while a poll handles an event. */
    private volatile Runnable meanwhile = () -> {};

    @BeforeEach
    void start() throws Exception {
        records = new Records();
        connection = HttpConnection.named("any")
                .baseUrl(records.url())
                .retry(RetryPolicy.none())
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        records.close();
    }

    private ClusteredPolling node(HikariDataSource source, String name) {
        return ClusteredPolling.on(source).start((id, definition) -> trigger(name, id, definition));
    }

    /** The definition contains the list and the interval. */
    private PollingTriggerBuilder trigger(String node, String id, JsonNode definition) {
        String list = definition.path("list").asText();
        return PollingTrigger.named(id)
                .connection(connection)
                .request(RequestTemplate.named(id).get("/" + list).build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .every(Duration.ofMillis(definition.path("millis").asInt()))
                .minInterval(Duration.ofMillis(10))
                .delivery(Delivery.to(event -> {
                            if (definition.path("fails").asBoolean()) {
                                throw new IllegalStateException("no");
                            }
                            byNode.computeIfAbsent(node, any -> new AtomicInteger())
                                    .incrementAndGet();
                            handled.add(list + event.payload().at("/id").asText());
                            meanwhile.run();
                        })
                        .attempts(1));
    }

    private static JsonNode definition(String list, int millis) {
        return JsonNodeFactory.instance.objectNode().put("list", list).put("millis", millis);
    }

    private static Status status(ClusteredPolling polling, String id) {
        return polling.list().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void everyRecordIsHandledOnceAndEveryNodeHandlesSome(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (ClusteredPolling first = node(source, "first")) {
                for (int i = 0; i < 12; i++) {
                    records.of("l" + i + "-").set(1);
                    first.put("t" + i, definition("l" + i + "-", 300));
                }
                Await.until(() -> handled.size() == 12);
                try (ClusteredPolling second = node(source, "second")) {
                    for (int round = 2; round <= 11; round++) {
                        for (int i = 0; i < 12; i++) {
                            records.of("l" + i + "-").set(round);
                        }
                        int expected = 12 * round;
                        Await.until(() -> handled.size() >= expected);
                    }
                    assertThat(second.list()).hasSize(12).allSatisfy(one -> {
                        assertThat(one.state()).isEqualTo(State.RUNNING);
                        assertThat(one.lastSuccess()).isBetween(Instant.now().minusSeconds(30), Instant.now());
                        assertThat(one.failures()).isZero();
                    });
                }
            }
            assertThat(handled).hasSize(132).doesNotHaveDuplicates();
            assertThat(byNode.get("second").get()).isGreaterThan(12);
            assertThat(byNode.get("first").get()).isGreaterThan(24);
        }
    }

    @ParameterizedTest
    @EnumSource
    void triggersArePausedChangedAndRemovedFromAnyNode(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (ClusteredPolling first = node(source, "first");
                    ClusteredPolling second = node(source, "second")) {
                records.of("a").set(1);
                first.put("t", definition("a", 50));
                Await.until(() -> handled.contains("a1"));

                assertThat(second.pause("t")).isTrue();
                Await.until(() -> status(first, "t").node() == null);
                int requests = records.requests();
                records.of("a").set(2);
                Thread.sleep(2500);
                assertThat(records.requests()).isLessThanOrEqualTo(requests + 1);
                assertThat(status(first, "t").state()).isEqualTo(State.PAUSED);
                assertThat(status(first, "t").next()).isNull();

                assertThat(first.resume("t")).isTrue();
                Await.until(() -> handled.contains("a2"));

                records.of("b").set(3);
                second.put("t", definition("b", 3_600_000));
                Await.until(() -> handled.contains("b3"));
                records.of("a").set(4);
                second.put("t", definition("a", 50));
                Await.until(() -> handled.contains("a4"));
                assertThat(status(first, "t").definition().path("millis").asInt())
                        .isEqualTo(50);

                assertThat(second.remove("t")).isTrue();
                assertThat(second.remove("t")).isFalse();
                assertThat(second.pause("t")).isFalse();
                assertThat(first.resume("t")).isFalse();
                assertThat(first.list()).isEmpty();
                Await.until(() -> count(source, "trigger_task") == 0);
                Await.until(() -> count(source, "state") == 0);

                // Its state was removed.
                handled.clear();
                first.put("t", definition("a", 50));
                Await.until(() -> handled.contains("a1"));
            }
        }
    }

    /** Each node that starts adds all its triggers. */
    @ParameterizedTest
    @EnumSource
    void onlyAChangeCausesAnotherPoll(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            records.of("a").set(1);
            try (ClusteredPolling first = node(source, "first");
                    ClusteredPolling second = node(source, "second")) {
                meanwhile = () -> second.put("t", definition("a", 3_600_000));
                first.put("t", definition("a", 3_600_000));
                Await.until(() -> status(first, "t").lastSuccess() != null);
                assertThat(status(first, "t").next()).isAfter(Instant.now().plusSeconds(1800));
                second.put("t", definition("a", 3_600_000));
                assertThat(status(first, "t").next()).isAfter(Instant.now().plusSeconds(1800));
                assertThat(records.requests()).isEqualTo(1);

                records.of("b").set(3);
                meanwhile = () -> {
                    meanwhile = () -> {};
                    second.put("t", definition("b", 3_600_000));
                };
                records.of("a").set(2);
                first.resume("t");
                Await.until(() -> handled.contains("b3"));
                assertThat(handled).containsExactly("a1", "a2", "b3");
            }
        }
    }

    /** A new version of the application may have solved the problem. */
    @ParameterizedTest
    @EnumSource
    void aTriggerThatFailedPollsWhenANodeStarts(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            records.of("a").set(1);
            records.respondWith(500);
            try (ClusteredPolling first = node(source, "first")) {
                first.put("t", definition("a", 3_600_000));
                Await.until(() -> status(first, "t").failures() == 1);
            }
            records.respondWith(200);
            try (ClusteredPolling second = node(source, "second")) {
                second.put("t", definition("a", 3_600_000));
                Await.until(() -> handled.contains("a1"));
            }
        }
    }

    private static int count(HikariDataSource source, String table) {
        return new Database(source, JdbcSchema.DEFAULT_PREFIX).read(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("select count(*) from http_connector_" + table)) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void failuresAreCountedAcrossNodesAndIncreaseTheBackoff(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            records.respondWith(500);
            try (ClusteredPolling first = node(source, "first");
                    ClusteredPolling second = node(source, "second")) {
                first.put("t", definition("a", 100));
                Await.until(() -> status(second, "t").failures() >= 4);
                Status failing = status(second, "t");
                assertThat(failing.lastSuccess()).isNull();
                assertThat(failing.lastFailure()).isNotNull();
                assertThat(failing.next()).isAfter(failing.lastFailure().plusMillis(700));
                records.of("a").set(1);
                records.respondWith(200);
                Await.until(() -> handled.contains("a1") && status(second, "t").failures() == 0);
                records.respondWith(401);
                Await.until(() -> status(first, "t").state() == State.AUTHORIZATION_NEEDED);
                records.respondWith(200);
                records.of("a").set(2);
                assertThat(second.resume("t")).isTrue();
                Await.until(() -> handled.contains("a2"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void deadLettersAreReplayedFromAnyNode(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            records.of("a").set(1);
            try (ClusteredPolling first = node(source, "first");
                    ClusteredPolling second = node(source, "second")) {
                first.put("t", JsonSupport.parse("{\"list\":\"a\",\"millis\":100,\"fails\":true}"));
                Await.until(() -> !second.with("t", PollingTrigger::deadLetters)
                        .orElseThrow()
                        .isEmpty());
                second.put("t", definition("a", 3_600_000));
                second.pause("t");
                Await.until(() -> status(first, "t").node() == null);
                List<DeadLetter> dead =
                        second.with("t", PollingTrigger::deadLetters).orElseThrow();
                assertThat(dead).hasSize(1);
                assertThat(first.with("t", PollingTrigger::replayAll)).contains(1);
                assertThat(handled).containsExactly("a1");
                assertThat(first.with("none", PollingTrigger::deadLetters)).isEmpty();
            }
        }
    }

    /** The clock of the database was 40 minutes ahead during the last poll, and the schedule continues from there. */
    @ParameterizedTest
    @EnumSource
    void pollsPlannedByAWrongClockAreMadeSoon(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (ClusteredPolling before = node(source, "before")) {
                before.put("wrong", definition("wrong", 300));
                before.put("paused", definition("paused", 300));
                Await.until(() -> before.list().stream().allMatch(trigger -> trigger.lastSuccess() != null));
                before.pause("paused");
            }
            Databases.execute(
                    source,
                    "update http_connector_trigger_task set last_success = last_success + interval '40' minute,"
                            + " execution_time = execution_time + interval '40' minute");
            Databases.execute(source, "update http_connector_trigger set planned_at = planned_at + 2400000");
            try (ClusteredPolling after = node(source, "after")) {
                Status wrong = status(after, "wrong");
                assertThat(wrong.next()).isAfter(Instant.now().plus(Duration.ofMinutes(30)));
                records.of("wrong").set(1);
                Await.until(Duration.ofSeconds(20), () -> handled.size() == 1);
                records.of("wrong").set(2);
                Await.until(Duration.ofSeconds(20), () -> handled.size() == 2);
                assertThat(status(after, "paused").state()).isEqualTo(State.PAUSED);
                assertThat(status(after, "wrong").lastSuccess())
                        .isBefore(Instant.now().plusSeconds(60));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void invalidTriggerIsRejectedAndChangesNothing(Databases databases) {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (ClusteredPolling polling = ClusteredPolling.on(source)
                    .start((id, definition) -> definition.has("other")
                            ? trigger("m", "other", definition)
                            : trigger("m", id, definition).definition(definition))) {
                assertThatThrownBy(() -> polling.put("t", JsonSupport.parse("{\"colour\":1}")))
                        .isInstanceOf(InvalidDefinitionException.class)
                        .hasMessageContaining("colour");
                assertThatThrownBy(() -> polling.put("t", JsonSupport.parse("{\"other\":1,\"millis\":50}")))
                        .isInstanceOf(InvalidDefinitionException.class)
                        .hasMessageContaining("PollingTrigger.named(id)");
                assertThatThrownBy(() -> polling.put("", JsonSupport.parse("{}")))
                        .isInstanceOf(InvalidDefinitionException.class);
                assertThat(polling.list()).isEmpty();
            }
            assertThatThrownBy(() -> ClusteredPolling.on(source).heartbeat(Duration.ofSeconds(1), 3))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("heartbeat");
            assertThatThrownBy(() -> ClusteredPolling.on(source).threads(0))
                    .isInstanceOf(InvalidDefinitionException.class);
        }
    }
}
