package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The database does not respond for a while: 4 seconds, or a minute with {@code -Psoak}. */
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
class OutageTest {

    private static final int SECONDS = Integer.getInteger("soak", 40) / 10;
    /** A node seems to be dead after 1.5 seconds, earlier than the outage ends. */
    private static final Duration HEARTBEAT = Duration.ofMillis(300);

    private static final int MISSED = 5;
    private static final Secret SECRET = Secret.of("s3cr3t");

    @TempDir
    Path directory;

    private final List<String> handled = new CopyOnWriteArrayList<>();

    /** The cause of the outage. */
    private enum Fault {
        CONNECTIONS_BREAK {
            @Override
            void of(Wire wire, Connection other) throws IOException {
                wire.cut();
            }
        },
        NOTHING_COMES_THROUGH {
            @Override
            void of(Wire wire, Connection other) {
                wire.silence();
            }
        },
        TABLES_ARE_LOCKED {
            @Override
            void of(Wire wire, Connection other) throws SQLException {
                try (Statement statement = other.createStatement()) {
                    statement.execute(
                            "lock table http_connector_inbox, http_connector_state, http_connector_trigger_task"
                                    + " in access exclusive mode");
                }
            }
        };

        abstract void of(Wire wire, Connection other) throws IOException, SQLException;
    }

    @ParameterizedTest
    @EnumSource
    void outageRejectsWebhooksDelaysPollsAndRecovers(Fault fault) throws Exception {
        try (HikariDataSource direct = Databases.POSTGRESQL.open(directory);
                Connection other = direct.getConnection();
                Records records = new Records();
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(records.url()).build()) {
            JdbcSchema.create(direct);
            URI url = URI.create(TestNode.url(direct).substring("jdbc:".length()));
            try (Wire wire = new Wire(url.getPort());
                    HikariDataSource source = source(wire, url);
                    WebhookReceiver receiver = WebhookReceiver.named("leads")
                            .verify(Signatures.github(SECRET))
                            .id(ValueSelector.body("/id"))
                            .inbox(JdbcInbox.of(source).heartbeat(HEARTBEAT, MISSED))
                            .handler(event -> handled.add(event.id()))
                            .build();
                    ClusteredPolling polling = ClusteredPolling.on(source)
                            .heartbeat(HEARTBEAT, MISSED)
                            .start((id, definition) -> PollingTrigger.named(id)
                                    .connection(connection)
                                    .request(RequestTemplate.named(id).get("/r").build())
                                    .key("/id")
                                    .startPosition(StartPosition.everything())
                                    .every(Duration.ofMillis(200))
                                    .minInterval(Duration.ofMillis(10))
                                    .handler(event ->
                                            handled.add("r" + event.payload().at("/id"))))) {
                records.of("r").set(1);
                polling.put("t", JsonNodeFactory.instance.objectNode());
                assertThat(receive(receiver, 1).status()).isEqualTo(200);
                Await.until(() -> handled.containsAll(List.of("1", "r1")));
                // Otherwise the event would be repeated.
                InboxRepository table = new InboxRepository(new Database(direct, JdbcSchema.DEFAULT_PREFIX), "leads");
                Await.until(() -> table.pendingCount() == 0);

                other.setAutoCommit(false);
                fault.of(wire, other);
                records.of("r").set(2);
                for (int i = 2; i <= 4; i++) {
                    WebhookResponse refused = receive(receiver, i);
                    assertThat(refused.status()).isEqualTo(503);
                    assertThat(refused.headers()).containsKey("Retry-After");
                }
                Thread.sleep(Duration.ofSeconds(SECONDS).toMillis());

                other.rollback();
                wire.repair();
                for (int i = 2; i <= 5; i++) {
                    int id = i;
                    Await.until(() -> receive(receiver, id).status() == 200);
                }
                Await.until(() -> handled.containsAll(List.of("1", "2", "3", "4", "5", "r1", "r2")));
                records.of("r").set(3);
                Await.until(() -> handled.contains("r3"));
                assertThat(handled)
                        .filteredOn(id -> !id.startsWith("r"))
                        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 5)
                                .mapToObj(String::valueOf)
                                .toList());
            }
        }
    }

    private static HikariDataSource source(Wire wire, URI url) {
        HikariDataSource source = TestNode.pool("jdbc:postgresql://127.0.0.1:" + wire.port() + url.getPath()
                + "?socketTimeout=2&options=-c%20statement_timeout=500");
        source.setConnectionTimeout(500);
        source.setValidationTimeout(400);
        return source;
    }

    private static WebhookResponse receive(WebhookReceiver receiver, int id) {
        byte[] body = ("{\"id\":\"" + id + "\"}").getBytes(UTF_8);
        return receiver.receive(
                WebhookSigner.preset("github", SECRET).sign(WebhookRequest.of("POST", "/", "", Map.of(), body)));
    }
}
