package io.httpconnector.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.testing.junit.Recorded;
import io.httpconnector.testing.recording.RecordedWebhook;
import io.httpconnector.testing.recording.Recording;
import io.httpconnector.testing.recording.RecordingMode;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookSigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The code of {@code docs/testing.md}. */
@Timeout(60)
class TestingSnippetsTest {

    private static final class Connections {
        static HttpConnectionBuilder shop() {
            return HttpConnection.named("Shop")
                    .baseUrl("https://shop.example.com")
                    .header("X-Api-Key", Secret.of("any"));
        }
    }

    @Test
    void openOrdersAreCounted(@Recorded("orders.har") Recording recording) {
        try (HttpConnection shop = recording.attachTo(Connections.shop()).build()) {
            assertThat(shop.send(Request.get("/orders?status=open")).json()).hasSize(2);
        }
    }

    @Test
    @Recorded(value = "created-order.har", ignoreBody = "/requestedAt", ignoreQuery = "nonce", strictOrder = true)
    void orderIsCreated(Recording recording) {
        try (HttpConnection shop = recording.attachTo(Connections.shop()).build()) {
            Request create = Request.post("/orders?nonce=" + System.nanoTime())
                    .json(Map.of("sku", "A-1", "requestedAt", System.currentTimeMillis()));
            assertThat(shop.send(create).status()).isEqualTo(201);
        }
    }

    @Test
    void archiveOfABrowserIsReplayed() {
        Path archive = Path.of("src/test/resources/recordings/browser.har");
        try (Recording recording = Recording.of(archive)
                        .mode(RecordingMode.REPLAY)
                        .matchHeader("X-Tenant")
                        .allowUnused()
                        .start();
                HttpConnection shop = recording.attachTo(Connections.shop()).build()) {
            assertThat(shop.send(Request.get("/orders").header("X-Tenant", "7")).json())
                    .hasSize(1);
        }
    }

    @Test
    void webhooksAreRecordedAndReplayed(@TempDir Path directory) {
        Path file = directory.resolve("webhooks.har");
        try (Recording recording = Recording.of(file).mode(RecordingMode.RECORD).start();
                WebhookReceiver receiver = WebhookReceiver.named("github")
                        .verify(Signatures.github(Secret.of("secret-of-production")))
                        .handler(event -> {})
                        .build()) {
            WebhookRequest received = WebhookSigner.preset("github", Secret.of("secret-of-production"))
                    .sign(WebhookRequest.of(
                            "POST",
                            "/github",
                            "",
                            Map.of("Content-Type", List.of("application/json")),
                            "{\"action\": \"opened\"}".getBytes(StandardCharsets.UTF_8)));
            assertThat(recorded(receiver, recording).receive(received).status()).isEqualTo(200);
        }
        assertThat(replayed(file)).containsExactly("opened");
    }

    private static WebhookEndpoint recorded(WebhookEndpoint receiver, Recording recording) {
        WebhookSigner github = WebhookSigner.preset("github", Secret.of("secret-of-the-test"));
        return request -> {
            WebhookResponse response = receiver.receive(request);
            WebhookRequest unsigned = github.unsigned(request);
            recording.add(new RecordedWebhook(
                    unsigned.method(),
                    unsigned.path(),
                    unsigned.query(),
                    unsigned.headers(),
                    unsigned.body(),
                    response.status()));
            return response;
        };
    }

    private static List<String> replayed(Path file) {
        List<String> actions = new CopyOnWriteArrayList<>();
        Secret secret = Secret.of("secret-of-the-test");
        try (Recording recording = Recording.of(file).mode(RecordingMode.REPLAY).start();
                WebhookReceiver receiver = WebhookReceiver.named("github")
                        .verify(Signatures.github(secret))
                        .timeSource(recording.time())
                        .handler(event ->
                                actions.add(event.payload().at("/action").asText()))
                        .build()) {
            WebhookSigner github = WebhookSigner.preset("github", secret).timeSource(recording.time());
            for (RecordedWebhook webhook : recording.webhooks()) {
                WebhookRequest request = WebhookRequest.of(
                        webhook.method(), webhook.path(), webhook.query(), webhook.headers(), webhook.body());
                assertThat(receiver.receive(github.sign(request)).status()).isEqualTo(webhook.status());
            }
        }
        return actions;
    }

    @Test
    void pollsAreRetriedWithoutWaiting() {
        VirtualTime time = new VirtualTime();
        List<String> keys = new CopyOnWriteArrayList<>();
        try (MockService service = MockService.start();
                HttpConnection shop = HttpConnection.named("Shop")
                        .baseUrl(service.baseUrl())
                        .timeSource(time)
                        .build();
                PollingEngine engine = PollingEngine.create(1, time);
                PollingTrigger orders = PollingTrigger.named("orders")
                        .connection(shop)
                        .request(RequestTemplate.named("Orders").get("/orders").build())
                        .key("/id")
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofHours(1))
                        .store(StateStore.inMemory())
                        .engine(engine)
                        .handler(event -> keys.add(event.key()))
                        .build()) {
            service.on(
                    "GET",
                    "/orders",
                    MockResponse.json("[{\"id\": 1}]"),
                    MockResponse.status(503).header("Retry-After", "20"),
                    MockResponse.json("[{\"id\": 1}, {\"id\": 2}]"));
            orders.pollOnce();
            time.advance(Duration.ofHours(1));
            orders.pollOnce();
        }
        assertThat(keys).containsExactly("1", "2");
        assertThat(time.waits()).hasSize(1);
    }
}
