package io.httpconnector.jdbc;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.Schedule;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookHandler;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.server.JdkHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * A node of {@link ClusterSoakTest}. Triggers and webhooks whose name begins with "once" write in the transaction of their event,
 * the others through a connection of their own.
 */
final class SoakNode {

    static final Secret SECRET = Secret.of("s3cr3t");

    private final String name;
    private final HikariDataSource source;
    private final HttpConnection service;
    private final ExactlyOnce once;

    private SoakNode(String name, HikariDataSource source, HttpConnection service) {
        this.name = name;
        this.source = source;
        this.service = service;
        this.once = ExactlyOnce.in(source);
    }

    /** Runs until its input ends. Arguments: its name, the database, and the service. */
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        try (HikariDataSource source = TestNode.pool(arguments[1]);
                HttpConnection service =
                        HttpConnection.named("any").baseUrl(arguments[2]).build()) {
            source.setMaximumPoolSize(30);
            SoakNode node = new SoakNode(arguments[0], source, service);
            try (ClusteredPolling polling = ClusteredPolling.on(source).start((id, definition) -> node.trigger(id));
                    WebhookReceiver plain = node.receiver("plain-hook", event -> {
                        try (Connection connection = source.getConnection()) {
                            node.write(connection, "plain-hook", event.id(), event.id());
                        }
                    });
                    WebhookReceiver exact = node.receiver(
                            "once-hook",
                            node.once.webhooks((event, connection) ->
                                    node.write(connection, "once-hook", event.id(), event.id())))) {
                server.createContext("/plain-hook", JdkHandler.of(plain));
                server.createContext("/once-hook", JdkHandler.of(exact));
                server.start();
                System.out.println("triggers " + polling.list().size());
                System.out.println("port " + server.getAddress().getPort());
                System.out.println("ready");
                int unused = System.in.read();
            }
        } finally {
            server.stop(0);
        }
    }

    private WebhookReceiver receiver(String receiver, WebhookHandler handler) {
        return WebhookReceiver.named(receiver)
                .verify(Signatures.github(SECRET))
                .id(ValueSelector.body("/id"))
                .inbox(JdbcInbox.of(source))
                .delivery(delivery -> delivery.concurrently(2).attempts(100))
                .handler(handler)
                .build();
    }

    private PollingTriggerBuilder trigger(String id) {
        PollingTriggerBuilder builder = PollingTrigger.named(id)
                .connection(service)
                .request(RequestTemplate.named(id).get("/" + id).build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .schedule(Schedule.every(Duration.ofSeconds(5)).spread())
                .minInterval(Duration.ofSeconds(1));
        if (id.startsWith("once")) {
            return builder.handler(once.events((event, connection) ->
                    write(connection, id, event.payload().path("id").asText(), event.id())));
        }
        return builder.handler(event -> {
            try (Connection connection = source.getConnection()) {
                write(connection, id, event.payload().path("id").asText(), event.id());
            }
        });
    }

    private void write(Connection connection, String trigger, String record, String event) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into effect values (?, ?, ?, ?, now())")) {
            insert.setString(1, trigger);
            insert.setString(2, record);
            insert.setString(3, event);
            insert.setString(4, name);
            insert.executeUpdate();
        }
    }
}
