package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors were made by vectors.py from what the services say, or published by them. */
class PresetsTest {

    /** A request that a service would send. */
    record Vector(JsonNode json) {

        String preset() {
            return json.get("preset").asText();
        }

        Instant now() {
            return Instant.ofEpochSecond(json.get("now").asLong());
        }

        Verifier verifier() {
            return Signatures.preset(preset(), Secret.of(json.get("secret").asText()));
        }

        WebhookRequest request() {
            return request(json.get("body").asText(), Set.of());
        }

        WebhookRequest request(String body, Set<String> without) {
            Map<String, List<String>> headers = new HashMap<>();
            json.get("headers").properties().forEach(header -> {
                if (!without.contains(header.getKey())) {
                    headers.put(header.getKey(), List.of(header.getValue().asText()));
                }
            });
            return WebhookRequest.of("POST", "/hooks/abc", json.path("query").asText(), headers, body.getBytes(UTF_8))
                    .publicUrl(json.get("url").asText());
        }

        @Override
        public String toString() {
            return preset();
        }
    }

    static Stream<Vector> vectors() throws IOException {
        try (InputStream in = PresetsTest.class.getResourceAsStream("vectors.json")) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false)
                    .map(Vector::new);
        }
    }

    static Stream<Vector> signedVectors() throws IOException {
        return vectors()
                .filter(vector -> !vector.json.path("token").asBoolean()
                        && !vector.json.path("unsigned").asBoolean());
    }

    static Stream<Vector> timedVectors() throws IOException {
        return vectors().filter(vector -> vector.json.path("timed").asBoolean());
    }

    static Stream<Vector> readableVectors() throws IOException {
        return vectors().filter(vector -> !vector.json.get("body").asText().startsWith("Hello"));
    }

    @Test
    void everyPresetHasATestVector() throws Exception {
        Set<String> tested = new TreeSet<>();
        vectors().forEach(vector -> tested.add(vector.preset()));

        assertThat(tested).isEqualTo(Signatures.presets());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void genuineRequestIsAccepted(Vector vector) {
        assertThat(vector.verifier().verify(vector.request(), vector.now())).hasToString("accepted");
    }

    @ParameterizedTest
    @MethodSource("signedVectors")
    void anotherBodyIsRejected(Vector vector) {
        String body = vector.json.get("body").asText();
        String changed = body.substring(0, body.length() - 2) + "?" + body.substring(body.length() - 1);

        VerificationResult verdict = vector.verifier().verify(vector.request(changed, Set.of()), vector.now());

        assertThat(verdict.reason()).isEqualTo(RejectionReason.MISMATCH);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void anotherSecretIsRejected(Vector vector) {
        Verifier other = Signatures.preset(
                vector.preset(), Secret.of(vector.json.get("other").asText()));

        assertThat(other.verify(vector.request(), vector.now()).reason()).isEqualTo(RejectionReason.MISMATCH);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void bothSecretsAreAcceptedDuringRotation(Vector vector) {
        Secret other = Secret.of(vector.json.get("other").asText());
        Secret right = Secret.of(vector.json.get("secret").asText());

        Verifier both = Signatures.preset(vector.preset(), other, right);

        assertThat(both.verify(vector.request(), vector.now())).hasToString("accepted");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void unsignedRequestIsRejected(Vector vector) {
        Set<String> all = new TreeSet<>();
        vector.json.get("headers").fieldNames().forEachRemaining(all::add);

        VerificationResult verdict = vector.verifier().verify(vector.request("{}", all), vector.now());

        assertThat(verdict.reason()).isEqualTo(RejectionReason.MISSING);
    }

    @ParameterizedTest
    @MethodSource("timedVectors")
    void oldTimestampIsRejected(Vector vector) {
        List<RejectionReason> reasons = new ArrayList<>();
        for (Duration age : List.of(Duration.ofMinutes(11), Duration.ofMinutes(-11))) {
            reasons.add(vector.verifier()
                    .verify(vector.request(), vector.now().plus(age))
                    .reason());
        }

        assertThat(reasons).containsOnly(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(vector.verifier().verify(vector.request(), vector.now().plusSeconds(299)))
                .hasToString("accepted");
    }

    @ParameterizedTest
    @MethodSource("readableVectors")
    void eventHasIdAndType(Vector vector) {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(vector.verifier())
                .timeSource(new At(vector.now()))
                .publicUrl(vector.json.get("url").asText())
                .handler(events::add)
                .build();

        WebhookResponse response = receiver.receive(vector.request());
        WebhookResponse again = receiver.receive(vector.request());

        assertThat(response.status()).isEqualTo(200);
        assertThat(again.status()).isEqualTo(200);
        assertThat(events).hasSize(vector.preset().equals("dropbox") ? 2 : 1);
        WebhookEvent event = events.get(0);
        assertThat(event.type()).isEqualTo(vector.json.path("type").asText(event.type()));
        assertThat(event.id())
                .isEqualTo(vector.json.path("id").asText(event.id()))
                .isNotEmpty();
    }

    @Test
    void unknownPresetListsTheKnownOnes() {
        assertThatThrownBy(() -> Signatures.preset("githup", Secret.of("x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("there is no preset githup")
                .hasMessageContaining("github");
    }
}
