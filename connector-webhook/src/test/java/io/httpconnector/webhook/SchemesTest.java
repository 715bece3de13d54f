package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Signature schemes that definitions describe. The requests were signed by schemes.py. */
class SchemesTest {

    private static final Secret SECRET = Secret.of("s3cr3t");

    /** A request, and the definition of its signature. */
    record Signed(JsonNode json) {

        SignatureBuilder builder() {
            JsonNode definition = json.get("definition");
            return json.has("key")
                    ? Signatures.definition(
                            definition, PublicKeys.fixed(json.get("key").asText()))
                    : Signatures.definition(
                            definition, Secret.of(json.get("secret").asText()));
        }

        Instant now() {
            return Instant.ofEpochSecond(json.get("now").asLong());
        }

        WebhookRequest request(String query, String body) {
            Map<String, List<String>> headers = new HashMap<>();
            json.get("headers")
                    .properties()
                    .forEach(header -> headers.put(
                            header.getKey(), List.of(header.getValue().asText())));
            return WebhookRequest.of(json.get("method").asText(), "/hooks/abc", query, headers, body.getBytes(UTF_8))
                    .publicUrl(json.get("url").asText());
        }

        WebhookRequest request() {
            return request(json.get("query").asText(), json.get("body").asText());
        }

        WebhookReceiver receiver(List<WebhookEvent> events) {
            return WebhookReceiver.named("any")
                    .verify(builder().eventId(ValueSelector.body("/id")).build())
                    .timeSource(new VirtualTime(now()))
                    .publicUrl(json.get("url").asText())
                    .handler(events::add)
                    .build();
        }

        @Override
        public String toString() {
            return json.get("name").asText();
        }
    }

