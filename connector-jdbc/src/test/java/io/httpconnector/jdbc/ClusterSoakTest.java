package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.Schedule;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Three nodes with 200 triggers and a stream of webhooks; nodes are randomly killed and frozen. Runs for 20 seconds; with {@code
 * -Psoak} for ten minutes.
 */
@Isolated("its nodes take what the cores have")
class ClusterSoakTest {

    private static final int SECONDS = Integer.getInteger("soak", 20);
    private static final int NODES = 3;
    private static final int TRIGGERS = 200;
    private static final int SENDERS = 2;
    private static final Duration KILL_EVERY = Duration.ofSeconds(SECONDS <= 60 ? 5 : 20);
    private static final Duration FREEZE = Duration.ofSeconds(SECONDS <= 60 ? 10 : 30);

    @TempDir
    Path directory;

    private final Random random = new Random(8);
    private final List<TestNode> nodes = new ArrayList<>();
    private final List<HttpConnection> connections = new CopyOnWriteArrayList<>();
    private final List<HttpConnection> former = new ArrayList<>();
    private final AtomicInteger posted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean ended;

    @Test
    void noEventIsLostOrCommittedTwice() throws Exception {
        try (Records records = new Records();
                HikariDataSource source = Databases.POSTGRESQL.open(directory)) {
            JdbcSchema.create(source);
            Databases.execute(
                    source,
                    "create table effect (trigger varchar, record varchar, event varchar, node varchar,"
                            + " at timestamp with time zone)");
            put(source);
            for (int i = 0; i < NODES; i++) {
                TestNode node = node(i, source, records);
                nodes.add(node);
                connections.add(connection(node));
            }
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                Thread sender = new Thread(this::send);
                sender.start();
                senders.add(sender);
            }
            int[] disturbed = disturb(source, records);
            ended = true;
            for (Thread sender : senders) {
                sender.join();
            }
            report(source, records, disturbed);
        } finally {
            ended = true;
            nodes.forEach(TestNode::close);
            connections.forEach(HttpConnection::close);
            former.forEach(HttpConnection::close);
        }
    }

    private static String name(int trigger) {
        return (trigger % 2 == 0 ? "once-" : "plain-") + trigger;
    }

    /** Added by a node that then leaves. */
    private static void put(HikariDataSource source) {
        try (HttpConnection nowhere = HttpConnection.named("any")
                        .baseUrl("http://127.0.0.1:1")
                        .build();
                ClusteredPolling polling = ClusteredPolling.on(source)
                        .start((id, definition) -> PollingTrigger.named(id)
                                .connection(nowhere)
                                .request(RequestTemplate.named(id).get("/").build())
                                .key("/id")
                                .schedule(Schedule.every(Duration.ofSeconds(5))
                                        .startAfter(Duration.ofSeconds(5))
                                        .spread())
                                .handler(event -> {}))) {
            for (int i = 0; i < TRIGGERS; i++) {
                polling.put(name(i), JsonNodeFactory.instance.objectNode());
            }
        }
    }

    private static TestNode node(int number, HikariDataSource source, Records records) throws Exception {
        return TestNode.start(SoakNode.class, "node-" + number, TestNode.url(source), records.url());
    }

    private static HttpConnection connection(TestNode node) {
        return HttpConnection.named("node")
                .baseUrl("http://127.0.0.1:" + node.output("port").get(0))
                .totalTimeout(Duration.ofSeconds(3))
                .retry(RetryPolicy.none())
                .build();
    }

    /** Sends each webhook until a node responds with 2xx. */
    private void send() {
        WebhookSigner signer = WebhookSigner.preset("github", SoakNode.SECRET);
        while (!ended) {
            int number = posted.incrementAndGet();
            String path = number % 2 == 0 ? "/once-hook" : "/plain-hook";
            byte[] body = ("{\"id\":\"" + number + "\"}").getBytes(UTF_8);
            WebhookRequest signed = signer.sign(WebhookRequest.of("POST", path, "", Map.of(), body));
            Request request = Request.post(path)
                    .header(
                            "X-Hub-Signature-256",
                            signed.header("X-Hub-Signature-256").orElse(""))
                    .body(Body.bytes(body, "application/json"));
            int attempt = number;
            while (!accepted(request, attempt)) {
                refused.incrementAndGet();
                attempt++;
            }
            pause(30);
        }
    }

    private boolean accepted(Request request, int attempt) {
        try {
            return connections.get(attempt % NODES).send(request).status() < 300;
        } catch (ConnectorException e) {
            pause(50);
            return false;
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills and freezes nodes while records appear; returns how often. */
    private int[] disturb(HikariDataSource source, Records records) throws Exception {
        int kills = 0;
        int freezes = 0;
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        long next = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        long thaw = 0;
        int frozen = -1;
        while (System.nanoTime() - end < 0) {
            records.of(name(random.nextInt(TRIGGERS))).incrementAndGet();
            pause(20);
            if (frozen >= 0 && System.nanoTime() - thaw > 0) {
                nodes.get(frozen).resume();
                frozen = -1;
            }
            if (System.nanoTime() - next > 0) {
                next += KILL_EVERY.toNanos();
                int victim = random.nextInt(NODES);
                if (frozen < 0 && (kills + freezes) % 3 == 1) {
                    nodes.get(victim).freeze();
                    frozen = victim;
                    thaw = System.nanoTime() + FREEZE.toNanos();
                    freezes++;
                } else if (victim != frozen) {
                    nodes.get(victim).kill();
                    nodes.set(victim, node(victim, source, records));
                    // Senders may still use the connection to the former node.
                    former.add(connections.set(victim, connection(nodes.get(victim))));
                    kills++;
                }
            }
        }
        if (frozen >= 0) {
            nodes.get(frozen).resume();
        }
        return new int[] {kills, freezes};
    }

    private void report(HikariDataSource source, Records records, int[] disturbed) throws Exception {
        int issues = 0;
        for (int i = 0; i < TRIGGERS; i++) {
            issues += records.of(name(i)).get();
        }
        int expected = issues + posted.get();
        String distinct = "select count(*) from (select distinct trigger, record from effect) as events";
        long started = System.nanoTime();
        Await.until(() -> number(source, distinct) >= expected);
        int all = number(source, "select count(*) from effect");
        int twiceInATransaction = number(
                source,
                "select count(*) from (select 1 from effect where trigger like 'once%' group by trigger, record"
                        + " having count(*) > 1) as events");
        int max = number(
                source,
                "select max(times) from (select count(*) as times from effect group by trigger, record) as events");
        int otherIds = number(
                source,
                "select count(*) from (select 1 from effect group by trigger, record having count(distinct event) > 1)"
                        + " as events");
        System.out.printf(
                "%d s, %d kills, %d freezes: %d records of %d triggers, %d webhooks (%d refused or unanswered, and"
                        + " sent again): 0 lost, all %.1f s after the end; %d handled again (an event at most %d times, %d"
                        + " with another id), in a transaction %d%n",
                SECONDS,
                disturbed[0],
                disturbed[1],
                issues,
                TRIGGERS,
                posted.get(),
                refused.get(),
                (System.nanoTime() - started) / 1e9,
                all - expected,
                max,
                otherIds,
                twiceInATransaction);
        System.out.println("by node: " + shares(source));
        assertThat(disturbed[0]).isPositive();
        assertThat(disturbed[1]).isPositive();
        assertThat(number(source, distinct)).isEqualTo(expected);
        assertThat(twiceInATransaction).isZero();
        assertThat(otherIds).isZero();
        assertThat(all - expected).isLessThanOrEqualTo((disturbed[0] + disturbed[1]) * 25);
        assertThat(number(source, "select count(distinct node) from effect")).isEqualTo(NODES);
    }

    private static String shares(HikariDataSource source) throws SQLException {
        StringBuilder shares = new StringBuilder();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select node, count(*) filter (where trigger like '%hook'),"
                        + " count(*) filter (where trigger not like '%hook') from effect group by node"
                        + " order by node")) {
            while (rows.next()) {
                shares.append(rows.getString(1))
                        .append(' ')
                        .append(rows.getInt(2))
                        .append(" webhooks, ")
                        .append(rows.getInt(3))
                        .append(" records; ");
            }
        }
        return shares.toString();
    }

    private static int number(HikariDataSource source, String sql) {
        return new Database(source, JdbcSchema.DEFAULT_PREFIX).read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getInt(1);
            }
        });
    }
}
