package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ExactlyOnceTest {

    @TempDir
    Path directory;

    private static TriggerEvent event(String id) {
        return new TriggerEvent(
                id,
                "leads",
                ChangeType.NEW,
                id,
                JsonNodeFactory.instance.objectNode(),
                MissingNode.getInstance(),
                Instant.now());
    }

    private HikariDataSource open(Databases databases) throws SQLException {
        HikariDataSource source = databases.open(directory);
        JdbcSchema.create(source);
        Databases.execute(source, "create table effect (id varchar)");
        return source;
    }

    private static void write(Connection connection, String id) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into effect values (?)")) {
            insert.setString(1, id);
            insert.executeUpdate();
        }
    }

    private static List<String> effects(HikariDataSource source) {
        return new Database(source, JdbcSchema.DEFAULT_PREFIX).read(connection -> {
            List<String> ids = new ArrayList<>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("select id from effect")) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        });
    }

    @ParameterizedTest
    @EnumSource
    void repeatedAndFailedEventsHaveNoEffect(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            AtomicInteger calls = new AtomicInteger();
            EventHandler handler = ExactlyOnce.in(source).events((event, connection) -> {
                write(connection, event.id());
                if (calls.incrementAndGet() == 1) {
                    throw new IOException("first");
                }
            });
            assertThatThrownBy(() -> handler.handle(event("1")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("first");
            assertThat(effects(source)).isEmpty();
            handler.handle(event("1"));
            handler.handle(event("1"));
            ExactlyOnce.in(source)
                    .events((event, connection) -> write(connection, event.id()))
                    .handle(event("1"));
            handler.handle(event("2"));
            assertThat(effects(source)).containsExactly("1", "2");
            assertThat(calls).hasValue(3);
            assertThat(source.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlerExceptionIsPropagated(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            Databases.execute(source, "create unique index one_of_each on effect (id)");
            EventHandler handler = ExactlyOnce.in(source).events((event, connection) -> write(connection, "the same"));
            handler.handle(event("1"));
            assertThatThrownBy(() -> handler.handle(event("2"))).isInstanceOf(SQLException.class);
            assertThat(effects(source)).containsExactly("the same");
        }
    }

    @ParameterizedTest
    @EnumSource
    void concurrentRepetitionsHaveOneEffect(Databases databases) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (HikariDataSource source = open(databases)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                EventHandler handler =
                        ExactlyOnce.in(source).events((event, connection) -> write(connection, event.id()));
                running.add(threads.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        handler.handle(event("e" + n));
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            assertThat(effects(source)).hasSize(50).doesNotHaveDuplicates();
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyNewEventsOfABatchAreHandled(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            BatchHandler handler = ExactlyOnce.in(source).batches((events, connection) -> {
                for (TriggerEvent event : events) {
                    write(connection, event.id());
                }
            });
            handler.handle(List.of(event("1"), event("2"), event("1")));
            handler.handle(List.of(event("2"), event("3")));
            handler.handle(List.of(event("3"), event("1")));
            assertThat(effects(source)).containsExactly("1", "2", "3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void webhookAndTriggerOfTheSameNameAreIndependent(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            ExactlyOnce once = ExactlyOnce.in(source);
            WebhookHandler webhooks = once.webhooks((event, connection) -> write(connection, "w" + event.id()));
            EventHandler events = once.events((event, connection) -> write(connection, "e" + event.id()));
            WebhookEvent event = WebhookEvent.of(event("1"));
            webhooks.handle(event);
            events.handle(event("1"));
            webhooks.handle(event);
            assertThat(effects(source)).containsExactly("w1", "e1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlerCannotEndTheTransaction(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            ExactlyOnce once = ExactlyOnce.in(source);
            EventHandler closing = once.events((event, connection) -> {
                try (connection) {
                    write(connection, event.id());
                }
            });
            closing.handle(event("1"));
            List<TransactionHandler<TriggerEvent>> ends = List.of(
                    (event, connection) -> connection.commit(),
                    (event, connection) -> connection.rollback(),
                    (event, connection) -> connection.setAutoCommit(true));
            for (TransactionHandler<TriggerEvent> end : ends) {
                assertThatThrownBy(() -> once.events(end).handle(event("2")))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("must not call");
            }
            EventHandler undoing = once.events((event, connection) -> {
                var savepoint = connection.setSavepoint();
                write(connection, "undone");
                connection.rollback(savepoint);
                write(connection, event.id());
            });
            undoing.handle(event("3"));
            assertThat(effects(source)).containsExactly("1", "3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordPolledByTwoNodesHasOneEffect(Databases databases) throws Exception {
        try (Records records = new Records();
                HikariDataSource source = open(databases);
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(records.url()).build()) {
            records.of("r").set(3);
            try (PollingTrigger first = trigger(source, connection);
                    PollingTrigger second = trigger(source, connection)) {
                first.pollOnce();
                second.pollOnce();
                records.of("r").set(6);
                first.pollOnce();
                // All of it is handled before the conflict.
                assertThatThrownBy(second::pollOnce).isInstanceOf(StateException.class);
                second.pollOnce();
            }
            assertThat(effects(source)).containsExactly("1", "2", "3", "4", "5", "6");
        }
    }

    private static PollingTrigger trigger(HikariDataSource source, HttpConnection connection) {
        return PollingTrigger.named("r")
                .connection(connection)
                .request(RequestTemplate.named("r").get("/r").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(JdbcStateStore.of(source))
                .handler(ExactlyOnce.in(source)
                        .events((event, own) ->
                                write(own, event.payload().at("/id").asText())))
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void oldRecordsAreDeleted(Databases databases) throws Exception {
        try (HikariDataSource source = open(databases)) {
            Databases.execute(
                    source,
                    "insert into http_connector_handled values ('t', 'old', "
                            + Instant.now().minusSeconds(120).toEpochMilli() + "), ('t', 'new', "
                            + Instant.now().minusSeconds(10).toEpochMilli() + ")");
            ExactlyOnce.in(source)
                    .rememberFor(Duration.ofMinutes(1))
                    .events((event, connection) -> {})
                    .handle(event("1"));
            try (var connection = source.getConnection();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "select event_key from http_connector_handled where trigger_key like 't%'")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1).strip()).isEqualTo("new");
                assertThat(rows.next()).isFalse();
            }
            assertThatThrownBy(() -> ExactlyOnce.in(source).rememberFor(Duration.ZERO))
                    .isInstanceOf(InvalidDefinitionException.class);
        }
    }

    /** As recommended for PostgreSQL in docs/databases.md. */
    @Test
    void locksOfADisappearedNodeAreReleasedAfterATimeout() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (HikariDataSource source = open(Databases.POSTGRESQL)) {
            URI url = URI.create(TestNode.url(source).substring("jdbc:".length()));
            try (Wire wire = new Wire(url.getPort());
                    HikariDataSource gone =
                            TestNode.pool("jdbc:postgresql://127.0.0.1:" + wire.port() + url.getPath())) {
                CountDownLatch written = new CountDownLatch(1);
                CountDownLatch goesOn = new CountDownLatch(1);
                EventHandler handler = ExactlyOnce.in(gone).events((event, connection) -> {
                    write(connection, event.id());
                    written.countDown();
                    goesOn.await();
                });
                Future<?> first = thread.submit(() -> {
                    handler.handle(event("1"));
                    return null;
                });
                written.await();
                wire.silence();

                ExactlyOnce.in(source)
                        .events((event, connection) -> write(connection, event.id()))
                        .handle(event("1"));
                assertThat(effects(source)).containsExactly("1");

                wire.repair();
                goesOn.countDown();
                assertThatThrownBy(first::get).hasCauseInstanceOf(StateException.class);
                assertThat(effects(source)).containsExactly("1");
            }
        } finally {
            thread.shutdownNow();
        }
    }
}