    static Stream<Signed> schemes() throws IOException {
        try (InputStream in = SchemesTest.class.getResourceAsStream("schemes.json")) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false)
                    .map(Signed::new);
        }
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void genuineRequestBecomesOneEvent(Signed signed) {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = signed.receiver(events);

        assertThat(signed.builder().build().verify(signed.request(), signed.now()))
                .hasToString("accepted");
        assertThat(receiver.receive(signed.request()).status()).isEqualTo(200);
        assertThat(receiver.receive(signed.request()).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).id())
                .isEqualTo(signed.json.path("id").asText(events.get(0).id()));
        if (signed.json.has("payload")) {
            assertThat(events.get(0).payload()).isEqualTo(signed.json.get("payload"));
        }
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void storedSchemeIsTheSame(Signed signed) {
        SignatureBuilder builder = signed.builder();
        JsonNode stored = JsonSupport.parse(builder.toJson().toString());

        assertThat(SignatureDefinitionCodec.read(stored, List.of(), null).toJson())
                .isEqualTo(builder.toJson());
        signed.json
                .get("definition")
                .properties()
                .forEach(member -> assertThat(stored.get(member.getKey()))
                        .as(member.getKey())
                        .isEqualTo(member.getValue()));
    }

    /** Unsigned fields of the body have no influence, and a signed one cannot be changed. */
    @ParameterizedTest
    @MethodSource("schemes")
    void changedRequestIsRejectedOrTheSameEvent(Signed signed) {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = signed.receiver(events);
        receiver.receive(signed.request());
        String body = signed.json.get("body").asText();
        String query = signed.json.get("query").asText();
        List<WebhookRequest> forged = new ArrayList<>();
        for (String change : List.of("evt_1=evt_2", "5=6", "x=y", "signed=failed", "\"id\"=\"Id\"", "id==Id=")) {
            String[] both = change.split("=", 2);
            forged.add(signed.request(query, body.replace(both[0], both[1])));
        }
        forged.add(signed.request(query.replace("1", "2"), body));
        forged.add(signed.request(query + "&more=1", body));
        forged.add(signed.request(query.isEmpty() ? "" : query + "&" + query, body));
        forged.add(signed.request(query, body + " "));
        forged.add(signed.request(query, ""));
        for (String name : List.of("X-Time", "X-Request-Id", "Digest", "X-Digest", "Content-Type", "X-A", "Date")) {
            forged.add(signed.request().header(name, "forged"));
        }
        for (WebhookRequest request : forged) {
            WebhookResponse response = receiver.receive(request);
            assertThat(response.status()).isLessThan(500);
            assertThat(events)
                    .as("%s %s", request.query(), new String(request.body(), UTF_8))
                    .hasSize(1);
            List<WebhookEvent> early = new ArrayList<>();
            signed.receiver(early).receive(request);
            if (!early.isEmpty() && signed.builder().buildVerifier().signsFields()) {
                assertThat(early.get(0).payload()).isEqualTo(events.get(0).payload());
            }
        }
    }

    @Test
    void signedFieldWithSeveralValuesIsRejected() {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{query.a}}{{form.b}}");
        WebhookRequest request = WebhookRequest.of("POST", "/", "a=1", Map.of(), "b=2".getBytes(UTF_8));
        WebhookRequest signed = WebhookSigner.of(scheme, SECRET).sign(request);
        String signature = signed.header("X-Sign").orElseThrow();
        Verifier verifier = scheme.build();

        assertThat(verifier.verify(signed, Instant.EPOCH)).hasToString("accepted");
        for (WebhookRequest twice : List.of(
                WebhookRequest.of("POST", "/", "a=1&a=1", Map.of(), "b=2".getBytes(UTF_8)),
                WebhookRequest.of("POST", "/", "a=1", Map.of(), "b=2&b=2".getBytes(UTF_8)),
                WebhookRequest.of("POST", "/", "a=1", Map.of(), "{\"b\":{\"c\":2}}".getBytes(UTF_8)))) {
            assertThat(verifier.verify(twice.header("X-Sign", signature), Instant.EPOCH)
                            .reason())
                    .isEqualTo(RejectionReason.MALFORMED);
        }
    }

    /** A request that does not list the header field of the timestamp could be sent again at any time. */
    @Test
    void headerFieldOfTheTimestampMustBeListed() {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .timestamp(ValueSelector.header("X-Time"))
                .signedHeaders(ValueSelector.header("X-Signed"), ":", "\n")
                .content("{{signedHeaders}}\n{{body}}");
        WebhookSigner signer = WebhookSigner.of(scheme, SECRET).timeSource(new VirtualTime(Instant.EPOCH));
        WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .header("X-A", "1");
        Verifier verifier = scheme.build();

        assertThat(verifier.verify(signer.sign(request.header("X-Signed", "x-a, X-Time")), Instant.EPOCH))
                .hasToString("accepted");
        assertThat(verifier.verify(signer.sign(request.header("X-Signed", "x-a")), Instant.EPOCH)
                        .detail())
                .contains("X-Time is not in the list of signed header fields");
        assertThat(verifier.verify(
                                signer.sign(request.header("X-Signed", "x-time"))
                                        .header("X-Signed", "x-missing"),
                                Instant.EPOCH)
                        .reason())
                .isEqualTo(RejectionReason.MALFORMED);
    }

    @Test
    void bodyIsCompressedAfterItWasSigned() throws IOException {
        SignatureBuilder scheme = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .decompressed();
        byte[] body = "{\"id\":\"1\"}".getBytes(UTF_8);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body);
        }
        WebhookRequest signed =
                WebhookSigner.of(scheme, SECRET).sign(WebhookRequest.of("POST", "/", "", Map.of(), body));
        WebhookRequest sent = WebhookRequest.of("POST", "/", "", signed.headers(), packed.toByteArray())
                .header("Content-Encoding", "gzip");
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .handler(events::add)
                .build();
        WebhookReceiver strict = WebhookReceiver.named("any")
                .verify(Signatures.hmac("HmacSHA256", SECRET)
                        .signature(ValueSelector.header("X-Sign"))
                        .build())
                .handler(events::add)
                .build();

        assertThat(receiver.receive(sent).status()).isEqualTo(200);
        assertThat(receiver.receive(signed).status()).isEqualTo(200);
        assertThat(strict.receive(sent).status()).isEqualTo(401);
        assertThat(strict.explain(sent).hints().toString()).contains("use decompressed()");
        assertThat(events)
                .extracting(event -> event.payload().path("id").asText())
                .containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HmacSHA256 ; {{body | sha265}} ; {{secret}} ; content, column 1: the filter \"sha265\" is unknown; did you mean \"sha256\"?",
                "HmacSHA256 ; {{bdy}} ; {{secret}} ; {{bdy}} is unknown, use one of body./POINTER, form.NAME, header.NAME, query.NAME, body",
                "HmacSHA256 ; {{body.id}} ; {{secret}} ; {{body.id}} is unknown",
                "HmacSHA256 ; {{body./a~2}} ; {{secret}} ; content, column 1",
                "HmacSHA256 ; {{body}} ; salt ; key: it does not contain {{secret}}",
                "HmacSHA256 ; {{body}} ; {{body}}{{secret}} ; key, column 1: {{body}} is unknown, use {{secret}}",
                "SHA-256 ; {{secret}}{{body}} ; {{secret}}& ; key: SHA-256 uses no key made of a secret",
                "HmacSHA256 ; {{signedHeaders}} ; {{secret}} ; signedHeaders: use both",
                "MD4 ; {{body}} ; {{secret}} ; algorithm: MD4 is unknown",
            })
    void problemsAreReported(String algorithm, String content, String key, String problem) {
        assertThatThrownBy(() -> Signatures.hmac(algorithm, SECRET)
                        .signature(ValueSelector.header("X"))
                        .content(content)
                        .key(key)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void invalidSelectorsAreRejected() {
        ValueSelector header = ValueSelector.header("X");

        assertThatThrownBy(() -> header.part("", 0)).hasMessageContaining("separator of the parts is missing");
        assertThatThrownBy(() -> header.part(",", -1)).hasMessageContaining("use 0 to 99");
        assertThatThrownBy(() -> header.before("")).hasMessageContaining("suffix is missing");
        assertThatThrownBy(() -> header.or(null)).hasMessageContaining("alternative location is missing");
        assertThatThrownBy(() -> ValueSelector.fromJson(
                        JsonSupport.parse("{\"header\":\"X\",\"part\":{\"index\":0},\"or\":{\"heder\":\"Y\"}}")))
                .hasMessageContaining("/part/separator")
                .hasMessageContaining("/or");
    }
}
