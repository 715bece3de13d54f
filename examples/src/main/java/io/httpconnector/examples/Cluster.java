package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * An example of clustering: three nodes share the work of 12 polling triggers and a webhook through a PostgreSQL database,
 * which the example starts. One node is killed during its work: the others take over its unfinished work, and each event
 * takes effect once.
 */
public final class Cluster {

    private static final int NODES = 3;
    private static final int TRIGGERS = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PrintStream out;
    private final AtomicInteger issues = new AtomicInteger(2);
    private final List<Node> nodes = new ArrayList<>();
    private int leads;

    /** A node process with a connection to post to it. */
    private record Node(String name, Process process, HttpConnection connection) {}

    Cluster(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example. Exits with 0 only if each event took effect once.
     *
     * @param args none
     * @throws Exception if a process can't be started
     */
    public static void main(String[] args) throws Exception {
        System.exit(new Cluster(System.out).run() ? 0 : 1);
    }

    boolean run() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                StandIn service = new Issues()) {
            String url = "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
            try (HikariDataSource dataSource = ClusterNode.pool(url)) {
                JdbcSchema.create(dataSource);
                execute(dataSource, "create table handled (kind varchar, event varchar, node varchar)");
                for (int i = 1; i <= NODES; i++) {
                    nodes.add(start("node-" + i, url, service.baseUrl(), i == 1 ? TRIGGERS : 0));
                }
                return tell(dataSource);
            } finally {
                for (Node node : nodes) {
                    node.connection.close();
                    node.process.destroyForcibly().waitFor();
                }
            }
        }
    }

    private boolean tell(HikariDataSource dataSource) throws SQLException, IOException, InterruptedException {
        out.println(NODES + " nodes poll " + TRIGGERS + " triggers, and receive the leads of a form.");
        work();
        await(dataSource);
        show(dataSource, "Work by node:");

        Node dying = nodes.get(1);
        work();
        dying.process.destroyForcibly().waitFor();
        long killed = System.nanoTime();
        out.println(dying.name + " is killed during its work; leads and issues keep arriving.");
        execute(dataSource, "update handled set node = node || ' (before)'");
        work();
        await(dataSource);
        show(dataSource, "Work by node since then, " + (System.nanoTime() - killed) / 1_000_000_000 + " s later:");

        long all = count(dataSource, "select count(*) from handled");
        long once = count(dataSource, "select count(*) from (select distinct kind, event from handled) as events");
        out.println(all + " effects of " + expected() + " events, " + (all - once) + " twice.");
        return all == expected() && once == expected();
    }

    /** Adds issues, and posts leads to any available node. */
    private void work() {
        issues.addAndGet(3);
        WebhookSigner signer = WebhookSigner.preset("github", ClusterNode.SECRET);
        for (int i = 0; i < 30; i++) {
            leads++;
            byte[] body = ("{\"id\":\"lead-" + leads + "\"}").getBytes(UTF_8);
            WebhookRequest signed = signer.sign(WebhookRequest.of("POST", "/leads", "", Map.of(), body));
            Request request = Request.post("/leads")
                    .header(
                            "X-Hub-Signature-256",
                            signed.header("X-Hub-Signature-256").orElse(""))
                    .body(Body.bytes(body, "application/json"));
            post(request, leads);
        }
    }

    /** Posts to the first available node, like a load balancer. */
    private void post(Request request, int first) {
        for (int i = 0; i < NODES; i++) {
            try {
                nodes.get((first + i) % NODES).connection.send(request);
                return;
            } catch (ConnectorException e) {
                // Tries the next node.
            }
        }
        throw new IllegalStateException("no node responds");
    }

    private long expected() {
        return (long) TRIGGERS * issues.get() + leads;
    }

    private void await(HikariDataSource dataSource) throws SQLException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (count(dataSource, "select count(*) from handled") < expected() && System.nanoTime() - end < 0) {
            Thread.sleep(50);
        }
    }

    private void show(HikariDataSource dataSource, String title) throws SQLException {
        out.println(title);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select node, count(*) filter (where kind = 'poll'), count(*)"
                        + " filter (where kind = 'webhook') from handled where node not like '%(before)'"
                        + " group by node order by node")) {
            while (rows.next()) {
                out.println("  " + rows.getString(1) + ": " + rows.getInt(2) + " issues, " + rows.getInt(3) + " leads");
            }
        }
    }

    private static long count(HikariDataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void execute(HikariDataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Node start(String name, String database, String service, int triggers) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClusterNode.class.getName(),
                        name,
                        database,
                        service,
                        String.valueOf(triggers))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = process.inputReader();
        String line = said.readLine();
        if (line == null || !line.startsWith("listening ")) {
            throw new IllegalStateException(name + " did not start: " + line);
        }
        HttpConnection connection = HttpConnection.named(name)
                .baseUrl("http://127.0.0.1:" + line.substring("listening ".length()))
                .retry(RetryPolicy.none())
                .build();
        return new Node(name, process, connection);
    }

    /** Returns the issues of each project. */
    private final class Issues extends StandIn {

        @Override
        Answer answer(HttpExchange exchange) {
            return new Answer(
                    200,
                    IntStream.rangeClosed(1, issues.get())
                            .mapToObj(id -> Map.of("id", id))
                            .toList());
        }
    }
}
