package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests of stored and invalid signature schemes. */
class SignatureDefinitionTest {

    private static final Secret SECRET = Secret.of("00ff");

    private static SignatureBuilder everything() {
        return Signatures.hmac("HmacSHA512", SECRET)
                .signature(ValueSelector.header("X-A").items(";").after("v="), ValueSelector.query("sig"))
                .encoding("base64url")
                .secretEncoding("hex")
                .secretPrefix("p_")
                .timestamp(ValueSelector.header("X-Time"))
                .timestampUnit("millis")
                .tolerance(Duration.ofSeconds(30))
                .id(ValueSelector.header("X-Id"))
                .content("{{id}}|{{timestamp}}|{{query}}|{{header.x-other}}|{{body}}")
                .bodyHash(ValueSelector.query("hash"))
                .bodiesRepeat()
                .eventId(ValueSelector.body("/id"))
                .eventType(ValueSelector.query("type"));
    }

    @Test
    void storedSchemeIsReadWithoutLoss() {
        SignatureBuilder again =
                Signatures.definition(JsonSupport.parse(everything().toJson().toString()), SECRET);

        assertThat(again.toJson()).isEqualTo(everything().toJson());
        assertThat(again.toJson().toString()).doesNotContain("00ff");
        WebhookRequest request = WebhookRequest.of("POST", "/", "type=t", Map.of(), "{}".getBytes(UTF_8));
        WebhookRequest signed = WebhookSigner.of(
                        Signatures.hmac("HmacSHA256", SECRET).signature(ValueSelector.header("X-A")), SECRET)
                .sign(request);
        Verifier read = Signatures.definition(
                        Signatures.hmac("HmacSHA256", SECRET)
                                .signature(ValueSelector.header("X-A"))
                                .toJson(),
                        SECRET)
                .build();
        assertThat(read.verify(signed, Instant.EPOCH)).hasToString("accepted");
        assertThat(read.verify(request, Instant.EPOCH).reason()).isEqualTo(RejectionReason.MISSING);
    }

    @Test
    void problemsOfAStoredSchemeAreReported() {
        String json = """
                {"algorithm": "HmacSHA256", "signature": [{"header": "X"}, {"headr": "X"}, {"header": "X", "query": "x"}],
                 "tolerance": "5m", "timestamp": {"body": "id"}, "bodiesRepeat": "yes", "content": 1, "x": 1}""";

        assertThatThrownBy(() -> Signatures.definition(JsonSupport.parse(json), SECRET))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "/signature/1: one of header, query, body is required",
                                        "/signature/1/headr: unknown member; did you mean \"header\"?",
                                        "/signature/2: header and query exclude each other: give one of them",
                                        "/content: expected a string, found an integer",
                                        "/timestamp/body: id: it is no JSON pointer (RFC 6901) such as /data/token: it begins with a slash",
                                        "/tolerance: \"5m\" is not an ISO 8601 duration, such as PT5M",
                                        "/bodiesRepeat: expected true or false, found a string",
                                        "/x: unknown member; known members are algorithm, alternativeAlgorithms, bodiesAreUnique, bodiesRepeat, bodyHash, bodyHashAlgorithm, bodyHashEncoding, content, contentFilters, decompressed, encoding, encrypted, eventId, eventType, fields, id, key, secretEncoding, secretPrefix, signature, signedHeaders, sortedContent, timestamp, timestampUnit, tolerance, urlVariants"));
        assertThatThrownBy(() -> Signatures.definition(JsonSupport.parse("[]"), SECRET))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void problemsOfASchemeAreReported() {
        assertThatThrownBy(() -> Signatures.hmac("MD4")
                        .encoding("base32")
                        .secretEncoding("rot13")
                        .timestampUnit("years")
                        .tolerance(Duration.ZERO)
                        .timestamp(ValueSelector.header("X-Time"))
                        .content("{{body}}{{nothing}}{{id}}{{secret}}")
                        .build())
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .hasSize(11)
                                .anyMatch(problem -> problem.contains("content, column 9: {{nothing}} is unknown"))
                                .anyMatch(problem ->
                                        problem.contains("it is not signed, so an attacker could change it")));
        assertThatThrownBy(() -> Signatures.publicKey(
                                "HmacSHA256",
                                PublicKeys.fixed("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
                        .signature(ValueSelector.header("X"))
                        .build())
                .hasMessageContaining("Ed25519");
        assertThatThrownBy(() -> PublicKeys.fixed("nonsense", null))
                .hasMessageContaining("key 1 of 2")
                .hasMessageContaining("key 2 of 2");
        assertThatThrownBy(() -> Signatures.hmac("HmacSHA256", Secret.of("zz"))
                        .secretEncoding("hex")
                        .signature(ValueSelector.header("X"))
                        .build())
                .hasMessageContaining("not encoded as HEX");
        assertThatThrownBy(() -> ValueSelector.body("id")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ValueSelector.header("")).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ValueSelector.body(null)).isInstanceOf(InvalidDefinitionException.class);
    }
}
