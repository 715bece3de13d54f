package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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

    /** 1444654255 is the CRC32 of the body, by Python's zlib. */
    @ParameterizedTest
    @CsvSource({"before {{body}} after, 'before {\"a\":1} after'", "crc {{bodyCrc32}}, crc 1444654255"})
    void textAroundThePillsIsSigned(String content, String signed) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cr3t".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(signed.getBytes(UTF_8)));

        assertThat(verifier(content).verify(request(signature), Instant.EPOCH)).hasToString("accepted");
    }

    @Test
    void contentWithoutAnyPartOfTheRequestIsRejected() {
        assertThatThrownBy(() -> verifier("constant")).hasMessageContaining("it contains no part of the request");
        assertThat(verifier("{{header.x-version}}")).isNotNull();
    }

    /** A plain hash covers JSON only, but a GET request has its payload in the query. */
    @Test
    void payloadOfAGetRequestIsItsQuery() {
        SignatureBuilder scheme = Signatures.hmac("SHA-256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{secret}}{{query}}{{body}}")
                .eventId(ValueSelector.query("id"))
                .eventType(ValueSelector.query("type"));
        assertThat(scheme.build().eventId()).contains(ValueSelector.query("id"));
        assertThat(scheme.build().eventType()).contains(ValueSelector.query("type"));
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .methods("GET", "POST")
                .handler(events::add)
                .build();
        List<Integer> statuses = new ArrayList<>();
        for (String method : List.of("GET", "POST")) {
            WebhookRequest request = WebhookRequest.of(method, "/", "id=1&type=t", Map.of(), new byte[0]);
            statuses.add(receiver.receive(WebhookSigner.of(scheme, SECRET).sign(request))
                    .status());
        }

        assertThat(statuses).containsExactly(200, 400);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("1");
        assertThat(events.get(0).type()).isEqualTo("t");
        assertThat(events.get(0).payload().toString()).isEqualTo("{\"id\":\"1\",\"type\":\"t\"}");
    }

    @Test
    void invalidNameOfAHeaderFieldIsRejected() {
        assertThatThrownBy(() -> verifier("{{body}}{{header.a:b}}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("content, column 9: \"a:b\" is not a valid header field name");
    }

    /** What the signature does not cover, an attacker could change. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{timestamp}} | /time | true",
                "{{timestamp}} | /token | false",
                "{{id}} | /token | true",
                "{{id}} | /time | false",
                "{{body}} | /other | true",
                "{{timestamp}}{{id}} | /other | false",
            })
    void valueOfTheBodyIsAnIdOnlyIfItIsSigned(String content, String location, boolean isSigned) {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content(content)
                .id(ValueSelector.body("/token"));
        if (content.contains("timestamp")) {
            scheme.timestamp(ValueSelector.body("/time"));
        }
        List<String> ids =
                receive(scheme, ValueSelector.body(location), "{\"time\":\"0\",\"token\":\"t\",\"other\":\"o\"}");

        assertThat(ids).hasSize(1);
        assertThat(List.of("0", "t", "o").contains(ids.get(0))).isEqualTo(isSigned);
    }

    @ParameterizedTest
    @CsvSource({"{{query}}{{body}}, true", "{{url}}{{body}}, true", "{{path}}{{body}}, false"})
    void parameterIsAnIdOnlyIfItIsSigned(String content, boolean isSigned) {
        List<String> ids = receive(
                Signatures.hmac("HmacSHA256", SECRET)
                        .signature(ValueSelector.header("X-Sign"))
                        .content(content),
                ValueSelector.query("n"),
                "{}");

        assertThat(ids.get(0).equals("7")).isEqualTo(isSigned);
    }

    @Test
    void bodyIsSignedByItsHash() {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{query}}")
                .bodyHash(ValueSelector.query("hash"));

        assertThat(receive(scheme, ValueSelector.body("/other"), "{\"other\":\"o\"}"))
                .containsExactly("o");
    }

    @Test
    void signedFieldsOfAFormAreThePayload() {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.preset("twilio", SECRET))
                .publicUrl("https://app.example.com/hooks/1")
                .handler(events::add)
                .build();
        WebhookRequest form = WebhookRequest.of(
                        "POST", "/hooks/1", "", Map.of(), "Body=Hi&To=1&To=2&To=1".getBytes(UTF_8))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .publicUrl("https://app.example.com/hooks/1");

        receiver.receive(WebhookSigner.preset("twilio", SECRET).sign(form));

        assertThat(events)
                .extracting(event -> event.payload().toString())
                .containsExactly("{\"Body\":\"Hi\",\"To\":[\"1\",\"2\"]}");
    }

    /** A signature by a public key is not unique, so the signed content distinguishes events. */
    @Test
    void eventsSignedByAPublicKeyAreDistinguishedByTheirContent() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        SignatureBuilder scheme = Signatures.publicKey(
                        "Ed25519",
                        PublicKeys.fixed(Base64.getEncoder()
                                .encodeToString(pair.getPublic().getEncoded())))
                .signature(ValueSelector.header("X-Sign"));
        WebhookSigner signer = WebhookSigner.of(scheme, pair.getPrivate());
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .handler(events::add)
                .build();
        for (String body : List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":1}")) {
            receiver.receive(signer.sign(WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8))));
        }

        assertThat(events)
                .extracting(event -> event.payload().path("n").asInt())
                .containsExactly(1, 2);
        assertThat(events).extracting(WebhookEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void timestampMustOccurOnceWithinTheTolerance() {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{timestamp}}{{body}}")
                .timestamp(ValueSelector.header("X-Time"))
                .tolerance(Duration.ofMinutes(1));
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        WebhookRequest signed = WebhookSigner.of(scheme, SECRET)
                .timeSource(new VirtualTime(noon))
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8)));
        WebhookRequest without = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .header("X-Sign", signed.header("X-Sign").orElseThrow());
        Verifier verifier = scheme.build();

        for (int seconds : List.of(-60, 0, 60)) {
            assertThat(verifier.verify(signed, noon.plusSeconds(seconds))).hasToString("accepted");
        }
        for (int seconds : List.of(-61, 61)) {
            assertThat(verifier.verify(signed, noon.plusSeconds(seconds)).reason())
                    .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        }
        assertThat(verifier.verify(without, noon).reason()).isEqualTo(RejectionReason.MISSING);
        assertThat(verifier.verify(signed.header("X-Time", "1"), noon).reason()).isEqualTo(RejectionReason.MALFORMED);
    }

    /** The ids of the events of one request with this body, signed as described. */
    private static List<String> receive(SignatureBuilder scheme, ValueSelector id, String body) {
        WebhookRequest request = WebhookRequest.of("POST", "/hooks/1", "n=7", Map.of(), body.getBytes(UTF_8))
                .publicUrl("https://app.example.com/hooks/1");
        List<String> ids = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .timeSource(new VirtualTime(Instant.EPOCH))
                .publicUrl("https://app.example.com/hooks/1")
                .id(id)
                .handler(event -> ids.add(event.id()))
                .build();
        receiver.receive(WebhookSigner.of(scheme, SECRET)
                .timeSource(new VirtualTime(Instant.EPOCH))
                .sign(request));
        return ids;
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
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"}";
        String events = "[" + (event + ",").repeat(10_000) + event + "]";
        assertThat(receiver.receive(WebhookRequest.of("POST", "/", "", Map.of(), events.getBytes(UTF_8))
                                .header("Content-Type", "application/cloudevents-batch+json"))
                        .status())
                .isEqualTo(413);
    }

    private static WebhookRequest batch(int size) {
        String body = "["
                + String.join(",", IntStream.range(0, size).mapToObj(i -> "1").toList()) + "]";
        return WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8))
                .header("Content-Type", "application/json");
    }

    private static SignatureBuilder listOfFields() {
        return Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .fields(SignedFields.each("{{name}}={{value}}")
                        .separator("&")
                        .sorted()
                        .without("sign")
                        .withoutEmpty())
                .content("{{fields}}");
    }

    /** What the signature does not cover, added to a captured request, is no part of the event. */
    @Test
    void payloadHasOnlyTheSignedFieldsOfAList() throws Exception {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("hook")
                .verify(listOfFields().eventId(ValueSelector.body("/sign")).build())
                .readAs("application/x-www-form-urlencoded")
                .handler(events::add)
                .build();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.reveal().getBytes(UTF_8), "HmacSHA256"));
        String signature = java.util.HexFormat.of().formatHex(mac.doFinal("a=1&b=2&b=\u00e9".getBytes(UTF_8)));

        for (String body : List.of("b=2&a=1&b=%C3%A9", "sign=x&b=2&empty=&a=1&b=%C3%A9")) {
            WebhookRequest request =
                    WebhookRequest.of("POST", "/", "", Map.of("X-Sign", List.of(signature)), body.getBytes(UTF_8));
            assertThat(receiver.receive(request).status()).isEqualTo(200);
        }
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.payload().toString()).isEqualTo("{\"a\":\"1\",\"b\":[\"2\",\"\u00e9\"]}");
            assertThat(event.id()).isNotEqualTo("x");
        });
        for (String body : List.of("b=2&a=1&b=%C3%A9&c=3", "a=1&b=%C3%A9&b=2", "a=1", "{}", "")) {
            WebhookRequest request =
                    WebhookRequest.of("POST", "/", "", Map.of("X-Sign", List.of(signature)), body.getBytes(UTF_8));
            assertThat(receiver.receive(request).status()).isEqualTo(401);
        }
    }

    @Test
    void listOfFieldsAndSortedPartsAreKept() {
        SignatureBuilder sorted = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .sortedContent("{{body}}", "{{header.X-Version}}", "{{method}}");
        for (SignatureBuilder builder : List.of(listOfFields(), sorted)) {
            var json = builder.toJson();
            assertThat(Signatures.definition(json, SECRET).toJson()).isEqualTo(json);
        }
        WebhookSigner signer = WebhookSigner.of(sorted, SECRET);
        WebhookRequest signed = signer.sign(request("").body("z".getBytes(UTF_8)));
        assertThat(sorted.build().verify(signed, java.time.Instant.EPOCH).isAccepted())
                .isTrue();
    }

    @Test
    void invalidListsAreRejected() {
        assertThatThrownBy(() -> listOfFields().content("{{body}}").build())
                .hasMessageContaining("fields: use both fields(...) and {{fields}} in the content, or neither");
        assertThatThrownBy(() -> listOfFields()
                        .fields(SignedFields.each("{{name}}{{valu}}"))
                        .build())
                .hasMessageContaining("{{valu}} is unknown")
                .hasMessageContaining("the template does not contain {{value}}");
        assertThatThrownBy(() -> verifier("{{fields}}")).hasMessageContaining("fields: use both");
        assertThatThrownBy(() ->
                        listOfFields().sortedContent("{{fields}}", "{{method}}").build())
                .hasMessageContaining("sortedContent: it replaces content");
    }
}
