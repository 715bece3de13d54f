package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random operations on several nodes with several receivers, whose mailboxes are closed and opened, whose handlers fail, and whose
 * database loses responses to commits. A failure reports its seed, which {@code -Dseed} repeats, apart from the timing of threads.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class InboxPropertyTest {

    private static final int NODES = 3;
    private static final int RECEIVERS = 4;
    private static final int OPERATIONS = 200;

    @TempDir
    Path directory;

    /** The ids of handled events, by receiver and key, in the order in which their handlers ended. */
    private final Map<String, List<String>> handled = new ConcurrentHashMap<>();

    /** The ids of acknowledged events, in the order of their sender. */
    private final Map<String, List<String>> acknowledged = new ConcurrentHashMap<>();

    private final AtomicBoolean hasFaults = new AtomicBoolean();
    private final List<DataSource> nodes = new ArrayList<>();
    private final Mailbox[][] mailboxes = new Mailbox[NODES][RECEIVERS];

    private static TriggerEvent event(String id, String key) {
        return new TriggerEvent(
                id,
                "any",
                ChangeType.NEW,
                key,
                JsonNodeFactory.instance.objectNode(),
                MissingNode.getInstance(),
                Instant.EPOCH);
    }

    private Mailbox open(int node, int receiver, boolean isFastToTakeOver) {
        Delivery delivery = Delivery.to(event -> {
                    if (ThreadLocalRandom.current().nextInt(10) == 0) {
                        throw new IllegalStateException("not now");
                    }
                    handled.computeIfAbsent(receiver + event.key(), any -> new CopyOnWriteArrayList<>())
                            .add(event.id());
                })
                .concurrently(receiver + 1)
                .attempts(50)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(20));
        JdbcInbox inbox = JdbcInbox.of(nodes.get(node));
        return (isFastToTakeOver ? inbox.heartbeat(Duration.ofMillis(100), 5) : inbox)
                .open(new Settings("receiver " + receiver, delivery, Duration.ofHours(1), 1000, TimeSource.SYSTEM));
    }

    /** Sends like a service: again until the events are acknowledged. */
    private void send(Mailbox mailbox, List<TriggerEvent> events) {
        boolean stored = false;
        while (!stored) {
            try {
                stored = mailbox.put(events);
            } catch (StateException e) {
                assertThat(hasFaults).isTrue();
            }
        }
    }

    private void operate(Random random, boolean hasFaults) {
        for (int i = 0; i < OPERATIONS; i++) {
            int node = random.nextInt(NODES);
            int receiver = random.nextInt(RECEIVERS);
            if (random.nextInt(20) == 0) {
                mailboxes[node][receiver].close();
                mailboxes[node][receiver] = reopened(node, receiver, hasFaults);
            }
            List<TriggerEvent> events = new ArrayList<>();
            int count = 1 + random.nextInt(3);
            for (int n = 0; n < count; n++) {
                String key = random.nextInt(3) == 0 ? "" : " k" + random.nextInt(3);
                events.add(event("e" + i + "-" + n, key));
            }
            send(mailboxes[node][receiver], events);
            events.forEach(event -> acknowledged
                    .computeIfAbsent(receiver + event.key(), any -> new ArrayList<>())
                    .add(event.id()));
            if (random.nextInt(5) == 0) {
                // Duplicates.
                send(mailboxes[random.nextInt(NODES)][receiver], events);
            }
        }
    }

    private Mailbox reopened(int node, int receiver, boolean isFastToTakeOver) {
        while (true) {
            try {
                return open(node, receiver, isFastToTakeOver);
            } catch (StateException e) {
                assertThat(hasFaults).isTrue();
            }
        }
    }

    /** Fails sometimes, before or after a commit. */
    private boolean loseConnection() throws SQLException {
        if (hasFaults.get() && ThreadLocalRandom.current().nextInt(50) == 0) {
            throw new SQLException("the connection was lost", "08006");
        }
        return true;
    }

    private boolean isDone() {
        for (Mailbox mailbox : mailboxes[0]) {
            if (mailbox.pendingCount() > 0) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource({"H2, false", "H2, true", "POSTGRESQL, false", "POSTGRESQL, true"})
    void acknowledgedEventsAreHandledInOrder(Databases databases, boolean faults) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            source.setMaximumPoolSize(20);
            for (int node = 0; node < NODES; node++) {
                nodes.add(Databases.aroundEachCommit(source, this::loseConnection, this::loseConnection));
                for (int receiver = 0; receiver < RECEIVERS; receiver++) {
                    mailboxes[node][receiver] = open(node, receiver, faults);
                }
            }
            hasFaults.set(faults);
            operate(random, faults);
            hasFaults.set(false);
            Await.until(this::isDone);
            for (Mailbox[] all : mailboxes) {
                List.of(all).forEach(Mailbox::close);
            }
        }
        acknowledged.forEach((key, ids) -> {
            List<String> done = handled.getOrDefault(key, List.of());
            // An event may be handled again only if its node seemed to be dead.
            List<String> distinct = faults ? List.copyOf(new LinkedHashSet<>(done)) : done;
            String description = key + ", seed " + seed;
            if (key.length() == 1) {
                assertThat(distinct).as(description).containsExactlyInAnyOrderElementsOf(ids);
            } else {
                assertThat(distinct).as(description).containsExactlyElementsOf(ids);
            }
        });
        assertThat(handled.keySet()).as("seed " + seed).isEqualTo(acknowledged.keySet());
    }
}
