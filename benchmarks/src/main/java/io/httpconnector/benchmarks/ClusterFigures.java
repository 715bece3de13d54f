package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Time;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.polling.FirstPoll;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.Records;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Change;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Terms;
import io.httpconnector.webhook.inbox.Mailbox;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * Figures of many machines on one database. Arguments: {@code failover} and how many machines are killed; {@code inbox}, beside an
 * INSERT by hand; {@code keys}, of which there are 10 thousand to 10 million.
 */
public final class ClusterFigures {

    private ClusterFigures() {}

    /**
     * Measures.
     *
     * @param args what
     * @throws Exception when something can't be started
     */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "failover" -> failover(Integer.parseInt(args[1]));
            case "failover-node" -> node(args[1], args[2]);
            case "inbox" -> inbox();
            case "keys" -> keys();
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.exit(0);
    }

    /** A PostgreSQL that forces what is committed onto the disk. */
    private static EmbeddedPostgres postgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
    }

    private static HikariDataSource pool(String url) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(url);
        source.setUsername(url.startsWith("jdbc:h2") ? "" : "postgres");
        source.setMaximumPoolSize(24);
        return source;
    }

    private static String url(EmbeddedPostgres postgres) {
        return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
    }

    private static void execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Polls, and says when it begins to handle what it never ends. */
    private static void node(String database, String service) throws IOException {
        try (HikariDataSource source = pool(database);
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(service).build();
                ClusteredPolling polling = ClusteredPolling.on(source)
                        .start((id, definition) -> PollingTrigger.named(id)
                                .connection(connection)
                                .request(RequestTemplate.named(id)
                                        .get("/records?count=1")
                                        .build())
                                .records(Records.at("/items"))
                                .key("/id")
                                .firstPoll(FirstPoll.everything())
                                .every(Duration.ofSeconds(1))
                                .minInterval(Duration.ofSeconds(1))
                                .handler(event -> {
                                    System.out.println("begin");
                                    Thread.sleep(Duration.ofHours(1).toMillis());
                                }))) {
            polling.put("t", JsonNodeFactory.instance.objectNode());
            int unused = System.in.read();
        }
    }

    /** A process, and when it began to handle the event; 0 when it has not. */
    private record Node(Process process, AtomicLong begun) {}

    private static void failover(int kills) throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        try (EmbeddedPostgres postgres = postgres();
                Server server = Server.start();
                HikariDataSource source = pool(url(postgres))) {
            JdbcSchema.create(source);
            List<Node> nodes = new ArrayList<>(List.of(start(postgres, server), start(postgres, server)));
            Node handling = begun(nodes);
            for (int i = 0; i < kills; i++) {
                // Somewhere between two heartbeats, with a machine ready that has had time to start.
                Thread.sleep(2000 + (long) (Math.random() * 1000));
                long killed = System.nanoTime();
                handling.process.destroyForcibly().waitFor();
                nodes.remove(handling);
                handling = begun(nodes);
                seconds.add((handling.begun.get() - killed) / 1e9);
                nodes.add(start(postgres, server));
            }
            nodes.forEach(node -> node.process.destroyForcibly());
        }
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                "failover after kill -9, %d times: %.1f s at least, %.1f s in the middle, %.1f s at most%n",
                kills, sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    private static Node begun(List<Node> nodes) throws InterruptedException {
        while (true) {
            for (Node node : nodes) {
                if (node.begun.get() != 0) {
                    return node;
                }
            }
            Thread.sleep(5);
        }
    }

    private static Node start(EmbeddedPostgres postgres, Server server) throws IOException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        ClusterFigures.class.getName(),
                        "failover-node",
                        url(postgres),
                        "http://127.0.0.1:" + server.port())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Node node = new Node(process, new AtomicLong());
        Thread reader = new Thread(() -> {
            try {
                boolean said = "begin".equals(process.inputReader().readLine());
                node.begun.set(said ? System.nanoTime() : 0);
            } catch (IOException e) {
                // It was killed before it has begun.
            }
        });
        reader.setDaemon(true);
        reader.start();
        return node;
    }

    /** Something that is done with an event. */
    @FunctionalInterface
    private interface Storing {
        void store(TriggerEvent event) throws SQLException;
    }

    private static double rate(int senders, Storing storing) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        AtomicLong count = new AtomicLong();
        String prefix = UUID.randomUUID().toString();
        long begun = System.nanoTime();
        long end = begun + Duration.ofSeconds(4).toNanos();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            running.add(threads.submit(() -> {
                while (System.nanoTime() - end < 0) {
                    storing.store(event(prefix + count.incrementAndGet()));
                }
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();
        return count.get() / ((System.nanoTime() - begun) / 1e9);
    }

    private static TriggerEvent event(String id) {
        return new TriggerEvent(
                id,
                "leads",
                Change.NEW,
                "",
                JsonNodeFactory.instance.objectNode().put("email", id).put("text", "x".repeat(200)),
                MissingNode.getInstance(),
                Instant.now());
    }

    private static void inbox() throws Exception {
        Path directory = Files.createTempDirectory("inbox");
        try (EmbeddedPostgres postgres = postgres();
                HikariDataSource source = pool(url(postgres));
                HikariDataSource h2 = pool("jdbc:h2:file:" + directory.resolve("db"))) {
            for (int senders : new int[] {16, 64}) {
                inbox("PostgreSQL", source, senders, "");
            }
            inbox("H2", h2, 16, "checkpoint sync");
            // While the mailboxes are open, which would wait for their handlers.
            System.exit(0);
        }
    }

    /** By hand: one transaction with one INSERT for each event, and on H2 the command that has it written. */
    private static void inbox(String name, HikariDataSource source, int senders, String then) throws Exception {
        JdbcSchema.create(source);
        execute(source, "create table if not exists by_hand (id varchar primary key, content varchar)");
        Delivery busy = Delivery.to(event -> Thread.sleep(Duration.ofHours(1).toMillis()));
        Terms terms = new Terms("leads " + senders, busy, Duration.ofHours(1), 1000, Time.SYSTEM);
        // Its one handler stays busy: only the storing is measured. Closed with the process.
        Mailbox mailbox = JdbcInbox.of(source).mostEvents(100_000_000).open(terms);
        for (int round = 0; round < 4; round++) {
            double byHand = rate(senders, event -> {
                try (Connection connection = source.getConnection();
                        PreparedStatement insert = connection.prepareStatement("insert into by_hand values (?, ?)")) {
                    insert.setString(1, event.id());
                    insert.setString(2, event.toJson().toString());
                    insert.executeUpdate();
                    if (!then.isEmpty()) {
                        try (Statement statement = connection.createStatement()) {
                            statement.execute(then);
                        }
                    }
                }
            });
            double ours = rate(senders, event -> mailbox.put(List.of(event)));
            if (round > 0) {
                System.out.printf(
                        "%s, %d senders: by hand %.0f/s, inbox %.0f/s, %.2f%n",
                        name, senders, byHand, ours, ours / byHand);
            }
        }
    }

    private static void keys() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                HikariDataSource source = pool(url(postgres))) {
            JdbcSchema.create(source);
            EventHandler handler = ExactlyOnce.in(source).events((event, connection) -> {});
            long there = 0;
            for (long count : new long[] {10_000, 1_000_000, 10_000_000}) {
                execute(
                        source,
                        "insert into http_connector_handled select repeat(md5((n % 100)::text), 2), repeat(md5(n::text),"
                                + " 2), extract(epoch from now()) * 1000 from generate_series(" + there + " + 1, "
                                + count
                                + ") as n");
                execute(source, "vacuum analyze http_connector_handled");
                there = count;
                double[] micros = new double[5000];
                for (int i = 0; i < micros.length; i++) {
                    TriggerEvent event = event("e" + count + "-" + i);
                    long begun = System.nanoTime();
                    handler.handle(event);
                    micros[i] = (System.nanoTime() - begun) / 1e3;
                }
                double[] second = Arrays.copyOfRange(micros, 2500, 5000);
                Arrays.sort(second);
                System.out.printf(
                        "%,d keys: %.0f us for each event in the middle, %.0f us for 99 of 100%n",
                        count, second[1250], second[2475]);
            }
            plan(source);
        }
    }

    private static void plan(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("explain (analyze, buffers, costs off, timing off) select event_key"
                                + " from http_connector_handled where trigger_key = repeat(md5('1'), 2)"
                                + " and event_key = repeat(md5('1'), 2)")) {
            while (rows.next()) {
                System.out.println("  " + rows.getString(1));
            }
        }
    }
}
