package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.RequestDiagnosis.DiagnosisStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the diagnosis of rejected requests. */
class ExplainTest {

    private static final Secret SECRET = Secret.of("c4n4ry-c4n4ry");
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private static WebhookRequest request(String body) {
        return WebhookRequest.of(
                "POST", "/hooks/1", "", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8));
    }

    private static WebhookRequest signed(String preset, String body) {
        return WebhookSigner.preset(preset, SECRET)
                .timeSource(new VirtualTime(NOW))
                .sign(request(body).publicUrl("https://app.example.com/hooks/1"));
    }

    private static WebhookReceiver receiver(Verifier... verifiers) {
        return WebhookReceiver.named("any")
                .verify(verifiers)
                .timeSource(new VirtualTime(NOW))
                .handler(event -> {
                    throw new AssertionError("it explains only");
                })
                .build();
    }

    private static String explain(WebhookRequest request, String preset) {
        RequestDiagnosis explanation =
                receiver(Signatures.preset(preset, SECRET)).explain(request);
        assertThat(explanation.step()).isEqualTo(DiagnosisStep.VERIFICATION);
        assertThat(explanation.toString()).doesNotContain("c4n4ry");
        return explanation.toString();
    }

    @Test
    void validRequestIsAccepted() {
        RequestDiagnosis explanation = receiver(Signatures.github(SECRET)).explain(signed("github", "{}"));

        assertThat(explanation).hasToString("ACCEPTED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ \"a\" : 1, \"b\" : [ 1, 2 ] } | {\"a\":1,\"b\":[1,2]} | is written again without a hint",
                "{\"a\":1,\"b\":[1,2]} | { \"a\": 1, \"b\": [1, 2] } | compact JSON",
                "{\"a\": 1, \"b\": [1, 2]} | {\"a\":1,\"b\":[1,2]} | a space after each comma and colon",
                "{\"u\":\"http:\\/\\/x\"} | {\"u\":\"http://x\"} | escaped slashes",
                "{\"u\":\"Zo\\u00eb\"} | {\"u\":\"Zoë\"} | non-ASCII characters escaped",
            })
    void aBodyThatWasWrittenAgainIsRecognised(String sent, String arrived, String hint) {
        String explanation = explain(signed("github", sent).body(arrived.getBytes(UTF_8)), "github");

        if (hint.startsWith("is written")) {
            assertThat(explanation).contains("exactly like the output of a JSON library");
        } else {
            assertThat(explanation).contains(hint).contains("pass the bytes as received");
        }
    }

    @Test
    void indentedBodyIsDiagnosed() throws Exception {
        String indented = "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}";
        String arrived = new ObjectMapper().readTree(indented).toString();

        assertThat(explain(signed("github", indented).body(arrived.getBytes(UTF_8)), "github"))
                .contains("indented by two spaces");
    }

    @Test
    void trailingLineBreakIsDiagnosed() {
        assertThat(explain(signed("github", "{}\n").body("{}".getBytes(UTF_8)), "github"))
                .contains("a line break at its end");
        assertThat(explain(signed("github", "a=1\r\nb").body("a=1\nb".getBytes(UTF_8)), "github"))
                .contains("CR LF");
    }

    @Test
    void consumedBodyIsDiagnosed() {
        WebhookRequest request = signed("github", "{\"a\":1}").header("Content-Length", "7");

        assertThat(explain(request.body(new byte[0]), "github"))
                .contains("the body was consumed before the receiver got it");
        assertThat(explain(request.body("{\"a\": 1}".getBytes(UTF_8)), "github"))
                .contains("Content-Length says 7 bytes, but the body has 8");
    }

    @Test
    void decompressedBodyIsDiagnosed() {
        assertThat(explain(
                        signed("github", "x").header("Content-Encoding", "gzip").body("y".getBytes(UTF_8)), "github"))
                .contains("the server has decompressed it");
    }

    @Test
    void oldSecretIsDiagnosed() {
        WebhookReceiver receiver = receiver(Signatures.github(Secret.of("new")));

        RequestDiagnosis explanation = receiver.explain(signed("github", "{}"), Secret.of("other"), SECRET);

        assertThat(explanation.toString()).contains("signed by secret 2").doesNotContain("c4n4ry");
    }

    @Test
    void secretWithWhiteSpaceOrWrongEncodingIsDiagnosed() {
        RequestDiagnosis space =
                receiver(Signatures.github(Secret.of("c4n4ry-c4n4ry\n"))).explain(signed("github", "{}"));
        WebhookRequest byBytes = WebhookSigner.of(
                        Signatures.hmac("HmacSHA256", Secret.of("00ff"))
                                .signature(ValueSelector.header("X-Hub-Signature-256")
                                        .after("sha256="))
                                .secretEncoding("hex"),
                        Secret.of("00ff"))
                .sign(request("{}"));
        RequestDiagnosis encoded =
                receiver(Signatures.github(Secret.of("00ff"))).explain(byBytes);

        assertThat(space.toString()).contains("starts or ends with white space");
        assertThat(encoded.toString()).contains("if the secret is decoded as hex");
    }

    @Test
    void wrongPresetIsDiagnosed() {
        assertThat(explain(signed("intercom", "{}"), "github")).contains("matches another preset: intercom");
        assertThat(receiver(Signatures.github(Secret.of("x")))
                        .explain(signed("stripe", "{}"))
                        .toString())
                .contains("like those of these presets: stripe");
        assertThat(explain(request("{}"), "github")).contains("check that a secret is configured at the service");
    }

    @Test
    void timesAreSaid() {
        WebhookRequest old = WebhookSigner.preset("stripe", SECRET)
                .timeSource(new VirtualTime(NOW.minus(Duration.ofMinutes(7))))
                .sign(request("{}"));

        assertThat(explain(old, "stripe")).contains("PT7M old, more than PT5M").contains("clock");
    }

    @Test
    void differentFormOfTheUrlIsDiagnosed() {
        WebhookRequest request = signed("square", "{}");
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.preset("square", SECRET))
                .timeSource(new VirtualTime(NOW))
                .publicUrl("http://app.example.com/hooks/1")
                .handler(event -> {})
                .build();

        assertThat(receiver.explain(request).toString()).contains("URL that differs in scheme");
        assertThat(explain(request.publicUrl(null), "square")).contains("publicUrl");
    }

    @Test
    void otherStepsAreReported() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .unverified()
                .maxBody(3)
                .handler(event -> {})
                .build();

        assertThat(receiver.explain(WebhookRequest.of("PUT", "/", "", Map.of(), null))
                        .step())
                .isEqualTo(DiagnosisStep.METHOD);
        assertThat(receiver.explain(request("{   }")).step()).isEqualTo(DiagnosisStep.SIZE);
        assertThat(receiver.explain(request("{")).step()).isEqualTo(DiagnosisStep.BODY);
        assertThat(receiver.explain(request("{}")).step()).isEqualTo(DiagnosisStep.ACCEPTED);
    }
}
