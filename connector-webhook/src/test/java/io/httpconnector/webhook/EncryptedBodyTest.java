package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of bodies and challenges that a service encrypts. */
class EncryptedBodyTest {

    private static final Secret SECRET = Secret.of("s3cr3t-of-the-sender");
    private static final Secret OLD = Secret.of("the old one");
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String EVENT =
            "{\"schema\":\"2.0\",\"header\":{\"event_id\":\"e1\",\"event_type\":\"im.message.receive_v1\"},\"event\":{\"text\":\"Zoë\"}}";

    /** Encrypted by OpenSSL with the key "test key", as in the documentation of Lark. */
    private static final String HELLO_WORLD = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";

    private final List<WebhookEvent> events = new ArrayList<>();

    private static WebhookRequest request(String body) {
        return WebhookRequest.of(
                "POST", "/hooks/1", "", Map.of("X-Lark-Request-Nonce", List.of("n1")), body.getBytes(UTF_8));
    }

    private static WebhookRequest signed(Secret secret, String body) {
        return WebhookSigner.preset("lark", secret)
                .timeSource(new VirtualTime(NOW))
                .sign(request(body));
    }

    private WebhookReceiver receiver(Verifier... verifiers) {
        return WebhookReceiver.named("lark")
                .verify(verifiers)
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();
    }

    private WebhookReceiver definition(String json) {
        return WebhookReceiver.named("lark")
                .definition(JsonSupport.parse(json.replace('\'', '"')), Map.of("encryptKey", SECRET, "old", OLD))
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();
    }

