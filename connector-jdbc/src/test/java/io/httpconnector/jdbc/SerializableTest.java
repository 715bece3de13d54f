package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of serializable transactions and of locked rows: nothing is handled twice, and nothing waits too long. */
@Timeout(120)
class SerializableTest {

    @TempDir
    Path directory;

    private HikariDataSource open(Databases kind) {
        HikariDataSource source = kind.open(directory);
        JdbcSchema.create(source);
        source.close();
        com.zaxxer.hikari.HikariConfig config = new com.zaxxer.hikari.HikariConfig();
        source.copyStateTo(config);
        config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        config.setMaximumPoolSize(24);
        return new HikariDataSource(config);
    }

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

    @ParameterizedTest
    @EnumSource
    void noEventOfAWebhookIsHandledTwice(Databases kind) throws Exception {
        int all = 200;
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        Delivery delivery = Delivery.to(event -> handled.add(event.id())).concurrently(4);
        try (HikariDataSource source = open(kind);
                Mailbox first = JdbcInbox.of(source)
                        .open(new Settings("leads", delivery, Duration.ofHours(1), 10_000, TimeSource.SYSTEM));
                Mailbox second = JdbcInbox.of(source)
                        .open(new Settings("leads", delivery, Duration.ofHours(1), 10_000, TimeSource.SYSTEM))) {
            ExecutorService senders = Executors.newFixedThreadPool(8);
            List<Future<Boolean>> sent = new ArrayList<>();
            for (int i = 0; i < all; i++) {
                TriggerEvent event = event("e" + i, "k" + i % 5);
                Mailbox to = i % 2 == 0 ? first : second;
                sent.add(senders.submit(() -> to.put(List.of(event), Duration.ofSeconds(30))));
            }
            for (Future<Boolean> one : sent) {
                assertThat(one.get()).isTrue();
            }
            senders.shutdown();
            Await.until(() -> first.pendingCount() == 0);
        }
        assertThat(handled).hasSize(all).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void entriesOfOtherStatesCauseNoConflicts(Databases kind) throws Exception {
        try (HikariDataSource source = open(kind)) {
            JdbcStateStore store = JdbcStateStore.of(source);
            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Future<Integer>> written = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String id = "trigger" + i;
                written.add(threads.submit(() -> {
                    try (StateLog log = store.open(id)) {
                        log.read(entry -> {});
                        for (int n = 0; n < 40; n++) {
                            log.append(("entry" + n).getBytes(StandardCharsets.UTF_8));
                        }
                        return Databases.read(log).size();
                    }
                }));
            }
            for (Future<Integer> one : written) {
                assertThat(one.get()).isEqualTo(40);
            }
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rolledBackTransactionIsRetried(Databases kind) {
        try (HikariDataSource source = open(kind)) {
            AtomicInteger failures = new AtomicInteger();
            List<String> states = List.of("40001", "40P01", "40001");
            Database database = new Database(Databases.afterEachCommit(source, () -> true), JdbcSchema.DEFAULT_PREFIX);
            int result = database.write(connection -> {
                int failure = failures.getAndIncrement();
                if (failure < states.size()) {
                    throw new java.sql.SQLException("could not serialize access", states.get(failure));
                }
                return failure;
            });
            assertThat(result).isEqualTo(3);
            assertThatThrownBy(() -> database.write(connection -> {
                        throw new java.sql.SQLException("always", "40001");
                    }))
                    .isInstanceOf(StateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void lockedTableDoesNotDelayTheSender(Databases kind) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Delivery delivery = Delivery.to(event -> done.countDown());
        try (HikariDataSource source = open(kind);
                Mailbox mailbox = JdbcInbox.of(source)
                        .open(new Settings("leads", delivery, Duration.ofHours(1), 10_000, TimeSource.SYSTEM))) {
            if (kind == Databases.H2) {
                return;
            }
            try (Connection locking = source.getConnection()) {
                locking.setAutoCommit(false);
                try (PreparedStatement lock = locking.prepareStatement(
                        "lock table " + JdbcSchema.DEFAULT_PREFIX + "inbox in access exclusive mode")) {
                    lock.execute();
                }
                long begin = System.nanoTime();
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> mailbox.put(List.of(event("1", "")), Duration.ofMillis(300)))
                            .isInstanceOf(StateException.class);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
                locking.rollback();
            }
            assertThat(mailbox.put(List.of(event("1", "")), Duration.ofSeconds(10)))
                    .isTrue();
            done.await();
        }
    }
}
