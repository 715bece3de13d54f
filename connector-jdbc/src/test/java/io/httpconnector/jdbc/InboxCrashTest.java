package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of nodes that handle events of one inbox, and crash or freeze. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class InboxCrashTest {

    private static final int ROUNDS = Integer.getInteger("soak", 200) / 100;

    @TempDir
    Path directory;

    /** Stores an event for each line "id key", and reports what it does. */
    static final class Node {

        public static void main(String[] arguments) throws Exception {
            long takes = Long.parseLong(arguments[1]);
            Delivery delivery = Delivery.to(event -> {
                System.out.println("begin " + event.id());
                Thread.sleep(takes);
                System.out.println("end " + event.id());
            });
            try (HikariDataSource source = TestNode.pool(arguments[0]);
                    Mailbox mailbox = open(source, delivery)) {
                System.out.println("ready");
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                String line = in.readLine();
                while (line != null) {
                    String[] words = line.split(" ", -1);
                    mailbox.put(List.of(event(words[0], words[1])));
                    System.out.println("stored " + words[0]);
                    line = in.readLine();
                }
            }
        }
    }

    private static TriggerEvent event(String id, String key) {
        return new TriggerEvent(
                id,
                "leads",
                ChangeType.NEW,
                key,
                JsonNodeFactory.instance.objectNode(),
                MissingNode.getInstance(),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static Mailbox open(HikariDataSource source, Delivery delivery) {
        return JdbcInbox.of(source).open(new Settings("leads", delivery, Duration.ofHours(1), 1000, TimeSource.SYSTEM));
    }

    private static List<String> output(String word, TestNode... nodes) {
        return Stream.of(nodes).flatMap(node -> node.output(word).stream()).toList();
    }

    @ParameterizedTest
    @EnumSource
    void acknowledgedEventSurvivesACrash(Databases databases) throws Exception {
        String url;
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            url = TestNode.url(source);
        }
        for (int round = 1; round <= ROUNDS; round++) {
            TestNode node = TestNode.start(Node.class, url, "1000000");
            for (int i = 0; i < 50; i++) {
                node.send(round + "-" + i + " ");
            }
            int last = round * 10;
            node.await(lines -> output("stored", node).size() >= last);
            node.kill();
            List<String> stored = node.output("stored");
            assertThat(stored).hasSizeGreaterThanOrEqualTo(last);
            try (HikariDataSource source = TestNode.pool(url)) {
                for (String id : stored) {
                    assertThat(state(source, id)).as(id).isEqualTo("w");
                }
            }
        }
    }

    private static String state(HikariDataSource source, String id) throws Exception {
        try (var connection = source.getConnection();
                var select =
                        connection.prepareStatement("select state from http_connector_inbox where event_key = ?")) {
            select.setString(1, Database.key(id));
            try (var row = select.executeQuery()) {
                return row.next() ? row.getString(1) : "lost";
            }
        }
    }

    @Test
    void otherNodesFinishTheWorkOfADeadNode() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            String url = TestNode.url(source);
            try (TestNode dying = TestNode.start(Node.class, url, "600000");
                    TestNode second = TestNode.start(Node.class, url, "1");
                    TestNode third = TestNode.start(Node.class, url, "1")) {
                for (int i = 0; i < 20; i++) {
                    (i % 2 == 0 ? dying : second).send("e" + i + " k" + i % 3);
                }
                dying.await(lines -> output("begin", dying).size() == 1
                        && output("stored", dying, second).size() == 20);
                String started = dying.output("begin").get(0);

                long killed = System.nanoTime();
                dying.kill();

                Await.until(() -> output("end", second, third).contains(started));
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));
                Await.until(() -> output("end", second, third).size() >= 20);
                assertThat(output("end", second, third)).hasSize(20).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void frozenNodeDoesNotContinueATurnTakenOverByAnother() throws Exception {
        try (HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            String url = TestNode.url(source);
            try (TestNode frozen = TestNode.start(Node.class, url, "300")) {
                for (int i = 0; i < 20; i++) {
                    frozen.send("e" + i + " k");
                }
                frozen.await(lines -> output("end", frozen).size() >= 2
                        && output("stored", frozen).size() == 20);
                frozen.freeze();
                try (TestNode second = TestNode.start(Node.class, url, "300")) {
                    Await.until(() -> !second.output("end").isEmpty());

                    frozen.resume();

                    Await.until(() -> output("end", frozen, second).size() >= 20 && waiting(source) == 0);
                    List<String> all = output("end", frozen, second);
                    // Only the event being handled when the node froze is handled twice.
                    assertThat(all).hasSizeLessThanOrEqualTo(21);
                    assertThat(all.stream().distinct()).hasSize(20);
                    List<String> ends = second.output("end");
                    assertThat(ends)
                            .isSortedAccordingTo((a, b) -> Integer.compare(
                                    Integer.parseInt(a.substring(1)), Integer.parseInt(b.substring(1))));
                }
            }
        }
    }

    private static int waiting(HikariDataSource source) {
        return new InboxRepository(new Database(source, JdbcSchema.DEFAULT_PREFIX), "leads").pendingCount() == 0
                ? 0
                : 1;
    }
}
