package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of services that deliver the secret of their signatures in a handshake, described by data alone: Asana and Notion. */
class DeliveredSecretsTest {

    private static final String ASANA = """
            {"handshake": [{"type": "asana", "secret": "hook"}],
             "verify": [{"type": "preset", "name": "asana", "secrets": ["hook"]}], "each": "/events"}""";
    private static final String NOTION = """
            {"handshake": [{"type": "notion", "secret": "token"}],
             "verify": [{"type": "preset", "name": "notion", "secrets": ["token"]}]}""";

    private final Map<String, Secret> stored = new HashMap<>();
    private final List<WebhookEvent> events = new ArrayList<>();

    private final DeliveredSecrets store = new DeliveredSecrets() {
        @Override
        public Optional<Secret> find(String name) {
            return Optional.ofNullable(stored.get(name));
        }

        @Override
        public boolean save(String name, Secret secret) {
            return stored.computeIfAbsent(name, absent -> secret).reveal().equals(secret.reveal());
        }
    };

    private WebhookReceiver receiver(String json, Map<String, Secret> secrets) {
        return WebhookReceiver.named("any")
                .definition(JsonSupport.parse(json), secrets)
                .deliveredSecrets(store)
                .handler(events::add)
                .build();
    }

    private static WebhookRequest post(String body, String header, String value) {
        return WebhookRequest.of("POST", "/", "", Map.of(header, List.of(value)), body.getBytes(UTF_8));
    }

    private static String hmac(String key, String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
    }

    @Test
    void documentDescribesAsana() throws Exception {
        WebhookReceiver receiver = receiver(ASANA, Map.of());
        String body = "{\"events\":[{\"action\":\"added\"}]}";
        WebhookRequest event = post(body, "X-Hook-Signature", hmac("b537207f", body));

        assertThat(receiver.receive(event).status()).isEqualTo(401);
        WebhookResponse handshake = receiver.receive(post("", "X-Hook-Secret", "b537207f"));
        assertThat(receiver.receive(event).status()).isEqualTo(200);

        assertThat(handshake.status()).isEqualTo(200);
        assertThat(handshake.headers()).containsEntry("X-Hook-Secret", "b537207f");
        assertThat(events).hasSize(1);
        assertThat(receiver(ASANA, Map.of()).receive(event).status()).isEqualTo(200);
    }

    @Test
    void documentDescribesNotion() throws Exception {
        WebhookReceiver receiver = receiver(NOTION, Map.of());
        String body = "{\"id\":\"e1\",\"type\":\"page.created\"}";

        assertThat(receiver.receive(post("{\"verification_token\":\"secret_1\"}", "X", "x"))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(post(body, "X-Notion-Signature", "sha256=" + hmac("secret_1", body)))
                        .status())
                .isEqualTo(200);

        assertThat(stored.get("token").reveal()).isEqualTo("secret_1");
        assertThat(events.get(0).id()).isEqualTo("e1");
    }

    /** Anyone who knows the URL can send a handshake. */
    @Test
    void secretIsNotReplaced() throws Exception {
        WebhookReceiver receiver = receiver(ASANA, Map.of());
        receiver.receive(post("", "X-Hook-Secret", "b537207f"));

        WebhookResponse attack = receiver.receive(post("", "X-Hook-Secret", "attacker"));
        WebhookResponse repetition = receiver.receive(post("", "X-Hook-Secret", "b537207f"));

        assertThat(attack.status()).isEqualTo(403);
        assertThat(attack.headers()).doesNotContainKey("X-Hook-Secret");
        assertThat(repetition.status()).isEqualTo(200);
        assertThat(stored.get("hook").reveal()).isEqualTo("b537207f");
        String body = "{\"events\":[{}]}";
        assertThat(receiver.receive(post(body, "X-Hook-Signature", hmac("attacker", body)))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void secretOfTheApplicationIsNotReplaced() throws Exception {
        WebhookReceiver receiver = receiver(ASANA, Map.of("hook", Secret.of("known")));
        String body = "{\"events\":[{}]}";

        assertThat(receiver.receive(post("", "X-Hook-Secret", "attacker")).status())
                .isEqualTo(403);
        assertThat(receiver.receive(post("", "X-Hook-Secret", "known")).status())
                .isEqualTo(200);
        assertThat(receiver.receive(post(body, "X-Hook-Signature", hmac("known", body)))
                        .status())
                .isEqualTo(200);
        assertThat(stored).isEmpty();
    }

    /** Before the handshake no key is known, and no empty or guessable one either. */
    @ParameterizedTest
    @ValueSource(strings = {"hook", "null", "***", "0"})
    void nothingIsAcceptedBeforeTheHandshake(String key) throws Exception {
        String body = "{\"events\":[{}]}";

        assertThat(receiver(ASANA, Map.of())
                        .receive(post(body, "X-Hook-Signature", hmac(key, body)))
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\u0007b", "s\u00E9cret"})
    void invalidSecretIsNotStored(String secret) {
        assertThat(receiver(ASANA, Map.of())
                        .receive(post("", "X-Hook-Secret", secret))
                        .status())
                .isIn(401, 403);
        assertThat(receiver(ASANA, Map.of())
                        .receive(post("", "X-Hook-Secret", "x".repeat(1001)))
                        .status())
                .isEqualTo(401);
        assertThat(stored).isEmpty();
    }

    @Test
    void missingStoreIsReported() {
        assertThatThrownBy(() -> WebhookReceiver.named("any")
                        .definition(JsonSupport.parse(ASANA), Map.of())
                        .handler(events::add)
                        .build())
                .hasMessageContaining(
                        "/handshake/0/secret: the service delivers the secret \"hook\": set a store by deliveredSecrets(...)");
    }

    @Test
    void namesOfDeliveredSecretsAreKnown() {
        assertThat(Handshakes.deliveredSecrets(JsonSupport.parse(ASANA))).containsExactly("hook");
        assertThat(Handshakes.deliveredSecrets(
                        JsonSupport.parse("{\"handshake\": [{\"type\": \"zoom\", \"secret\": \"s\"}, 1]}")))
                .isEmpty();
    }
}
