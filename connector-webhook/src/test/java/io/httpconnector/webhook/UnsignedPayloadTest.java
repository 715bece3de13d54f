package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.testing.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that the payload consists of signed data only. */
class UnsignedPayloadTest {

    private static final String KEY = "topsecret-Key_0123456789";
    private static final Secret SECRET = Secret.of(KEY);
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
    private static final String EVIL = "{\"evil\":1}";

    private final List<WebhookEvent> events = new ArrayList<>();

    private WebhookReceiver receiver(Verifier... verifiers) {
        return WebhookReceiver.named("any")
                .methods("GET", "POST")
                .verify(verifiers)
                .id(ValueSelector.query("id"))
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();
    }

    private static SignatureBuilder signed(String header, String content) {
        return Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header(header))
                .content(content);
    }

    private String payload(Verifier verifier, WebhookRequest request) {
        WebhookResponse response = receiver(verifier).receive(request);
        assertThat(response.status()).isEqualTo(200);
        return events.get(0).payload().toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET ; {{query.id}}{{query.a}} ; id=1&a=x%20y&b=2 ; '' ; {\"id\":\"1\",\"a\":\"x y\"}",
                "POST ; {{query.id}}{{query.a}} ; id=1&a=x&b=2 ; {\"evil\":1} ; {\"id\":\"1\",\"a\":\"x\"}",
                "GET ; {{query.id}} ; id=1 ; {\"evil\":1} ; {\"id\":\"1\"}",
                "POST ; {{query}} ; id=1&a=2 ; {\"evil\":1} ; {\"id\":\"1\",\"a\":\"2\"}",
                "GET ; {{query.id}}{{body}} ; id=1&b=2 ; '' ; {\"id\":\"1\"}",
                "POST ; {{query.id}}{{body}} ; id=1&b=2 ; {\"good\":1} ; {\"good\":1}",
                "GET ; {{query.id}}{{query.a | lower}} ; id=1&a=X ; {\"evil\":1} ; {\"id\":\"1\"}",
            })
    void payloadConsistsOfTheSignedParameters(
            String method, String content, String query, String body, String expected) {
        SignatureBuilder scheme = signed("X-Sign", content);
        WebhookRequest request = WebhookRequest.of(method, "/", query, Map.of(), body.getBytes(UTF_8));

        assertThat(payload(scheme.build(), WebhookSigner.of(scheme, SECRET).sign(request)))
                .isEqualTo(expected);
    }

    @Test
    void bodyThatAnotherSignatureCoversIsThePayload() {
        SignatureBuilder query = signed("X-Query", "{{query.id}}");
        SignatureBuilder body = signed("X-Body", "{{body}}");
        WebhookRequest request = WebhookSigner.of(body, SECRET)
                .sign(WebhookSigner.of(query, SECRET)
                        .sign(WebhookRequest.of("POST", "/", "id=1", Map.of(), "{\"good\":1}".getBytes(UTF_8))));
        receiver(query.build(), body.build()).receive(request);
        receiver(body.build(), query.build()).receive(request);

        assertThat(events)
                .extracting(event -> event.payload().toString())
                .containsExactly("{\"good\":1}", "{\"good\":1}");
    }

    /** The signed text is the same for bodies in another case. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{body | lower}}; ''",
                "{{body | upper}}; ''",
                "{{body | base64 | lower}}; ''",
                "{{body | lower | sha256}}; ''",
                "{{form | lower}}; ''",
                "{{body | sha256 | upper}}; {\"id\":\"A1\"}",
                "{{body | md5 | upper | lower}}; {\"id\":\"A1\"}",
                "{{body | hex | upper}}; {\"id\":\"A1\"}",
                "{{bodySha256 | upper}}; {\"id\":\"A1\"}",
                "{{bodySha256 | base64 | upper}}; ''",
                "{{body | md5 | base64 | lower}}; ''",
            })
    void bodyIsNotThePayloadIfItsCaseIsNotSigned(String content, String expected) {
        String body = content.contains("form") ? "id=A1" : "{\"id\":\"A1\"}";
        SignatureBuilder scheme = signed("X-Sign", content);
        WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8))
                .header(
                        "Content-Type",
                        body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded");

        assertThat(payload(scheme.build(), WebhookSigner.of(scheme, SECRET).sign(request)))
                .isEqualTo(expected);
        assertThat(scheme.buildVerifier().covers(ValueSelector.body("/id"))).isEqualTo(!expected.isEmpty());
    }

    @Test
    void messageSignatureWithoutDigestHasNoBody() {
        Verifier method =
                Signatures.message("hmac-sha256", SECRET).components("@method").build();
        assertThat(payload(method, message("", "\"@method\"", "\"@method\": POST\n")))
                .isEmpty();

        events.clear();
        assertThat(payload(method, message("id=1", "\"@method\" \"@query\"", "\"@method\": POST\n\"@query\": ?id=1\n")))
                .isEqualTo("{\"id\":\"1\"}");
        events.clear();
        assertThat(payload(
                        method,
                        message(
                                "id=1&b=2",
                                "\"@method\" \"@query-param\";name=\"b\"",
                                "\"@method\": POST\n\"@query-param\";name=\"b\": 2\n")))
                .isEqualTo("{\"b\":\"2\"}");
    }

    private static WebhookRequest message(String query, String components, String lines) {
        String input = "(" + components + ");created=" + NOW.getEpochSecond();
        byte[] code = Hashing.hmac(
                "HmacSHA256", KEY.getBytes(UTF_8), (lines + "\"@signature-params\": " + input).getBytes(UTF_8));
        return WebhookRequest.of("POST", "/", query, Map.of(), EVIL.getBytes(UTF_8))
                .header("Signature-Input", "a=" + input)
                .header("Signature", "a=:" + Base64.getEncoder().encodeToString(code) + ":");
    }
}
