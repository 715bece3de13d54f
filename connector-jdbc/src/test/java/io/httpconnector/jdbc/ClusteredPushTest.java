package io.httpconnector.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.PushedRecords;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One node receives records while another polls: nothing is lost, and what is repeated has the same id. */
@Timeout(120)
class ClusteredPushTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    @TempDir
    Path directory;

    private final Map<Integer, Map<String, Object>> rows = Collections.synchronizedMap(new TreeMap<>());
    private final List<TriggerEvent> events = Collections.synchronizedList(new ArrayList<>());

    private Map<String, Object> change(int id) {
        Map<String, Object> row =
                Map.of("id", id, "updated", NOON.plusSeconds(id).toString());
        rows.put(id, row);
        return row;
    }

    /** A trigger of a node, whose store does not know that of another node. */
    private PollingTrigger node(DataSource source, HttpConnection connection, EventHandler handler) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .version("/updated")
                .cursor(Cursor.timestamp("/updated").clientSide())
                .startPosition(StartPosition.everything())
                .acceptPushes(PushSettings.defaults())
                .store(JdbcStateStore.of(source))
                .handler(handler)
                .build();
    }

    private Map<String, Set<String>> idsByKey() {
        return events.stream()
                .collect(Collectors.groupingBy(
                        TriggerEvent::key, Collectors.mapping(TriggerEvent::id, Collectors.toSet())));
    }

    @Test
    void pushOfAnotherNodeDuringAPollLosesNothing() throws Exception {
        try (HikariDataSource source = Databases.H2.open(directory);
                MockService service = MockService.start();
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .build()) {
            JdbcSchema.create(source);
            service.on(
                    "GET",
                    "/records",
                    request -> MockResponse.json(
                            JsonSupport.tree(List.copyOf(rows.values())).toString()));
            CountDownLatch handling = new CountDownLatch(1);
            CountDownLatch pushed = new CountDownLatch(1);
            try (PollingTrigger polling = node(source, connection, event -> {
                        events.add(event);
                        handling.countDown();
                        boolean unused = pushed.await(20, SECONDS);
                    });
                    PollingTrigger pushing = node(source, connection, events::add)) {
                pushing.push(PushedRecords.changed(JsonSupport.tree(change(1))));
                change(2);
                CompletableFuture<Object> poll = CompletableFuture.supplyAsync(polling::pollOnce);
                assertThat(handling.await(20, SECONDS)).isTrue();
                // The memory of this node is older than the database.
                assertThat(pushing.push(PushedRecords.changed(JsonSupport.tree(change(3))))
                                .events())
                        .isEqualTo(1);
                pushed.countDown();
                assertThatThrownBy(poll::join)
                        .cause()
                        .isInstanceOfSatisfying(
                                StateException.class,
                                e -> assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT));
                polling.pollOnce();
                assertThat(pushing.push(PushedRecords.changed(JsonSupport.tree(rows.get(2))))
                                .known())
                        .isEqualTo(1);
                // As ClusteredPolling does: the state is read for each poll.
                assertThat(polling.stop(Duration.ofSeconds(5))).isTrue();
                assertThat(polling.pollOnce().events()).isZero();
            }
            assertThat(idsByKey())
                    .containsOnlyKeys("1", "2", "3")
                    .allSatisfy((key, ids) -> assertThat(ids).hasSize(1));
            assertThat(events.stream().map(TriggerEvent::key)).containsExactly("1", "2", "3", "2");
        }
    }

    @Test
    void manyConcurrentPushesAndPollsLoseNothing() {
        try (HikariDataSource source = Databases.H2.open(directory);
                MockService service = MockService.start();
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(service.baseUrl())
                        .build()) {
            JdbcSchema.create(source);
            service.on(
                    "GET",
                    "/records",
                    request -> MockResponse.json(
                            JsonSupport.tree(List.copyOf(rows.values())).toString()));
            try (PollingTrigger polling = node(source, connection, events::add);
                    PollingTrigger pushing = node(source, connection, events::add)) {
                CompletableFuture<Void> pushes = CompletableFuture.runAsync(() -> {
                    for (int id = 1; id <= 60; id++) {
                        Map<String, Object> row = change(id);
                        boolean isPushed = id % 5 == 0;
                        while (!isPushed) {
                            isPushed = succeeds(() -> pushing.push(PushedRecords.changed(JsonSupport.tree(row))));
                        }
                    }
                });
                while (!pushes.isDone()) {
                    boolean unused = succeeds(polling::pollOnce);
                }
                pushes.join();
                while (!succeeds(polling::pollOnce)) {
                    Thread.onSpinWait();
                }
            }
            assertThat(idsByKey())
                    .hasSize(60)
                    .allSatisfy((key, ids) -> assertThat(ids).hasSize(1));
            System.out.println("ClusteredPushTest: 60 records, " + events.size() + " deliveries");
        }
    }

    private static boolean succeeds(Runnable step) {
        try {
            step.run();
            return true;
        } catch (StateException e) {
            assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT);
            return false;
        }
    }
}
