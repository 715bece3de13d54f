package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Services described by a definition alone; most of them have no preset. Their requests were signed by senders.py. */
class SendersTest {

    /** The definition of a receiver, and a request of the service. */
    record Sender(JsonNode json) {

        WebhookReceiver receiver(String secret, List<WebhookEvent> events) {
            return WebhookReceiver.named("any")
                    .definition(json.get("definition"), Map.of("secret", Secret.of(secret)))
                    .timeSource(new VirtualTime(
                            Instant.ofEpochSecond(json.get("now").asLong())))
                    .publicUrl(json.get("url").asText())
                    .handler(events::add)
                    .build();
        }

        String secret() {
            return json.get("secret").asText();
        }

        String body() {
            return json.get("body").asText();
        }

        WebhookRequest request(String body) {
            Map<String, List<String>> headers = new HashMap<>();
            json.get("headers")
                    .properties()
                    .forEach(header -> headers.put(
                            header.getKey(), List.of(header.getValue().asText())));
            return WebhookRequest.of(
                    json.get("method").asText(),
                    "/hooks/abc",
                    json.get("query").asText(),
                    headers,
                    body.getBytes(UTF_8));
        }

        @Override
        public String toString() {
            return json.get("sender").asText();
        }
    }

    static Stream<Sender> senders() throws IOException {
        try (InputStream in = SendersTest.class.getResourceAsStream("senders.json")) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false)
                    .map(Sender::new);
        }
    }

    static Stream<Sender> signingSenders() throws IOException {
        return senders().filter(sender -> !sender.json.get("unsigned").asBoolean());
    }

    static Stream<Sender> sendersWithSecrets() throws IOException {
        return senders()
                .filter(sender -> !sender.json.at("/definition/verify/0").has("keys"));
    }

    @ParameterizedTest
    @MethodSource("senders")
    void requestBecomesOneEvent(Sender sender) {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = sender.receiver(sender.secret(), events);

        assertThat(receiver.explain(sender.request(sender.body()))).hasToString("ACCEPTED");
        assertThat(receiver.receive(sender.request(sender.body())).status()).isEqualTo(200);
        assertThat(receiver.receive(sender.request(sender.body())).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).id())
                .isEqualTo(sender.json.path("id").asText(events.get(0).id()));
        assertThat(events.get(0).type())
                .isEqualTo(sender.json.path("type").asText(events.get(0).type()));
    }

    @ParameterizedTest
    @MethodSource("signingSenders")
    void changedBodyIsRejected(Sender sender) {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = sender.receiver(sender.secret(), events);

        WebhookResponse response = receiver.receive(sender.request(sender.body() + " "));

        assertThat(response.status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("sendersWithSecrets")
    void anotherSecretIsRejected(Sender sender) {
        List<WebhookEvent> events = new ArrayList<>();
        // Has the same length and encoding.
        String other = sender.secret().substring(0, sender.secret().length() - 4) + "00ff";

        WebhookResponse response = sender.receiver(other.equals(sender.secret()) ? "0000" : other, events)
                .receive(sender.request(sender.body()));

        assertThat(response.status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }
}
