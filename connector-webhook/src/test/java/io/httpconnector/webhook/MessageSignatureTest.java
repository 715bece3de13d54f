package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of HTTP message signatures. The first two vectors are those of RFC 9421, appendix B; the third one is by Python. */
class MessageSignatureTest {

    private static final Instant CREATED = Instant.ofEpochSecond(1618884473);
    private static final Secret RFC_SECRET =
            Secret.of("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");
    private static final PublicKeys RFC_KEY =
            PublicKeys.fixed("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
    private static final Secret SECRET = Secret.of("s3cr3t");
    private static final String BODY = "{\"id\":\"1\"}";
    private static final String DIGEST = "sha-256=:WBGWf1QNMA0kmrMK5oE1mngV/bXT3HGpS+HUkQBqayc=:";
    private static final String INPUT =
            "(\"@method\" \"@request-target\"  \"@query-param\";name=\"b\" \"content-digest\");created=1700000000;nonce=\"n\\\"1\";alg=\"hmac-sha256\"";
    private static final String SIGNATURE = ":6f8i4PwpogNSkxeBI1Y0ALTttp2K6VGOu7DpDNRgr18=:";

    private static WebhookRequest rfcRequest(String input, String signature) {
        return WebhookRequest.of(
                        "POST", "/foo", "param=Value&Pet=dog", Map.of(), "{\"hello\": \"world\"}".getBytes(UTF_8))
                .header("Host", "example.com")
                .header("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
                .header("Content-Type", "application/json")
                .header("Content-Length", "18")
                .header("Signature-Input", input)
                .header("Signature", signature);
    }

    private static WebhookRequest request(String body) {
        return WebhookRequest.of("POST", "/hooks/1", "a=1&b=%20x", Map.of(), body.getBytes(UTF_8));
    }

    private static WebhookRequest signed() {
        return request(BODY)
                .header("Content-Digest", DIGEST)
                .header("Signature-Input", "sig1=" + INPUT)
                .header("Signature", "sig1=" + SIGNATURE);
    }

    private static MessageSignatureBuilder scheme() {
        return Signatures.message("hmac-sha256", SECRET);
    }

    private static RejectionReason reason(WebhookRequest request) {
        return scheme().build().verify(request, NOW).reason();
    }

    @Test
    void examplesOfTheRfcAreAccepted() {
        WebhookRequest hmac = rfcRequest(
                "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"",
                "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:");
        WebhookRequest key = rfcRequest(
                "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
                "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:");
        Verifier byHmac = Signatures.message("hmac-sha256", RFC_SECRET)
                .secretEncoding("base64")
                .components("date", "@authority")
                .build();
        Verifier byKey = Signatures.message("ed25519", RFC_KEY)
                .components("@method", "@path")
                .build();

        assertThat(byHmac.verify(hmac, CREATED)).hasToString("accepted");
        assertThat(byHmac.verify(hmac.publicUrl("https://EXAMPLE.com:443/foo"), CREATED))
                .hasToString("accepted");
        assertThat(byKey.verify(key, CREATED)).hasToString("accepted");
        assertThat(byHmac.verify(hmac.publicUrl("https://other.example/foo"), CREATED)
                        .reason())
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(byKey.verify(hmac, CREATED).detail()).contains("@method is not signed");
        assertThat(Signatures.message("ed25519", RFC_KEY)
                        .build()
                        .verify(key, CREATED)
                        .detail())
                .contains("content-digest is not signed");
    }

    /** Section 2.3: the types of the parameters are fixed, and a signature is not valid after it has expired. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                ";created=1700000000;expires=1700000000 | accepted",
                ";created=1700000000;expires=1700000100;keyid=\"k\";nonce=\"n\";tag=\"t\" | accepted",
                ";created=1699999990;expires=1699999999 | TIMESTAMP_EXPIRED: the signature has expired",
                ";created=1699999699 | TIMESTAMP_EXPIRED: the signature was created",
                ";created=\"1700000000\" | MALFORMED: the parameter created of the signature is not an integer",
                ";created=1700000000.0 | MALFORMED: the parameter created",
                ";created=1700000000;expires=\"1700000100\" | MALFORMED: the parameter expires",
                ";created=1700000000;alg=hmac-sha256 | MALFORMED: the parameter alg of the signature is not a string",
                ";created=1700000000;nonce=5 | MALFORMED: the parameter nonce",
                ";created=1700000000;keyid | MALFORMED: the parameter keyid",
            })
    void typesAndTimesOfParametersAreChecked(String parameters, String result) {
        String input = "(\"@method\")" + parameters;
        String base = "\"@method\": POST\n\"@signature-params\": " + input;
        String code = Base64.getEncoder()
                .encodeToString(Hashing.hmac("HmacSHA256", "s3cr3t".getBytes(UTF_8), base.getBytes(UTF_8)));
        WebhookRequest request =
                request(BODY).header("Signature-Input", "a=" + input).header("Signature", "a=:" + code + ":");

        assertThat(scheme().components("@method").build().verify(request, NOW).toString())
                .startsWith(result);
    }

    @Test
    void signedBodyBecomesOneEvent() {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .definition(JsonSupport.parse("""
                        {"verify": [{"type": "message-signature", "algorithm": "hmac-sha256", "secrets": ["s"], "tolerance": "PT1M",
                                     "components": ["@method", "content-digest"], "eventId": {"body": "/id"}}]}"""), Map.of("s", SECRET))
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();

        assertThat(receiver.receive(signed()).status()).isEqualTo(200);
        assertThat(receiver.receive(signed().header("ce-id", "2")).status()).isEqualTo(200);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("1");
    }

    @Test
    void changedRequestsAreRejected() {
        assertThat(reason(signed())).isNull();
        Map<String, WebhookRequest> forged = new HashMap<>();
        forged.put(
                "body", WebhookRequest.of("POST", "/hooks/1", "a=1&b=%20x", signed().headers(), "{}".getBytes(UTF_8)));
        forged.put(
                "method", WebhookRequest.of("PUT", "/hooks/1", "a=1&b=%20x", signed().headers(), BODY.getBytes(UTF_8)));
        forged.put(
                "query", WebhookRequest.of("POST", "/hooks/1", "a=2&b=%20x", signed().headers(), BODY.getBytes(UTF_8)));
        forged.put(
                "path", WebhookRequest.of("POST", "/hooks/2", "a=1&b=%20x", signed().headers(), BODY.getBytes(UTF_8)));
        forged.put("digest", signed().header("Content-Digest", DIGEST));
        forged.forEach((name, request) -> assertThat(reason(request)).as(name).isEqualTo(RejectionReason.MISMATCH));
        assertThat(scheme().build()
                        .verify(signed(), NOW.plus(Duration.ofMinutes(6)))
                        .reason())
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(Signatures.message("hmac-sha256", Secret.of("x"))
                        .build()
                        .verify(signed(), NOW)
                        .reason())
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(request(BODY))).isEqualTo(RejectionReason.MISSING);
    }

    /** A label is not signed, and other signatures may be added. */
    @Test
    void otherSignaturesDoNotCreateAnEvent() {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme().build())
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();
        WebhookRequest renamed = request(BODY)
                .header("Content-Digest", DIGEST)
                .header("Signature-Input", "other=(\"@method\");created=1, sig2=" + INPUT)
                .header("Signature", "other=:AAAA:, sig2=" + SIGNATURE);

        assertThat(receiver.receive(signed()).status()).isEqualTo(200);
        assertThat(receiver.receive(renamed).status()).isEqualTo(200);
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sig1",
                "sig1=",
                "sig1=(",
                "sig1=(\"@method\"",
                "sig1=(\"@method\" \"@method\");created=1700000000",
                "sig1=(\"@unknown\");created=1700000000",
                "sig1=(\"Content-Digest\");created=1700000000",
                "sig1=(\"content-digest\";sf);created=1700000000",
                "sig1=(\"x-missing\");created=1700000000",
                "sig1=(\"@query-param\";name=\"none\");created=1700000000",
                "sig1=(\"@method\");created=1700000000;created=1",
                "sig1=(\"@method\"), sig1=(\"@path\")",
                "sig1=(@method)"
            })
    void malformedInputIsRejected(String input) {
        WebhookRequest request = request(BODY)
                .header("Content-Digest", DIGEST)
                .header("Signature-Input", input)
                .header("Signature", "sig1=" + SIGNATURE);

        assertThat(reason(request)).isIn(RejectionReason.MALFORMED, RejectionReason.MISSING);
    }

    @Test
    void problemsAreReported() {
        assertThatThrownBy(() -> Signatures.message("hmac-sha1")
                        .components("Date", "@method")
                        .secretEncoding("rot13")
                        .tolerance(Duration.ZERO)
                        .build())
                .hasMessageContaining("algorithm: hmac-sha1 is unknown, use one of [hmac-sha256]")
                .hasMessageContaining("secrets: one is missing or null")
                .hasMessageContaining("components: Date is not a header field in lower case")
                .hasMessageContaining("secretEncoding: rot13 is unknown")
                .hasMessageContaining("tolerance: PT0S is out of range");
    }
}
