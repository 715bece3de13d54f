package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.testing.recording.RecordedWebhook;
import io.httpconnector.testing.recording.Recording;
import io.httpconnector.testing.recording.RecordingMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Webhooks that are recorded with the secret of production, and replayed with the secret of the test. */
class RecordedWebhooksTest {

    private static final Secret PRODUCTION = Secret.of("c0ffee01c0ffee02c0ffee03c0ffee04");
    private static final Secret OF_TEST = Secret.of("0123456789abcdef0123456789abcdef");

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("webhooks.har");
    }

    private static RecordedWebhook recorded(WebhookRequest request, int status) {
        return new RecordedWebhook(
                request.method(), request.path(), request.query(), request.headers(), request.body(), status);
    }

    private static WebhookRequest request(RecordedWebhook webhook) {
        return WebhookRequest.of(webhook.method(), webhook.path(), webhook.query(), webhook.headers(), webhook.body());
    }

    static Stream<String> shared() {
        return WebhookSignerTest.shared();
    }

    @ParameterizedTest
    @MethodSource("shared")
    void signatureIsThatOfTheTest(String preset) throws IOException {
        String publicUrl = "https://app.example.com/hooks/1";
        WebhookSigner signer = WebhookSigner.preset(preset, OF_TEST);
        WebhookRequest received = WebhookSigner.preset(preset, PRODUCTION)
                .sign(WebhookRequest.of(
                                "POST",
                                "/hooks/1",
                                "",
                                Map.of("Content-Type", List.of("application/json")),
                                "{\"id\":\"1\",\"a\":[1,2]}".getBytes(UTF_8))
                        .publicUrl(publicUrl));
        try (Recording recording =
                Recording.of(file()).mode(RecordingMode.RECORD).start()) {
            recording.add(recorded(signer.unsigned(received), 200));
        }

        assertThat(Files.readString(file())).doesNotContain(PRODUCTION.reveal());
        try (Recording recording =
                Recording.of(file()).mode(RecordingMode.REPLAY).start()) {
            WebhookRequest stored = request(recording.webhooks().get(0)).publicUrl(publicUrl);
            Instant now = recording.time().now();
            assertThat(Signatures.preset(preset, PRODUCTION).verify(stored, now).isAccepted())
                    .isFalse();
            WebhookRequest signed = signer.timeSource(recording.time()).sign(stored);
            assertThat(Signatures.preset(preset, OF_TEST).verify(signed, now)).hasToString("accepted");
        }
    }

    @Test
    void eventsHaveTheSameIdsTypesAndPayloads() {
        List<String> events = new CopyOnWriteArrayList<>();
        VirtualTime time = new VirtualTime();
        try (Recording recording = Recording.of(file())
                        .mode(RecordingMode.RECORD)
                        .timeSource(time)
                        .start();
                WebhookReceiver receiver = WebhookReceiver.named("hooks")
                        .verify(Signatures.standardWebhooks(PRODUCTION))
                        .timeSource(time)
                        .handler(event -> events.add(event.id() + event.payload()))
                        .build()) {
            WebhookEndpoint endpoint = request -> {
                WebhookResponse response = receiver.receive(request);
                recording.add(recorded(
                        WebhookSigner.preset("standard-webhooks", OF_TEST).unsigned(request), response.status()));
                return response;
            };
            for (int i = 1; i <= 3; i++) {
                WebhookRequest request = WebhookSigner.preset("standard-webhooks", PRODUCTION)
                        .timeSource(time)
                        .sign(WebhookRequest.of(
                                "POST",
                                "/hooks",
                                "",
                                Map.of(
                                        "Content-Type", List.of("application/json"),
                                        "webhook-id", List.of("msg_" + i)),
                                ("{\"number\": " + i + "}").getBytes(UTF_8)));
                assertThat(endpoint.receive(request).status()).isEqualTo(200);
                time.advance(Duration.ofMinutes(1));
            }
        }
        List<String> recordedEvents = List.copyOf(events);
        events.clear();

        try (Recording recording =
                        Recording.of(file()).mode(RecordingMode.REPLAY).start();
                WebhookReceiver receiver = WebhookReceiver.named("hooks")
                        .verify(Signatures.standardWebhooks(OF_TEST))
                        .timeSource(recording.time())
                        .handler(event -> events.add(event.id() + event.payload()))
                        .build()) {
            WebhookSigner signer =
                    WebhookSigner.preset("standard-webhooks", OF_TEST).timeSource(recording.time());
            List<RecordedWebhook> webhooks = recording.webhooks();
            assertThat(webhooks)
                    .hasSize(3)
                    .allSatisfy(webhook -> assertThat(webhook.toString()).isEqualTo("POST /hooks"));
            for (RecordedWebhook webhook : webhooks) {
                assertThat(receiver.receive(signer.sign(request(webhook))).status())
                        .isEqualTo(webhook.status());
            }
        }
        assertThat(recordedEvents).hasSize(3);
        assertThat(events).isEqualTo(recordedEvents);
    }
}
