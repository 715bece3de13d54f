package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Benchmarks of a cluster on one database. Arguments: {@code failover} and the number of nodes to kill; {@code polls}, with
 * one node and with three; {@code inbox}, compared with a hand-written INSERT; {@code keys}, with 10 thousand to 10 million
 * keys; {@code receivers}, a thousand with an inbox.
 */
public final class ClusterFigures {

    private static final String TEN_RECORDS = IntStream.rangeClosed(1, 10)
            .mapToObj(id -> "{\"id\":" + id + ",\"name\":\"" + "x".repeat(50) + "\"}")
            .collect(Collectors.joining(",", "[", "]"));

    private static final String MD5_OF_1 = "c4ca4238a0b923820dcc509a6f75849b";

    private ClusterFigures() {}

    /**
     * Measures.
     *
     * @param args the benchmarks to run
     * @throws Exception if a process can't be started
     */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "failover" -> failover(Integer.parseInt(args[1]));
            case "failover-node" -> node(args[1], args[2]);
            case "polls" -> polls();
            case "polls-node" -> pollsNode(args[1], args[2]);
            case "inbox" -> inbox();
            case "keys" -> keys();
            case "receivers" -> receivers();
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.exit(0);
    }

    /** Starts a PostgreSQL server that forces commits to the disk. */
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
        if (url.startsWith("jdbc:postgresql")) {
            source.setConnectionInitSql("set idle_in_transaction_session_timeout = '30s'");
        }
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

    /** Polls, and reports when it starts to handle an event that it never finishes. */
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
                                .records(RecordSelector.at("/items"))
                                .key("/id")
                                .startPosition(StartPosition.everything())
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

    /** A process, and the time when it started to handle the event; 0 if it has not. */
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
                // At a random time between two heartbeats, when another node is ready.
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
        Process process = process("failover-node", url(postgres), "http://127.0.0.1:" + server.port());
        Node node = new Node(process, new AtomicLong());
        Thread reader = new Thread(() -> {
            try {
                String line = process.inputReader().readLine();
                while (line != null && !line.equals("begin")) {
                    line = process.inputReader().readLine();
                }
                node.begun.set(line == null ? 0 : System.nanoTime());
            } catch (IOException e) {
                // It was killed before it started.
            }
        });
        reader.setDaemon(true);
        reader.start();
        return node;
    }

    private static Process process(String what, String database, String service) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        ClusterFigures.class.getName(),
                        what,
                        database,
                        service)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static ClusteredPolling polling(DataSource source, HttpConnection connection) {
        return ClusteredPolling.on(source)
                .threads(10)
                .start((id, definition) -> PollingTrigger.named(id)
                        .connection(connection)
                        .request(RequestTemplate.named(id).get("/records").build())
                        .key("/id")
                        .every(Duration.ofMillis(100))
                        .minInterval(Duration.ofMillis(10))
                        .handler(event -> {}));
    }

    private static void pollsNode(String database, String service) throws IOException {
        try (HikariDataSource source = pool(database);
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(service).build();
                ClusteredPolling polling = polling(source, connection)) {
            System.out.println(polling.list().size() + " triggers");
            int unused = System.in.read();
        }
    }

    /** More triggers than all nodes can poll on time, each with ten records. */
    private static void polls() throws IOException, InterruptedException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        for (int answersAfter : new int[] {100, 0}) {
            double one = polls(1, answersAfter);
            double three = polls(3, answersAfter);
            System.out.printf(
                    "a service that responds after %d ms: polls per second of 1 node %.0f, of 3 nodes %.0f, %.2f%n",
                    answersAfter, one, three, three / one);
        }
    }

    private static double polls(int machines, int answersAfter) throws IOException, InterruptedException {
        AtomicLong requests = new AtomicLong();
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/records", exchange -> {
            requests.incrementAndGet();
            LockSupport.parkNanos(Duration.ofMillis(answersAfter).toNanos());
            byte[] body = TEN_RECORDS.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        String service = "http://127.0.0.1:" + server.getAddress().getPort();
        List<Process> nodes = new ArrayList<>();
        try (EmbeddedPostgres postgres = postgres();
                HikariDataSource source = pool(url(postgres));
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(service).build()) {
            JdbcSchema.create(source);
            try (ClusteredPolling polling = polling(source, connection)) {
                for (int i = 0; i < 300; i++) {
                    polling.put("t" + i, JsonNodeFactory.instance.objectNode());
                }
            }
            for (int i = 0; i < machines; i++) {
                nodes.add(process("polls-node", url(postgres), service));
            }
            Thread.sleep(60_000);
            long before = requests.get();
            long begun = System.nanoTime();
            Thread.sleep(20_000);
            return (requests.get() - before) / ((System.nanoTime() - begun) / 1e9);
        } finally {
            nodes.forEach(Process::destroyForcibly);
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** An operation on an event. */
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
                ChangeType.NEW,
                "",
                JsonNodeFactory.instance.objectNode().put("email", id).put("text", "x".repeat(200)),
                MissingNode.getInstance(),
                Instant.now());
    }

    private static void inbox() throws Exception {
        Path directory = Files.createTempDirectory("inbox");
        try (EmbeddedPostgres postgres = postgres();
                HikariDataSource source = pool(url(postgres));
                HikariDataSource h2 = pool("jdbc:h2:retry:" + directory.resolve("db"))) {
            for (int senders : new int[] {16, 64}) {
                inbox("PostgreSQL", source, senders, "");
            }
            inbox("H2", h2, 16, "checkpoint sync");
            // Stops while the mailboxes are open; closing them would wait for their handlers.
            System.exit(0);
        }
    }

    /** The hand-written baseline: one transaction with one INSERT per event, and on H2 the command that forces the write. */
    private static void inbox(String name, HikariDataSource source, int senders, String then) throws Exception {
        JdbcSchema.create(source);
        execute(source, "create table if not exists by_hand (id varchar primary key, content varchar)");
        Delivery busy = Delivery.to(event -> Thread.sleep(Duration.ofHours(1).toMillis()));
        Settings terms = new Settings("leads " + senders, busy, Duration.ofHours(1), 1000, TimeSource.SYSTEM);
        // Its only handler stays busy, so that only storing is measured. Closed with the process.
        Mailbox mailbox = JdbcInbox.of(source).maxEvents(100_000_000).open(terms);
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

    private static void receivers() throws Exception {
        Path directory = Files.createTempDirectory("receivers");
        try (EmbeddedPostgres postgres = postgres();
                HikariDataSource source = pool(url(postgres));
                HikariDataSource h2 = pool("jdbc:h2:retry:" + directory.resolve("db"))) {
            ManyReceivers.print("PostgreSQL", source, ClusterFigures::event);
            ManyReceivers.print("H2", h2, ClusterFigures::event);
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
                        "insert into http_connector_handled select md5((n % 100)::text), md5(n::text),"
                                + " extract(epoch from now()) * 1000 from generate_series("
                                + there + " + 1, "
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
                PreparedStatement explain = connection.prepareStatement(
                        "explain (analyze, buffers, costs off, timing off)"
                                + " select event_key from http_connector_handled where trigger_key = ? and event_key = ?")) {
            explain.setString(1, MD5_OF_1);
            explain.setString(2, MD5_OF_1);
            try (ResultSet rows = explain.executeQuery()) {
                while (rows.next()) {
                    System.out.println("  " + rows.getString(1));
                }
            }
        }
    }
}
