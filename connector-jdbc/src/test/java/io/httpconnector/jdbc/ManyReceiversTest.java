package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Tests of many receivers, which share one scheduler and its threads. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
class ManyReceiversTest {

    private static final int SENDERS = 20;

    @TempDir
    Path directory;

    private final Map<String, Integer> handled = new ConcurrentHashMap<>();

    private static TriggerEvent event(String id) {
        return new TriggerEvent(
                id,
                "any",
                ChangeType.NEW,
                "",
                JsonNodeFactory.instance.objectNode(),
                MissingNode.getInstance(),
                Instant.EPOCH);
    }

    private static Mailbox open(HikariDataSource source, String receiver, Delivery delivery) {
        return JdbcInbox.of(source)
                .open(new Settings(receiver, delivery, Duration.ofHours(1), 1000, TimeSource.SYSTEM));
    }

    private Delivery counting(String receiver) {
        return Delivery.to(event -> handled.merge(receiver, 1, Integer::sum));
    }

    private int handled(String receiver) {
        return handled.getOrDefault(receiver, 0);
    }

    private static void closeAll(List<Mailbox> mailboxes) {
        mailboxes.forEach(Mailbox::close);
    }

    /** The threads of the library in a group; other tests run concurrently. */
    private static int threads(ThreadGroup group) {
        Thread[] all = new Thread[1000];
        int count = group.enumerate(all);
        int ours = 0;
        for (int i = 0; i < count; i++) {
            String name = all[i].getName();
            ours += name.startsWith("http-connector") || name.startsWith("db-scheduler") ? 1 : 0;
        }
        return ours;
    }

