package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.DocumentMutations.Reading;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of receivers and signatures as JSON: the order of members is irrelevant, and unknown data is rejected. */
@Timeout(120)
class ReceiverDocumentTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final Map<String, Secret> SECRETS = Map.of(
            "old", Secret.of("old-s3cr3t-old-s3cr3t-old-s3cr3t"), "new", Secret.of("new-s3cr3t-new-s3cr3t-new-s3cr3t"));

    private static WebhookReceiverBuilder builder(JsonNode json, HttpConnection connection) {
        return WebhookReceiver.named("any")
                .definition(json, SECRETS)
                .connection(connection)
                .handler(event -> {});
    }

    @Test
    void everyMutationOfAReceiverIsEquivalentOrRejected() {
        String json = """
                {"verify": [{"type": "token", "location": {"query": "token", "items": ",", "after": "t="}, "tokens": ["old", "new"]},
                            {"type": "preset", "name": "github", "secrets": ["old"]},
                            {"type": "jwt", "secrets": ["old"], "location": {"header": "Authorization"}, "algorithms": ["HS256"],
                             "issuer": "i", "audience": "a", "claims": {"email": "e"}, "bodyHash": "h", "tolerance": "PT2M"},
                            {"type": "jwt", "jwks": "/keys"},
                            {"type": "signature", "secrets": ["old"], "definition": {"algorithm": "HmacSHA256", "signature": [{"header": "X"}]}},
                            {"type": "signature", "keys": ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"],
                             "definition": {"algorithm": "Ed25519", "signature": [{"header": "X"}]}},
                            {"type": "sns", "region": "eu-central-1", "topics": ["arn:aws:sns:eu-central-1:1:t"]},
                            {"type": "paypal", "webhookId": "WH-1"},
                            {"type": "basic", "user": "u", "passwords": ["old"]},
                            {"type": "addresses", "ranges": ["192.0.2.7"]},
                            {"type": "certificate", "subjects": ["CN=a"]},
                            {"type": "any-of", "verifiers": [{"type": "token", "location": {"header": "X"}, "tokens": ["old"]}]}],
                 "handshake": [{"type": "echo", "parameter": "challenge"}, {"type": "meta", "verifyToken": "old"},
                               {"type": "microsoft-graph"}, {"type": "slack"}, {"type": "zoom", "secret": "old"}, {"type": "discord"},
                               {"type": "cloud-events", "origins": ["a.example"]}, {"type": "sns", "region": "eu-central-1"},
                               {"type": "probes"}],
                 "unverified": false, "methods": ["POST", "PUT"],
                 "response": {"status": 202, "headers": {"X-Acme": "1"}, "text": "thanks"},
                 "responseJson": {"status": 201, "template": "{}"},
                 "deadline": "PT3S", "remember": {"window": "PT1H", "events": 10},
                 "id": {"body": "/id"}, "type": {"header": "X-Type", "items": ";", "after": "t="}, "key": {"query": "key"},
                 "each": "/events", "jsonIn": "/wrapped", "readAs": "application/json",
                 "publicUrl": "https://app.example.com/hooks/1", "trustedHops": 1,
                 "limitPerSource": {"requests": 3, "period": "PT1M"},
                 "delivery": {"attempts": 3, "concurrently": 2, "backoff": {"first": "PT2S", "max": "PT20S"}},
                 "maxBody": 1000, "bodyTimeout": "PT7S"}""";
        try (HttpConnection connection =
                HttpConnection.named("any").baseUrl("https://acme.example").build()) {
            Reading receiver = changed -> {
                WebhookReceiverBuilder builder = builder(changed, connection);
                JsonNode written = builder.toJson();
                builder.build();
                return written;
            };
            new DocumentMutations(receiver, List.of("/response/headers", "/verify/2/claims"))
                    .check(JsonSupport.parse(json), SEED);
        }
    }

    @Test
    void everyMutationOfASignatureIsEquivalentOrRejected() {
        String json = """
                {"algorithm": "HmacSHA512", "signature": [{"header": "X-A", "items": ";", "after": "v="}, {"query": "sig"}],
                 "encoding": "base64url", "secretEncoding": "hex", "secretPrefix": "p_", "content": "{{id}}{{timestamp}}{{query}}{{body}}",
                 "timestamp": {"header": "X-Time"}, "timestampUnit": "millis", "tolerance": "PT30S", "id": {"header": "X-Id"},
                 "bodyHash": {"query": "hash"}, "bodiesRepeat": true, "eventId": {"body": "/id"}, "eventType": {"query": "type"}}""";
        Reading signature =
                changed -> Signatures.definition(changed, Secret.of("00ff")).toJson();

        new DocumentMutations(signature, List.of()).check(JsonSupport.parse(json), SEED);
    }

    @Test
    void everyPresetIsAValidDefinition() {
        for (String name : Signatures.presets()) {
            JsonNode preset = Presets.get(name).definition();
            if (!preset.has("token")) {
                assertThat(SignatureDefinitionCodec.read(preset, List.of(), null)
                                .toJson()
                                .get("algorithm"))
                        .isEqualTo(preset.get("algorithm"));
            }
        }
    }

    @Test
    void everyProblemIsReportedOnceAndNoneHidesAnother() {
        InvalidDefinitionException e = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> builder(JsonSupport.parse("""
                {"verfy": [], "response": {"status": 202, "text": "a", "base64": "YQ=="}, "maxBody": "1 MB",
                 "handshake": [{"type": "slac", "secret": "old"}], "deadline": "3s"}"""), null).build());

        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        "/verfy: unknown member; did you mean \"verify\"?",
                        "/response: text and base64 exclude each other: give one of them",
                        "/maxBody: expected an integer, found a string",
                        "/handshake/0/type: \"slac\" is unknown; did you mean \"slack\"?",
                        "/deadline: \"3s\" is not an ISO 8601 duration, such as PT5M");
    }

    @Test
    void problemsThatShowWhenTheReceiverIsBuiltHaveTheirPointers() {
        InvalidDefinitionException e = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> builder(JsonSupport.parse("""
                {"verify": [], "methods": ["get"], "response": {"status": 404}, "responseJson": {"status": 500, "template": "{}"},
                 "deadline": "PT0S", "remember": {"window": "PT-1S", "events": 0}, "readAs": "nonsense", "trustedHops": 11,
                 "limitPerSource": {"requests": 0, "period": "PT1S"}, "maxBody": 0, "bodyTimeout": "PT0S"}"""), null).build());

        assertThat(e.problems())
                .extracting(problem -> problem.substring(0, problem.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "/verify",
                        "/methods",
                        "/response",
                        "/responseJson",
                        "/deadline",
                        "/remember",
                        "/readAs",
                        "/trustedHops",
                        "/limitPerSource",
                        "/maxBody",
                        "/bodyTimeout");
    }

    @Test
    void problemOfASettingThatCodeHasReplacedHasNoPointer() {
        InvalidDefinitionException e = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> builder(JsonSupport.parse("{\"maxBody\": 7}"), null)
                        .maxBody(0)
                        .build());

        assertThat(e.problems())
                .containsExactly(
                        "/verify: no verifier is configured; use verify(...), or unverified() to accept requests from anyone",
                        "maxBody: 0 is out of range, use 1 byte to 100 MB");
    }

    @Test
    void repeatedElementsAreRefused() {
        assertThatThrownBy(() -> builder(JsonSupport.parse("""
                {"unverified": true, "methods": ["GET", "POST", "GET"],
                 "handshake": [{"type": "cloud-events", "origins": ["a.example", "a.example"]}]}"""), null).build())
                .hasMessageContaining("/methods/2: \"GET\" appears twice: remove one of them")
                .hasMessageContaining("/handshake/0/origins/1: \"a.example\" appears twice");
    }

    @Test
    void aDefinitionWithProblemsIsNotWritten() {
        assertThatThrownBy(() -> builder(JsonSupport.parse("{\"unverified\": \"yes\"}"), null)
                        .toJson())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/unverified: expected true or false, found a string");
    }

    @Test
    void settingsOfTheDeliveryAreSaved() {
        JsonNode saved = WebhookReceiver.named("any")
                .unverified()
                .delivery(delivery -> delivery.attempts(10).concurrently(8))
                .toJson();

        assertThat(saved.at("/delivery/attempts").intValue()).isEqualTo(10);
        assertThat(WebhookReceiver.named("any").definition(saved, Map.of()).toJson())
                .isEqualTo(saved);
        assertThat(WebhookReceiver.named("any")
                        .definition(saved, Map.of())
                        .delivery(delivery -> delivery.attempts(2))
                        .toJson()
                        .get("delivery"))
                .isEqualTo(JsonSupport.parse("""
                        {"attempts": 2, "concurrently": 8, "backoff": {"first": "PT1S", "max": "PT1M"}}"""));
    }

    @Test
    void definitionReplacesEarlierSettings() {
        JsonNode written = WebhookReceiver.named("any")
                .unverified()
                .definition(JsonSupport.parse("{\"unverified\": false}"), Map.of())
                .toJson();

        assertThat(written.get("unverified").booleanValue()).isFalse();
    }
}
