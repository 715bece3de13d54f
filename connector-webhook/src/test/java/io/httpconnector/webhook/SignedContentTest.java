package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of signed content. The vectors were computed by Python's hmac, because the signer shares its code with the verifier. */
class SignedContentTest {

    private static final Secret SECRET = Secret.of("s3cr3t");

    private static final Map<String, String> VECTORS = Map.of(
            "HEADER",
            "ebc36eaf2ad0b78275112669f3b273b418d3005496b7ddbc6fb1546a7ad4ed6a",
            "PATH",
            "a6d447b84245dbf7d98c5d675ce4d7a7158bc8ee273c65b26e1e494cdd90de51",
            "QUERY",
            "3ce2443d6b97ac34a4e08345e8c337a321c598fedecd156c0a7754da65e87690",
            "METHOD",
            "46aa039359d94dd9b499d6cdca77140dd3cac7953d0f80606ce1c5a2ff6a7191");

    private static WebhookRequest request(String signature) {
        return WebhookRequest.of(
                        "POST",
                        "/hooks/a%20b",
                        "x=1&y=%C3%A9",
                        Map.of("X-Version", List.of("v7")),
                        "{\"a\":1}".getBytes(UTF_8))
                .header("X-Sign", signature);
    }

    private static Verifier verifier(String content) {
        return Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign").items(","))
                .content(content)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "{{header.x-version}}|{{body}}, HEADER",
        "{{path}}|{{body}}, PATH",
        "{{query}}|{{body}}, QUERY",
        "{{method}}|{{body}}, METHOD",
    })
    void eachPillIsWhatTheServiceSigns(String content, String vector) {
        String signature = VECTORS.get(vector);

        assertThat(verifier(content).verify(request(signature), Instant.EPOCH)).hasToString("accepted");
        for (String other : VECTORS.values()) {
            if (!other.equals(signature)) {
                assertThat(verifier(content)
                                .verify(request(other), Instant.EPOCH)
                                .reason())
                        .isEqualTo(RejectionReason.MISMATCH);
            }
        }
    }

    @Test
    void atMostTwentySignaturesAreChecked() {
        String right = VECTORS.get("METHOD");
        String wrong = "00,";
        Verifier verifier = verifier("{{method}}|{{body}}");

        assertThat(verifier.verify(request(wrong.repeat(19) + right), Instant.EPOCH))
                .hasToString("accepted");
        assertThat(verifier.verify(request(wrong.repeat(20) + right), Instant.EPOCH)
                        .reason())
                .isEqualTo(RejectionReason.MALFORMED);
    }

    @Test
    void batchHasAtMostTenThousandEvents() {
        int[] handled = {0};
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .unverified()
                .each("")
                .handler(event -> handled[0]++)
                .build();

        assertThat(receiver.receive(batch(10_001)).status()).isEqualTo(413);
        assertThat(handled).containsExactly(0);
        assertThat(receiver.receive(batch(10_000)).status()).isEqualTo(200);
        assertThat(handled).containsExactly(10_000);
    }

    private static WebhookRequest batch(int size) {
        String body = "["
                + String.join(",", IntStream.range(0, size).mapToObj(i -> "1").toList()) + "]";
        return WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8))
                .header("Content-Type", "application/json");
    }
}