    /** Runs in a group of threads of its own, to which the threads belong that it starts. */
    private static void inGroup(ThreadGroup group, Runnable work) throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        Thread application = new Thread(group, work);
        application.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
        application.start();
        application.join();
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void receiversShareSixteenThreadsAndLogNoWarning(Databases databases) throws Exception {
        int receivers = databases == Databases.H2 ? 1000 : 100;
        ThreadGroup group = new ThreadGroup("many receivers");
        ListAppender<ILoggingEvent> log = new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent event) {
                // Other tests run concurrently.
                if (group.parentOf(Thread.currentThread().getThreadGroup())) {
                    super.append(event);
                }
            }
        };
        log.start();
        List<Logger> loggers = List.of(
                (Logger) LoggerFactory.getLogger("com.github.kagkarlsson"),
                (Logger) LoggerFactory.getLogger(InboxNode.class),
                (Logger) LoggerFactory.getLogger(JdbcMailbox.class));
        AtomicInteger most = new AtomicInteger();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            loggers.forEach(logger -> logger.addAppender(log));
            inGroup(group, () -> sendToEach(source, receivers, () -> most.accumulateAndGet(threads(group), Math::max)));
        } finally {
            loggers.forEach(logger -> logger.detachAppender(log));
        }
        assertThat(handled).hasSize(receivers);
        assertThat(handled.values()).containsOnly(1);
        assertThat(most.get()).isBetween(1, 16);
        Await.until(() -> threads(group) == 0);
        assertThat(log.list)
                .filteredOn(entry -> entry.getLevel().isGreaterOrEqual(Level.WARN)
                        || entry.getFormattedMessage().contains("Failed to find implementation"))
                .filteredOn(entry -> entry.getFormattedMessage().contains("task with name")
                        || entry.getFormattedMessage().contains("receiver-"))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    private void sendToEach(HikariDataSource source, int receivers, Runnable sample) {
        List<Mailbox> mailboxes = new ArrayList<>();
        for (int i = 0; i < receivers; i++) {
            mailboxes.add(open(source, "receiver-" + i, counting("receiver-" + i)));
        }
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        List<Future<Boolean>> sent = new ArrayList<>();
        for (int i = 0; i < receivers; i++) {
            Mailbox mailbox = mailboxes.get(i);
            List<TriggerEvent> events = List.of(event("e" + i));
            sent.add(senders.submit(() -> mailbox.put(events)));
        }
        sent.forEach(one -> {
            sample.run();
            assertThat(one).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(true);
        });
        senders.shutdown();
        Await.until(() -> {
            sample.run();
            return handled.values().stream().mapToInt(Integer::intValue).sum() == receivers;
        });
        closeAll(mailboxes);
    }

    /** A receiver whose handler hangs occupies as many threads as its delivery permits. */
    @ParameterizedTest
    @EnumSource
    void hangingReceiverDoesNotDelayOthers(Databases databases) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger concurrent = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            Delivery hanging = Delivery.to(event -> {
                        most.accumulateAndGet(concurrent.incrementAndGet(), Math::max);
                        end.await();
                        concurrent.decrementAndGet();
                        handled.merge("hanging", 1, Integer::sum);
                    })
                    .concurrently(9);
            List<Mailbox> all = List.of(
                    open(source, "hanging", hanging),
                    open(source, "other", counting("other")),
                    open(source, "another", counting("another")));
            for (int i = 0; i < 100; i++) {
                assertThat(all.get(0).put(List.of(event("h" + i)))).isTrue();
            }
            Await.until(() -> most.get() == 9);
            for (int i = 0; i < 10; i++) {
                assertThat(all.get(1).put(List.of(event("o" + i)))).isTrue();
                assertThat(all.get(2).put(List.of(event("o" + i)))).isTrue();
            }
            Await.until(() -> handled("other") + handled("another") == 20);
            assertThat(handled).doesNotContainKey("hanging");
            end.countDown();
            Await.until(() -> handled("hanging") == 100);
            assertThat(most).hasValue(9);
            closeAll(all);
        }
    }

    /** There are more threads while handlers hang. */
    @Test
    void manyHangingReceiversDelayOthersBriefly() throws Exception {
        int receivers = 60;
        CountDownLatch end = new CountDownLatch(1);
        ThreadGroup group = new ThreadGroup("hanging receivers");
        try (HikariDataSource source = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            inGroup(group, () -> {
                List<Mailbox> mailboxes = new ArrayList<>();
                for (int i = 0; i < receivers; i++) {
                    String receiver = "hanging-" + i;
                    mailboxes.add(open(source, receiver, Delivery.to(event -> {
                        end.await();
                        handled.merge(receiver, 1, Integer::sum);
                    })));
                    assertThat(mailboxes.get(i).put(List.of(event("1"), event("2"))))
                            .isTrue();
                }
                mailboxes.add(open(source, "other", counting("other")));
                assertThat(mailboxes.get(receivers).put(List.of(event("1"), event("2"))))
                        .isTrue();
                Await.until(Duration.ofSeconds(20), () -> handled("other") == 2);
                assertThat(handled).hasSize(1);
                end.countDown();
                Await.until(() ->
                        handled.values().stream().mapToInt(Integer::intValue).sum() == 2 * receivers + 2);
                closeAll(mailboxes);
            });
        } finally {
            end.countDown();
        }
    }

    /** A receiver with many events, which are older, gets no more threads than others. */
    @Test
    void receiversTakeTurns() throws Exception {
        int receivers = 10;
        int events = 20;
        CountDownLatch start = new CountDownLatch(1);
        try (HikariDataSource source = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            List<Mailbox> mailboxes = new ArrayList<>();
            for (int i = 0; i < receivers; i++) {
                String receiver = "busy-" + i;
                mailboxes.add(open(source, receiver, Delivery.to(event -> {
                    start.await();
                    handled.merge(receiver, 1, Integer::sum);
                })));
                List<TriggerEvent> many = new ArrayList<>();
                for (int n = 0; n < events; n++) {
                    many.add(event("e" + n));
                }
                assertThat(mailboxes.get(i).put(many)).isTrue();
            }
            AtomicInteger before = new AtomicInteger();
            mailboxes.add(open(source, "other", Delivery.to(event -> {
                before.set(handled.values().stream().mapToInt(Integer::intValue).sum());
                handled.merge("other", 1, Integer::sum);
            })));
            assertThat(mailboxes.get(receivers).put(List.of(event("1")))).isTrue();
            start.countDown();
            Await.until(() -> handled("other") == 1);
            assertThat(before.get()).isLessThan(receivers * events / 2);
            Await.until(() -> mailboxes.stream().allMatch(mailbox -> mailbox.pendingCount() == 0));
            closeAll(mailboxes);
        }
    }

    /** Two mailboxes of one receiver count as two nodes. */
    @Test
    void closingOneMailboxLeavesTheOthers() throws Exception {
        try (HikariDataSource source = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            Mailbox first = open(source, "same", counting("same"));
            Mailbox second = open(source, "same", counting("same"));
            Mailbox other = open(source, "other", counting("other"));
            first.close();
            first.close();
            assertThat(second.put(List.of(event("1")))).isTrue();
            assertThat(other.put(List.of(event("2")))).isTrue();
            Await.until(() -> handled("same") == 1 && handled("other") == 1);
            closeAll(List.of(second, other));
            try (Mailbox again = open(source, "same", counting("again"))) {
                assertThat(again.put(List.of(event("1"), event("3")))).isTrue();
                Await.until(() -> handled("again") == 1 && again.pendingCount() == 0);
            }
        }
    }

    /** An interrupted thread that closes gives handlers no time, but returns what they leave. */
    @Test
    void eventsOfAClosedMailboxAreHandledByOthers() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        try (HikariDataSource source = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            try (Mailbox other = open(source, "other", counting("other"))) {
                Mailbox closed = open(source, "leads", Delivery.to(event -> {
                    started.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                        throw e;
                    }
                }));
                assertThat(closed.put(List.of(event("1"), event("2")))).isTrue();
                assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
                Thread closing = new Thread(() -> {
                    Thread.currentThread().interrupt();
                    closed.close();
                });
                closing.start();
                closing.join();
                assertThat(interrupted).hasValue(1);
                try (Mailbox again = open(source, "leads", counting("leads"))) {
                    Await.until(() -> handled("leads") == 2 && again.pendingCount() == 0);
                }
                assertThat(other.put(List.of(event("1")))).isTrue();
                Await.until(() -> handled("other") == 1);
            }
        }
    }

    /** Handled events are deleted although older ones are pending, and handlers hang. */
    @Test
    void handledEventsAreDeletedWhileOthersArePending() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (HikariDataSource source = Databases.H2.open(directory)) {
            JdbcSchema.create(source);
            Delivery hanging = Delivery.to(event -> end.await());
            try (Mailbox mailbox = open(source, "leads", hanging)) {
                assertThat(mailbox.put(List.of(event("1"), event("2"), event("3"))))
                        .isTrue();
                Databases.execute(
                        source,
                        "insert into http_connector_inbox (receiver_key, event_key, state, attempts, changed_at)"
                                + " select distinct receiver_key, 'old ' || n, 'd', 0, 0 from http_connector_inbox,"
                                + " system_range(1, 3000) as numbers (n)");
                // Events are deleted every minute, and when a receiver is opened.
                try (Mailbox other = open(source, "other", counting("other"))) {
                    Await.until(() -> count(source) == 3);
                    assertThat(other.pendingCount()).isZero();
                }
                end.countDown();
                Await.until(() -> mailbox.pendingCount() == 0);
            }
        }
    }

    private static int count(HikariDataSource source) {
        return new Database(source, JdbcSchema.DEFAULT_PREFIX).read(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("select count(*) from http_connector_inbox")) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    /** The clock of the database was ahead when tasks were planned. */
    @ParameterizedTest
    @EnumSource
    void eventsPlannedByAWrongClockAreHandledSoon(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            CountDownLatch failed = new CountDownLatch(3);
            Delivery failing = Delivery.to(event -> {
                        failed.countDown();
                        throw new IllegalStateException("not now");
                    })
                    .backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
            try (Mailbox closed = open(source, "leads", failing)) {
                assertThat(closed.put(List.of(event("1"), event("2"), event("3"))))
                        .isTrue();
                assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
            }
            // Two retries planned while the clock was 40 minutes ahead, one that is due after the longest delay, a new
            // task.
            ahead(source, "40", "last_success = last_success + interval '40' minute");
            ahead(source, "40", "last_success = null");
            ahead(source, "300", "last_failure = null");
            try (Mailbox open = open(source, "leads", counting("leads"))) {
                Await.until(Duration.ofSeconds(20), () -> handled("leads") == 3 && open.pendingCount() == 0);
            }
        }
    }

    /** Moves the oldest task to the future. */
    private static void ahead(HikariDataSource source, String minutes, String set) throws SQLException {
        Databases.execute(
                source,
                "update http_connector_inbox_task set execution_time = execution_time + interval '" + minutes
                        + "' minute, " + set + " where task_instance = (select task_instance from"
                        + " http_connector_inbox_task order by execution_time fetch first row only)");
    }
}
