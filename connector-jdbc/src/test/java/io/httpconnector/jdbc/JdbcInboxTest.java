package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of an inbox in a database; two mailboxes represent two nodes. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class JdbcInboxTest {

    private static final Duration WINDOW = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final List<String> handled = new CopyOnWriteArrayList<>();

    private static TriggerEvent event(String id, String key) {
        return new TriggerEvent(
                id,
                "leads",
                ChangeType.NEW,
                key,
                JsonNodeFactory.instance.objectNode().put("id", id),
                MissingNode.getInstance(),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static TriggerEvent event(String id) {
        return event(id, "");
    }

    private Delivery collecting() {
        return Delivery.to(event -> handled.add(event.id()));
    }

    private static Mailbox open(HikariDataSource source, Delivery delivery) {
        return open(source, delivery, "leads");
    }

    private static Mailbox open(HikariDataSource source, Delivery delivery, String receiver) {
        return JdbcInbox.of(source).open(new Settings(receiver, delivery, WINDOW, 1000, TimeSource.SYSTEM));
    }

    private static Delivery failing() {
        return Delivery.to(event -> {
                    throw new IllegalStateException("no");
                })
                .attempts(2)
                .backoff(Duration.ofMillis(10), Duration.ofMillis(20));
    }

    @ParameterizedTest
    @EnumSource
    void eventIsHandledOnceWhicheverNodeReceivesIt(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox first = open(source, collecting());
                    Mailbox second = open(source, collecting());
                    Mailbox other = open(source, collecting(), "other")) {
                assertThat(first.put(List.of(event("1"), event("2"), event("1"))))
                        .isTrue();
                assertThat(second.put(List.of(event("2"), event("3")))).isTrue();
                Await.until(() -> handled.size() == 3 && first.pendingCount() == 0);
                assertThat(second.put(List.of(event("1")))).isTrue();
                assertThat(other.put(List.of(event("1")))).isTrue();
                Await.until(() -> handled.size() == 4 && first.pendingCount() + other.pendingCount() == 0);
            }
            try (Mailbox again = open(source, collecting())) {
                assertThat(again.put(List.of(event("3"), event("4")))).isTrue();
                Await.until(() -> handled.contains("4") && again.pendingCount() == 0);
            }
            assertThat(handled).containsExactlyInAnyOrder("1", "2", "3", "1", "4");
        }
    }

    @ParameterizedTest
    @EnumSource
    void concurrentEventsAreHandledOnceEach(Databases databases) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox first = open(source, collecting().concurrently(2));
                    Mailbox second = open(source, collecting().concurrently(2))) {
                List<Future<Boolean>> puts = new ArrayList<>();
                for (int i = 0; i < 400; i++) {
                    // Each event arrives twice, also within other batches.
                    List<TriggerEvent> events = List.of(event("e" + i / 4), event("f" + i / 2), event("e" + i / 2));
                    Mailbox mailbox = i % 2 == 0 ? first : second;
                    puts.add(threads.submit(() -> mailbox.put(events)));
                }
                for (Future<Boolean> put : puts) {
                    assertThat(put.get()).isTrue();
                }
                Await.until(() -> handled.size() >= 400 && first.pendingCount() == 0);
            }
            assertThat(handled).hasSize(400).doesNotHaveDuplicates();
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void eventsOfOneKeyAreHandledOneAfterTheOther(Databases databases) throws Exception {
        List<AtomicBoolean> busy = List.of(new AtomicBoolean(), new AtomicBoolean(), new AtomicBoolean());
        List<String> overlaps = new CopyOnWriteArrayList<>();
        Delivery delivery = Delivery.to(event -> {
                    AtomicBoolean mine = busy.get(Integer.parseInt(event.key()));
                    if (!mine.compareAndSet(false, true)) {
                        overlaps.add(event.id());
                    }
                    Thread.sleep(1);
                    handled.add(event.id());
                    mine.set(false);
                })
                .concurrently(4);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox first = open(source, delivery);
                    Mailbox second = open(source, delivery)) {
                List<Future<?>> senders = new ArrayList<>();
                for (String key : List.of("0", "1", "2")) {
                    senders.add(threads.submit(() -> {
                        for (int i = 0; i < 100; i += 2) {
                            Mailbox mailbox = i % 4 == 0 ? first : second;
                            mailbox.put(List.of(event(key + " " + i, key), event(key + " " + (i + 1), key)));
                        }
                    }));
                }
                for (Future<?> sender : senders) {
                    sender.get();
                }
                Await.until(() -> first.pendingCount() == 0);
            }
            assertThat(overlaps).isEmpty();
            for (String key : List.of("0", "1", "2")) {
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    expected.add(key + " " + i);
                }
                assertThat(handled.stream().filter(id -> id.startsWith(key + " ")))
                        .containsExactlyElementsOf(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void failedEventBecomesADeadLetterThatIsReplayedOrDiscarded(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox failing = open(source, failing())) {
                assertThat(failing.put(List.of(event("1", "k"), event("2", "k"), event("3"))))
                        .isTrue();
                Await.until(() -> failing.deadLetters().size() == 3);
                assertThat(failing.deadLetters())
                        .extracting(letter -> letter.event().id(), DeadLetter::attempts, DeadLetter::error)
                        .contains(tuple("1", 2, "java.lang.IllegalStateException: no"));
                assertThat(failing.pendingCount()).isZero();
                assertThat(failing.put(List.of(event("1", "k")))).isTrue();
                assertThat(failing.pendingCount()).isZero();
                assertThat(failing.discard("2")).isTrue();
                assertThat(failing.discard("2")).isFalse();
            }
            try (Mailbox working = open(source, collecting())) {
                assertThat(working.replay("2")).isFalse();
                assertThat(working.replay("1")).isTrue();
                assertThat(working.replay("1")).isFalse();
                assertThat(working.replay("3")).isTrue();
                Await.until(() -> working.pendingCount() == 0);
                assertThat(working.deadLetters()).isEmpty();
                assertThat(working.put(List.of(event("1", "k"), event("2", "k"))))
                        .isTrue();
                Await.until(() -> working.pendingCount() == 0);
            }
            assertThat(handled).containsExactlyInAnyOrder("1", "3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void attemptsAreCountedAcrossRestarts(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            CountDownLatch failed = new CountDownLatch(1);
            Delivery slow = Delivery.to(event -> {
                        failed.countDown();
                        throw new IllegalStateException("first");
                    })
                    .attempts(2)
                    .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
            try (Mailbox first = open(source, slow)) {
                assertThat(first.put(List.of(event("1")))).isTrue();
                assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
            }
            try (Mailbox second = open(source, failing())) {
                Await.until(() -> second.deadLetters().size() == 1);
                assertThat(second.deadLetters().get(0).attempts()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fullInboxRejectsEvents(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            Settings settings = new Settings("leads", failing().attempts(1), WINDOW, 1000, TimeSource.SYSTEM);
            try (Mailbox mailbox = JdbcInbox.of(source).maxEvents(2).open(settings)) {
                assertThat(mailbox.put(List.of(event("1"), event("2"), event("3"))))
                        .isFalse();
                assertThat(mailbox.put(List.of(event("1"), event("2")))).isTrue();
                assertThat(mailbox.put(List.of(event("3")))).isFalse();
                Await.until(() -> mailbox.deadLetters().size() == 2);
                assertThat(mailbox.discard("1")).isTrue();
                long discarded = System.nanoTime();
                Await.until(() -> mailbox.put(List.of(event("3"))));
                assertThat(Duration.ofNanos(System.nanoTime() - discarded)).isLessThan(Duration.ofSeconds(5));
                Await.until(() -> mailbox.deadLetters().size() == 2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void handledEventsAreDeletedAfterTheWindow(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            int several = 10;
            try (Mailbox mailbox = open(source, collecting().concurrently(4))) {
                assertThat(mailbox.put(IntStream.range(0, several)
                                .mapToObj(i -> event("e" + i))
                                .toList()))
                        .isTrue();
                Await.until(() -> handled.size() == several && mailbox.pendingCount() == 0);
            }
            // More than the transactions of one deletion contain.
            for (int copies = 0; copies < 8; copies++) {
                Databases.execute(
                        source,
                        "insert into http_connector_inbox (receiver_key, event_key, state, attempts, changed_at)"
                                + " select receiver_key, event_key || '-" + copies + "', state, attempts, changed_at"
                                + " from http_connector_inbox");
            }
            assertThat(rows(source)).isEqualTo(2560);
            pass(source, WINDOW.plusMinutes(2));
            try (Mailbox later = open(source, failing())) {
                Await.until(() -> rows(source) == 0);
                assertThat(later.put(List.of(event("e1")))).isTrue();
                Await.until(() -> later.deadLetters().size() == 1);
            }
            pass(source, WINDOW.multipliedBy(9));
            Databases.execute(
                    source,
                    "insert into http_connector_inbox (receiver_key, event_key, state, attempts, changed_at)"
                            + " select receiver_key, 'handled', 'd', attempts, changed_at from http_connector_inbox");
            assertThat(rows(source)).isEqualTo(2);
            try (Mailbox muchLater = open(source, failing())) {
                Await.until(() -> rows(source) == 1);
                // Dead letters are kept.
                assertThat(muchLater.deadLetters()).hasSize(1);
            }
        }
    }

    /** Makes all rows older. */
    private static void pass(HikariDataSource source, Duration time) throws SQLException {
        Databases.execute(source, "update http_connector_inbox set changed_at = changed_at - " + time.toMillis());
        Databases.execute(
                source,
                "update http_connector_inbox_task set execution_time = execution_time - interval '" + time.toMinutes()
                        + "' minute");
    }

    private static int rows(HikariDataSource source) {
        return number(source, "select count(*) from http_connector_inbox");
    }

    private static int number(HikariDataSource source, String sql) {
        return new Database(source, JdbcSchema.DEFAULT_PREFIX).read(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery(sql)) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    /** The real time, a while from now. */
    private static TimeSource in(Duration offset) {
        return new TimeSource() {
            @Override
            public long nanos() {
                return SYSTEM.nanos();
            }

            @Override
            public Instant now() {
                return SYSTEM.now().plus(offset);
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                return SYSTEM.await(gate, time);
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void tablesMayHaveOtherNames(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            Databases.execute(source, "create schema integration");
            for (String prefix : List.of("integration.hc_", "acme_", "integration.hc_")) {
                JdbcSchema.create(source, prefix);
                String id = prefix + handled.size();
                try (Mailbox mailbox = JdbcInbox.of(source, prefix)
                        .heartbeat(Duration.ofMillis(200), 4)
                        .open(new Settings("leads", collecting(), WINDOW, 1000, TimeSource.SYSTEM))) {
                    assertThat(mailbox.put(List.of(event(id)))).isTrue();
                    Await.until(() -> handled.contains(id) && mailbox.pendingCount() == 0);
                }
            }
        }
    }

    /** On H2, no other write ends before the handler does. */
    @ParameterizedTest
    @EnumSource
    void handlerInATransactionStoresEventsConcurrently(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            ExecutorService others = Executors.newFixedThreadPool(3);
            List<Future<Boolean>> stored = new ArrayList<>();
            try (Mailbox mailbox = open(source, collecting())) {
                EventHandler handler = ExactlyOnce.in(source).events((event, connection) -> {
                    for (String id : List.of("a", "b", "c")) {
                        stored.add(others.submit(() -> mailbox.put(List.of(event(id)))));
                    }
                    Thread.sleep(300);
                    assertThat(mailbox.put(List.of(event("own")))).isTrue();
                });
                handler.handle(event("first"));
                for (Future<Boolean> one : stored) {
                    assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
                }
                Await.until(() -> handled.size() == 4);
                assertThat(handled).containsExactlyInAnyOrder("a", "b", "c", "own");
            } finally {
                others.shutdownNow();
            }
        }
    }

    /** Arbitrary content is stored, and does not delay concurrent senders. */
    @ParameterizedTest
    @EnumSource
    void anyContentIsStored(Databases databases) throws Exception {
        List<String> hostile = List.of(
                "\0",
                "a\0b",
                "\ud834\udd1e",
                // An unpaired surrogate, which UTF-8 cannot encode.
                "half \ud834",
                "{\"a\": 1}",
                "{1,2,NULL}",
                "null",
                "'; drop table http_connector_inbox; --",
                "\\",
                "\r\n",
                "x".repeat(100_000));
        Delivery delivery = Delivery.to(event -> {
            assertThat(event.payload().at("/id").asText().replace('?', '\ud834'))
                    .isEqualTo(event.id().replace('?', '\ud834'));
            handled.add(event.id());
        });
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox mailbox = open(source, delivery)) {
                assertThat(mailbox.put(hostile.stream().map(id -> event(id, id)).toList()))
                        .isTrue();
                assertThat(mailbox.put(
                                hostile.stream().map(id -> event(id + " 2")).toList()))
                        .isTrue();
                Await.until(() -> handled.size() == 2 * hostile.size());
                assertThat(mailbox.deadLetters()).isEmpty();
            }
        }
    }

    /** With their own clocks, the node that is ahead would consider the other one dead: a handler takes longer than that. */
    @ParameterizedTest
    @EnumSource
    void clocksOfNodesMayDiffer(Databases databases) throws Exception {
        Delivery slow = Delivery.to(event -> {
            handled.add(event.id());
            Thread.sleep(1000);
        });
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            JdbcInbox inbox = JdbcInbox.of(source).heartbeat(Duration.ofMillis(100), 4);
            try (Mailbox first = inbox.open(new Settings("leads", slow, WINDOW, 1000, TimeSource.SYSTEM));
                    Mailbox second =
                            inbox.open(new Settings("leads", collecting(), WINDOW, 1000, in(Duration.ofHours(1))))) {
                for (int i = 0; i < 20; i++) {
                    assertThat(first.put(List.of(event("first " + i)))).isTrue();
                    assertThat(second.put(List.of(event("second " + i)))).isTrue();
                }
                Await.until(() -> first.pendingCount() == 0);
                assertThat(handled).hasSize(40).doesNotHaveDuplicates();
            }
        }
    }
}
