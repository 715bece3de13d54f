package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One of two nodes cannot reach the database for a while; both stay alive. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class NetworkPartitionTest {

    private static final int RECORDS = 80;

    @TempDir
    Path directory;

    private final List<String> byAway = new CopyOnWriteArrayList<>();
    private final List<String> byOther = new CopyOnWriteArrayList<>();
    private final List<String> interrupted = new CopyOnWriteArrayList<>();

    private ClusteredPolling node(
            HikariDataSource source, HttpConnection connection, List<String> handled, Duration takes) {
        return ClusteredPolling.on(source)
                .heartbeat(Duration.ofMillis(200), 5)
                .start((id, definition) -> PollingTrigger.named(id)
                        .connection(connection)
                        .request(RequestTemplate.named(id).get("/" + id).build())
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofMillis(200))
                        .minInterval(Duration.ofMillis(10))
                        .handler(event -> {
                            handled.add(event.payload().at("/id").asText());
                            try {
                                Thread.sleep(takes.toMillis());
                            } catch (InterruptedException e) {
                                interrupted.add(event.payload().at("/id").asText());
                                throw e;
                            }
                        }));
    }

    private static HikariDataSource through(Wire wire, URI url) {
        HikariDataSource source = TestNode.pool("jdbc:postgresql://127.0.0.1:" + wire.port() + url.getPath());
        source.setConnectionTimeout(3000);
        source.setValidationTimeout(3000);
        return source;
    }

    /** The events that happen to a node behind a wire. */
    @FunctionalInterface
    private interface Scenario {
        void run(Wire wire, Records records, Supplier<ClusteredPolling> another) throws Exception;
    }

    private void whilePolling(Duration takes, Scenario scenario) throws Exception {
        try (Records records = new Records();
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(records.url()).build();
                HikariDataSource direct = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(direct);
            URI url = URI.create(TestNode.url(direct).substring("jdbc:".length()));
            records.of("t").set(RECORDS);
            try (Wire wire = new Wire(url.getPort());
                    HikariDataSource source = through(wire, url);
                    ClusteredPolling away = node(source, connection, byAway, takes)) {
                away.put("t", JsonNodeFactory.instance.objectNode());
                Await.until(() -> byAway.size() >= 3);
                scenario.run(wire, records, () -> node(direct, connection, byOther, Duration.ofMillis(5)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nodeStartsNoMoreEventsOnceOthersMayPoll(boolean isSilent) throws Exception {
        whilePolling(Duration.ofMillis(100), (wire, records, another) -> {
            try (ClusteredPolling other = another.get()) {
                if (isSilent) {
                    wire.silence();
                } else {
                    wire.cut();
                }
                Await.until(() -> !byOther.isEmpty());
                int started = byAway.size();
                Await.until(() -> byOther.size() == RECORDS);
                Thread.sleep(2000);
                assertThat(byAway).hasSizeLessThanOrEqualTo(started + 1);
                assertThat(interrupted).isEmpty();

                wire.repair();
                records.of("t").set(RECORDS + 1);
                String last = String.valueOf(RECORDS + 1);
                Await.until(() -> byOther.contains(last) || byAway.contains(last));
                Await.until(() -> other.list().get(0).failures() == 0);
                assertThat(byOther).doesNotHaveDuplicates();
                assertThat(byAway).doesNotHaveDuplicates();
            }
        });
    }

    @Test
    void shortOutageEndsNoPoll() throws Exception {
        whilePolling(Duration.ofMillis(50), (wire, records, another) -> {
            wire.cut();
            Thread.sleep(500);
            wire.repair();
            Await.until(() -> byAway.size() >= RECORDS);
            assertThat(byAway).doesNotHaveDuplicates();
            assertThat(interrupted).isEmpty();
        });
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Mailbox inbox(DataSource source, EventHandler handler) {
        return JdbcInbox.of(source)
                .heartbeat(Duration.ofMillis(100), 4)
                .open(new Settings(
                        "leads", Delivery.to(handler).attempts(1), Duration.ofDays(1), 1000, TimeSource.SYSTEM));
    }

    private static TriggerEvent event(String id) {
        return new TriggerEvent(
                id, "leads", ChangeType.NEW, "same key", JsonSupport.parse("{}"), NullNode.instance, Instant.EPOCH);
    }

    @ParameterizedTest
    @EnumSource
    void eventHandledByAnotherNodeIsNotStarted(Databases databases) throws Exception {
        CountDownLatch back = new CountDownLatch(1);
        CountDownLatch handled = new CountDownLatch(1);
        AtomicReference<Thread> worker = new AtomicReference<>();
        AtomicInteger asked = new AtomicInteger();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            DataSource cutOff = Databases.after(
                    () -> {
                        // The node learns that the first event is done, and nothing more.
                        boolean hears = worker.get() == null
                                || (Thread.currentThread() == worker.get() && asked.getAndIncrement() == 0);
                        if (!hears) {
                            await(back);
                        }
                    },
                    source);
            try (Mailbox away = inbox(cutOff, event -> {
                byAway.add(event.id());
                worker.set(Thread.currentThread());
            })) {
                away.put(List.of(event("1"), event("2"), event("3")));
                Await.until(() -> !byAway.isEmpty());
                try (Mailbox other = inbox(source, event -> {
                    byOther.add(event.id());
                    handled.await();
                })) {
                    Await.until(() -> byOther.contains("2"));
                    back.countDown();
                    Thread.sleep(1000);
                    handled.countDown();
                    Await.until(() -> other.pendingCount() == 0);
                }
            } finally {
                back.countDown();
            }
            assertThat(byAway).containsExactly("1");
            assertThat(byOther).containsExactly("2", "3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eventHandledByOneNodeIsNotDeadLetteredByAnother(Databases databases) throws Exception {
        CountDownLatch back = new CountDownLatch(1);
        AtomicReference<Thread> worker = new AtomicReference<>();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            DataSource cutOff = Databases.after(
                    () -> {
                        if (worker.get() != null) {
                            await(back);
                        }
                    },
                    source);
            try (Mailbox away = inbox(cutOff, event -> {
                byAway.add(event.id());
                worker.set(Thread.currentThread());
            })) {
                away.put(List.of(event("1")));
                Await.until(() -> !byAway.isEmpty());
                try (Mailbox other = inbox(source, event -> {
                    throw new IllegalStateException("no");
                })) {
                    Await.until(() -> !other.deadLetters().isEmpty());
                    back.countDown();
                    Await.until(() -> other.deadLetters().isEmpty());
                    assertThat(other.pendingCount()).isZero();
                }
            } finally {
                back.countDown();
            }
        }
    }
}
