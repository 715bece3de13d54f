package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.Schedule;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.server.JdkHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * A node of {@link Cluster}: receives webhooks, polls, and inserts each event into a table in the same transaction that marks
 * it as handled.
 */
final class ClusterNode {

    static final Secret SECRET = Secret.of("the-secret-of-the-form");

    private final String name;
    private final HttpConnection service;
    private final ExactlyOnce once;

    private ClusterNode(String name, HttpConnection service, ExactlyOnce once) {
        this.name = name;
        this.service = service;
        this.once = once;
    }

    /**
     * Runs until its input ends. Prints the port on which it listens.
     *
     * @param args the name of the node, the database URL, the URL of the polled service, and the number of triggers to add
     * @throws IOException if no port is available
     */
    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        try (HikariDataSource dataSource = pool(args[1]);
                HttpConnection service =
                        HttpConnection.named("Service").baseUrl(args[2]).build()) {
            ClusterNode node = new ClusterNode(args[0], service, ExactlyOnce.in(dataSource));
            try (ClusteredPolling polling = ClusteredPolling.on(dataSource).start(node::trigger);
                    WebhookReceiver leads = WebhookReceiver.named("leads")
                            .verify(Signatures.github(SECRET))
                            .id(ValueSelector.body("/id"))
                            .inbox(JdbcInbox.of(dataSource))
                            .delivery(delivery -> delivery.concurrently(4))
                            .handler(node.once.webhooks(
                                    (event, connection) -> node.write(connection, "webhook", event.id())))
                            .build()) {
                server.createContext("/leads", JdkHandler.of(leads));
                server.start();
                for (int i = 1; i <= Integer.parseInt(args[3]); i++) {
                    polling.put(
                            "project-" + i,
                            JsonNodeFactory.instance.objectNode().put("project", i));
                }
                System.out.println("listening " + server.getAddress().getPort());
                int unused = System.in.read();
            }
        } finally {
            server.stop(0);
        }
    }

    static HikariDataSource pool(String url) {
        HikariDataSource dataSource = new HikariDataSource();
        dataSource.setJdbcUrl(url);
        dataSource.setUsername("postgres");
        dataSource.setMaximumPoolSize(20);
        // Releases the locks of a node that has disappeared.
        dataSource.setConnectionInitSql("set idle_in_transaction_session_timeout = '30s'");
        return dataSource;
    }

    /** The content of a definition is defined by the application: here it names a project. */
    private PollingTriggerBuilder trigger(String id, JsonNode definition) {
        String project = definition.path("project").asText();
        return PollingTrigger.named(id)
                .connection(service)
                .request(RequestTemplate.named(id).get("/issues/" + project).build())
                .key("/id")
                .startPosition(StartPosition.everything())
                // Distributes the polls in time; otherwise one node would pick up all of them.
                .schedule(Schedule.every(Duration.ofSeconds(1)).spread())
                .minInterval(Duration.ofSeconds(1))
                .handler(once.events((event, connection) -> write(
                        connection, "poll", project + "-" + event.payload().path("id"))));
    }

    private void write(Connection connection, String kind, String event) throws SQLException, InterruptedException {
        try (PreparedStatement insert = connection.prepareStatement("insert into handled values (?, ?, ?)")) {
            insert.setString(1, kind);
            insert.setString(2, event);
            insert.setString(3, name);
            insert.executeUpdate();
        }
        // Simulates slow work.
        Thread.sleep(20);
    }
}
