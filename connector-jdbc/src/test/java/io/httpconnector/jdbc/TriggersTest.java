package io.httpconnector.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookHandler;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of triggers whose state is in a database. */
class TriggersTest {

    private static final Secret SECRET = Secret.of("s3cr3t");

    @TempDir
    Path directory;

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private volatile String records = "[{\"id\":1},{\"id\":2}]";

    @ParameterizedTest
    @EnumSource
    void recordsPolledByOneNodeAreNotHandledByTheNext(Databases databases) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/records", exchange -> {
            byte[] body = records.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (HikariDataSource source = databases.open(directory);
                HttpConnection connection = HttpConnection.named("any")
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .build()) {
            JdbcSchema.create(source);
            EventHandler handler =
                    event -> handled.add(event.payload().at("/id").asText());
            try (PollingTrigger first = trigger(connection, source, handler);
                    PollingTrigger second = trigger(connection, source, handler)) {
                first.pollOnce();
                records = "[{\"id\":1},{\"id\":2},{\"id\":3}]";
                second.pollOnce();
                second.pollOnce();
                records = "[{\"id\":1},{\"id\":2},{\"id\":3},{\"id\":4}]";
                // Has not seen the writes of the other one.
                assertThatThrownBy(first::pollOnce)
                        .isInstanceOfSatisfying(
                                StateException.class,
                                e -> assertThat(e.reason()).isEqualTo(StateFailure.CONFLICT));
                first.pollOnce();
                assertThatThrownBy(second::pollOnce).isInstanceOf(StateException.class);
                second.pollOnce();
            }
            assertThat(handled).containsSubsequence("1", "2", "3", "4");
            assertThat(handled.stream().distinct()).hasSize(4);
        } finally {
            server.stop(0);
        }
    }

    private static PollingTrigger trigger(HttpConnection connection, HikariDataSource source, EventHandler handler) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("records").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(JdbcStateStore.of(source))
                .handler(handler)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void triggerStateCanBeMigrated(Databases databases) throws Exception {
        try (Records service = new Records();
                HikariDataSource source = databases.open(directory);
                StateStore files = StateStore.file(directory.resolve("files"));
                HttpConnection connection =
                        HttpConnection.named("any").baseUrl(service.url()).build()) {
            JdbcSchema.create(source);
            StateStore database = JdbcStateStore.of(source);
            service.of("records").set(3);
            try (PollingTrigger trigger = trigger(connection, files)) {
                trigger.pollOnce();
            }
            try (StateLog from = files.open("records");
                    StateLog to = database.open("records")) {
                List<byte[]> entries = new ArrayList<>();
                from.read(entries::add);
                to.read(entry -> {});
                to.replace(entries);
            }
            service.of("records").set(4);
            try (PollingTrigger trigger = trigger(connection, database)) {
                trigger.pollOnce();
            }
            assertThat(handled).containsExactly("1", "2", "3", "4");
        }
    }

    private PollingTrigger trigger(HttpConnection connection, StateStore store) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("records").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .handler(event -> handled.add(event.payload().at("/id").asText()))
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void webhookIsStoredBeforeTheResponse(Databases databases) throws Exception {
        try (HikariDataSource source = databases.open(directory)) {
            JdbcSchema.create(source);
            try (Inbox inbox = inbox(source);
                    WebhookReceiver receiver = receiver(inbox, TriggersTest::fail)) {
                assertThat(receiver.receive(signed("{\"id\":\"1\"}")).status()).isEqualTo(200);
                Databases.execute(source, "alter table http_connector_state_entry rename to elsewhere");
                assertThat(receiver.receive(signed("{\"id\":\"2\"}")).status()).isEqualTo(503);
                Databases.execute(source, "alter table elsewhere rename to http_connector_state_entry");
                assertThat(receiver.receive(signed("{\"id\":\"3\"}")).status()).isEqualTo(200);
            }
            CountDownLatch done = new CountDownLatch(2);
            try (Inbox inbox = inbox(source);
                    WebhookReceiver receiver = receiver(inbox, event -> {
                        handled.add(event.id());
                        done.countDown();
                    })) {
                assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(receiver.receive(signed("{\"id\":\"1\"}")).status()).isEqualTo(200);
                assertThat(receiver.deadLetters()).isEmpty();
            }
            assertThat(handled).containsExactlyInAnyOrder("1", "3");
        }
    }

    private static void fail(WebhookEvent event) {
        throw new IllegalStateException("later");
    }

    private static Inbox inbox(HikariDataSource source) {
        return Inbox.in(JdbcStateStore.of(source), 1000, 1 << 20);
    }

    private static WebhookReceiver receiver(Inbox inbox, WebhookHandler handler) {
        return WebhookReceiver.named("leads")
                .verify(Signatures.github(SECRET))
                .id(ValueSelector.body("/id"))
                .inbox(inbox)
                .handler(handler)
                .build();
    }

    private static WebhookRequest signed(String body) {
        return WebhookSigner.preset("github", SECRET)
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8)));
    }
}