    @Test
    void eventHasTheDecryptedPayload() {
        WebhookRequest request = signed(SECRET, EVENT);
        WebhookReceiver receiver = receiver(Signatures.preset("lark", SECRET));

        assertThat(new String(request.body(), UTF_8))
                .startsWith("{\"encrypt\":\"")
                .doesNotContain("event_id");
        assertThat(receiver.receive(request).status()).isEqualTo(200);
        assertThat(receiver.receive(request).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).payload()).isEqualTo(JsonSupport.parse(EVENT));
        assertThat(events.get(0).id()).isEqualTo("e1");
        assertThat(events.get(0).type()).isEqualTo("im.message.receive_v1");
        assertThat(events.get(0).body().bytes()).isEqualTo(request.body());
    }

    /** The same scheme in JSON, without a preset. */
    @Test
    void definitionDescribesEncryptionAndChallenge() {
        WebhookReceiver receiver =
                definition("{'verify': [{'type': 'signature', 'secrets': ['old', 'encryptKey'], 'definition': {"
                        + "'algorithm': 'SHA-256', 'signature': [{'header': 'X-Lark-Signature'}],"
                        + "'timestamp': {'header': 'X-Lark-Request-Timestamp'},"
                        + "'content': '{{timestamp}}{{header.X-Lark-Request-Nonce}}{{secret}}{{body}}',"
                        + "'encrypted': {'location': {'body': '/encrypt'}, 'key': '{{secret | sha256 | bytes}}'},"
                        + "'eventId': {'body': '/header/event_id'}, 'eventType': {'body': '/header/event_type'}}}],"
                        + "'handshake': [{'type': 'challenge', 'location': {'body': '/challenge'}, 'method': 'POST',"
                        + "'encrypted': {'location': {'body': '/encrypt'}, 'secret': 'encryptKey', 'key': '{{secret | sha256 | bytes}}'},"
                        + "'when': [{'location': {'body': '/type'}, 'value': 'url_verification'}],"
                        + "'responseJson': {'challenge': '{{challenge}}'}}]}");
        String challenge = "{\"challenge\":\"c1\",\"token\":\"t\",\"type\":\"url_verification\"}";

        WebhookResponse response = receiver.receive(signed(SECRET, challenge).header("X-Lark-Signature", "none"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), UTF_8)).isEqualTo("{\"challenge\":\"c1\"}");
        assertThat(receiver.receive(signed(SECRET, EVENT)).status()).isEqualTo(200);
        assertThat(receiver.receive(signed(OLD, EVENT.replace("e1", "e2"))).status())
                .isEqualTo(200);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("e1", "e2");
    }

    /** Any change of the encrypted text invalidates the signature; nothing is decrypted before that is known. */
    @Test
    void changedEncryptedTextIsRejected() {
        WebhookRequest request = signed(SECRET, EVENT);
        String body = new String(request.body(), UTF_8);
        WebhookReceiver receiver = receiver(Signatures.preset("lark", SECRET));
        for (int i = 12; i < body.length() - 2; i += 7) {
            char other = body.charAt(i) == 'A' ? 'B' : 'A';
            String changed = body.substring(0, i) + other + body.substring(i + 1);
            assertThat(receiver.receive(request.body(changed.getBytes(UTF_8))).status())
                    .isEqualTo(401);
        }

        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"encrypt\":\"\"}",
                "{\"encrypt\":\"AAAA\"}",
                "{\"encrypt\":\"?\"}",
                "{\"encrypt\":\"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=\"}"
            })
    void signedTextThatCannotBeDecryptedIsRejected(String body) {
        SignatureBuilder plain = Signatures.hmac("HmacSHA256", SECRET).signature(ValueSelector.header("X-Sign"));
        WebhookRequest request = WebhookSigner.of(plain, SECRET).sign(request(body));
        Verifier verifier = plain.encrypted(ValueSelector.body("/encrypt"), "{{secret | sha256 | bytes}}")
                .build();

        assertThat(verifier.verify(request, NOW))
                .hasToString("MALFORMED: the signature is valid, but the body cannot be decrypted");
        assertThat(receiver(verifier).explain(request).toString()).contains("cannot be decrypted");
    }

    @Test
    void publishedTextIsDecrypted() {
        Secret key = Secret.of("test key");
        SignatureBuilder plain = Signatures.hmac("HmacSHA256", key).signature(ValueSelector.header("X-Sign"));
        WebhookRequest request = WebhookSigner.of(plain, key).sign(request("{\"encrypt\":\"" + HELLO_WORLD + "\"}"));

        receiver(plain.encrypted(ValueSelector.body("/encrypt"), "{{secret | sha256 | bytes}}")
                        .build())
                .receive(request);

        assertThat(events)
                .extracting(WebhookEvent::payload)
                .extracting(JsonNode::asText)
                .containsExactly("hello world");
    }

    /** A retry is encrypted again, with another initialization vector. */
    @Test
    void retryIsRecognisedByItsDecryptedBody() {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .encrypted(ValueSelector.body("/encrypt"), "{{secret | sha256 | bytes}}")
                .bodiesAreUnique();
        WebhookReceiver receiver = receiver(scheme.build());
        WebhookSigner signer = WebhookSigner.of(scheme, SECRET);

        assertThat(receiver.receive(signer.sign(request("{\"a\":1}"))).status()).isEqualTo(200);
        assertThat(receiver.receive(signer.sign(request("{\"a\":1}"))).status()).isEqualTo(200);
        assertThat(receiver.receive(signer.sign(request("{\"a\":2}"))).status()).isEqualTo(200);

        assertThat(events).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "'encrypted': {'location': {'header': 'X'}, 'key': '{{secret | sha256 | bytes}}'} ; encrypted: header X is not in the body",
                "'encrypted': {'location': {'body': '/x'}, 'key': '{{secret}}'} ; the key has 20 bytes instead of 16, 24 or 32",
                "'encrypted': {'location': {'body': '/x'}, 'key': '{{secrt | sha256 | bytes}}'} ; encrypted, key, column 1: {{secrt}} is unknown",
                "'encrypted': {'location': {'body': '/x'}, 'key': 'fixed'} ; encrypted, key: it does not contain {{secret}}",
                "'encrypted': {'location': {'body': '/x'}} ; /encrypted/key",
                "'encrypted': {'location': {'body': '/x'}, 'key': '{{secret | sha256 | bytes}}'}, 'content': '{{method}}' ; encrypted: the encrypted text is not signed",
            })
    void invalidSettingsAreReported(String members, String problem) {
        String signature = "{'verify': [{'type': 'signature', 'secrets': ['encryptKey'], 'definition': {"
                + "'algorithm': 'HmacSHA256', 'signature': [{'header': 'X-Sign'}], " + members + "}}]}";

        assertThatThrownBy(() -> definition(signature))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void invalidEncryptionOfAChallengeIsReported() {
        assertThatThrownBy(() -> Handshakes.challenge(ValueSelector.body("/c"))
                        .encrypted(ValueSelector.body("/e"), SECRET, "{{secret}}")
                        .build())
                .hasMessageContaining("the key has 20 bytes instead of 16, 24 or 32");
        assertThatThrownBy(() -> Signatures.preset("lark", (Secret) null))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
