package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of requests that several verifiers accept. */
class CombinedVerifiersTest {

    private static final Secret FIRST = Secret.of("first");
    private static final Secret SECOND = Secret.of("second");
    private static final Verifier ADDRESS = Verifiers.addresses("127.0.0.1");

    private final List<WebhookEvent> events = new ArrayList<>();

    private static SignatureBuilder scheme(String header, String content, Secret secret) {
        return Signatures.hmac("HmacSHA256", secret)
                .signature(ValueSelector.header(header))
                .content(content);
    }

    private static SignatureBuilder ofBody(String header, Secret secret) {
        return scheme(header, "{{body}}", secret);
    }

    private static WebhookRequest request(String body) {
        return WebhookRequest.of("POST", "/", "n=1", Map.of(), body.getBytes(UTF_8))
                .from(InetAddress.getLoopbackAddress());
    }

    private WebhookReceiver receiver(Verifier... verifiers) {
        return WebhookReceiver.named("any")
                .verify(verifiers)
                .type(ValueSelector.header("X-Type"))
                .handler(events::add)
                .build();
    }

    /** The address identifies the sender, but the signature says which data an attacker cannot change. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signatureDefinesTheEventOfARequestFromATrustedAddress(boolean addressFirst) {
        SignatureBuilder scheme = ofBody("X-Sign", FIRST);
        Verifier signature = scheme.build();
        WebhookReceiver receiver = addressFirst ? receiver(ADDRESS, signature) : receiver(signature, ADDRESS);
        WebhookRequest signed = WebhookSigner.of(scheme, FIRST).sign(request("{}"));

        receiver.receive(signed.header("X-Type", "unsigned"));
        receiver.receive(signed.header("X-Type", "another"));
        receiver(signature).receive(signed);

        assertThat(events).hasSize(2);
        assertThat(events).extracting(WebhookEvent::type).containsOnly("");
        assertThat(events.get(0).id()).isEqualTo(events.get(1).id());
    }

    /** A service that signs names the locations of its ids and types; the address of a proxy does not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void locationsOfTheServiceApply(boolean addressFirst) {
        SignatureBuilder scheme =
                ofBody("X-Sign", FIRST).eventId(ValueSelector.body("/id")).eventType(ValueSelector.body("/type"));
        SignatureBuilder hash = Signatures.hmac("SHA-256", SECOND)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{secret}}{{body}}");
        for (Verifier signature : List.of(scheme.build(), Signatures.github(FIRST), hash.build())) {
            WebhookReceiverBuilder builder = WebhookReceiver.named("any").handler(events::add);
            WebhookReceiver receiver =
                    (addressFirst ? builder.verify(ADDRESS, signature) : builder.verify(signature, ADDRESS)).build();
            WebhookRequest issue = request("{\"id\":\"1\",\"type\":\"t\",\"action\":\"opened\",\"issue\":{}}");
            receiver.receive(WebhookSigner.of(scheme, FIRST).sign(issue));
            receiver.receive(WebhookSigner.preset("github", FIRST).sign(issue));
            // A plain hash can be extended, so that only JSON is accepted.
            assertThat(receiver.receive(WebhookSigner.of(hash, SECOND).sign(request("a=1")))
                            .status())
                    .isNotEqualTo(200);
        }

        assertThat(events).extracting(WebhookEvent::type).containsExactly("t", "issues.opened");
        assertThat(events.get(0).id()).isEqualTo("1");
    }

    @Test
    void wholeRequestOfATrustedAddressCounts() {
        WebhookReceiver receiver = receiver(ADDRESS, Verifiers.token(ValueSelector.header("X-Token"), FIRST));

        receiver.receive(request("{}").header("X-Token", "first").header("X-Type", "paid"));

        assertThat(events).extracting(WebhookEvent::type).containsExactly("paid");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventsOfTwoSignaturesOfTheBodyAreDistinguishedByBoth(boolean nonceFirst) {
        SignatureBuilder one = scheme("X-One", "{{body}}{{header.X-Nonce}}", FIRST);
        SignatureBuilder two = ofBody("X-Two", SECOND);
        WebhookReceiver receiver = nonceFirst ? receiver(one.build(), two.build()) : receiver(two.build(), one.build());
        for (String nonce : List.of("a", "b", "a")) {
            receiver.receive(WebhookSigner.of(two, SECOND)
                    .sign(WebhookSigner.of(one, FIRST).sign(request("{}").header("X-Nonce", nonce))));
        }

        assertThat(events).hasSize(2);
        assertThat(events).extracting(WebhookEvent::id).doesNotHaveDuplicates();
    }

    /** A signature of the query only is the same for all events. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signatureOfTheBodyDistinguishesEvents(boolean bodyFirst) {
        SignatureBuilder query = scheme("X-Query", "{{query}}", FIRST);
        SignatureBuilder body = ofBody("X-Body", SECOND);
        WebhookReceiver receiver =
                bodyFirst ? receiver(body.build(), query.build()) : receiver(query.build(), body.build());
        for (String text : List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":1}")) {
            receiver.receive(WebhookSigner.of(body, SECOND)
                    .sign(WebhookSigner.of(query, FIRST).sign(request(text))));
        }

        assertThat(events)
                .extracting(event -> event.payload().path("n").asInt())
                .containsExactly(1, 2);
    }

    @Test
    void requestWithOneOfTwoAlternativeSignaturesIsTheSameEvent() {
        SignatureBuilder one = ofBody("X-One", FIRST);
        SignatureBuilder two = ofBody("X-Two", SECOND);
        WebhookRequest onlyOne = WebhookSigner.of(one, FIRST).sign(request("{}"));
        WebhookRequest onlyTwo = WebhookSigner.of(two, SECOND).sign(request("{}"));
        WebhookRequest both = WebhookSigner.of(two, SECOND).sign(onlyOne);
        Verifier either = Verifiers.anyOf(one.build(), two.build());
        for (Verifier[] verifiers : new Verifier[][] {{either}, {either, ADDRESS}, {ADDRESS, either}}) {
            events.clear();
            WebhookReceiver receiver = receiver(verifiers);
            receiver.receive(both);
            receiver.receive(onlyOne);
            receiver.receive(onlyTwo);

            assertThat(events).hasSize(1);
        }
    }

    /** Other header fields of the same name are not signed. */
    @Test
    void onlyTheFirstOfSeveralHeaderFieldsIsSigned() {
        SignatureBuilder scheme = scheme("X-Sign", "{{header.X-Id}}{{body}}", FIRST);
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .id(ValueSelector.header("X-Id").after("id="))
                .handler(events::add)
                .build();
        WebhookSigner signer = WebhookSigner.of(scheme, FIRST);

        receiver.receive(signer.sign(request("{}").header("X-Id", "none")).header("X-Id", "id=forged"));
        receiver.receive(signer.sign(request("{}").header("X-Id", "id=1")).header("X-Id", "id=forged"));

        assertThat(events).hasSize(2);
        assertThat(events.get(0).id()).isNotEqualTo("forged");
        assertThat(events.get(1).id()).isEqualTo("1");
    }

    /** An attacker can't have the body parsed in another way. */
    @Test
    void mediaTypeIsUsedOnlyIfItIsSigned() {
        SignatureBuilder signsType = scheme("X-Sign", "{{header.Content-Type}}{{body}}", FIRST);
        SignatureBuilder signsBody = ofBody("X-Sign", FIRST);
        for (SignatureBuilder scheme : List.of(signsType, signsBody)) {
            receiver(scheme.build())
                    .receive(WebhookSigner.of(scheme, FIRST)
                            .sign(request("\"a=1\"").header("Content-Type", "text/plain")));
        }

        assertThat(events).extracting(event -> event.payload().asText()).containsExactly("\"a=1\"", "a=1");
    }

    @Test
    void idOfUpTo255CharactersIsKept() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .unverified()
                .id(ValueSelector.body("/id"))
                .handler(events::add)
                .build();
        String id = "x".repeat(255);

        receiver.receive(request("{\"id\":\"" + id + "\"}"));
        receiver.receive(request("{\"id\":\"" + id + "y\"}"));
        receiver.receive(request("{\"id\":\"" + id + "z\"}"));

        assertThat(events).hasSize(3);
        assertThat(events.get(0).id()).isEqualTo(id);
        assertThat(events.get(1).id()).hasSize(32).isNotEqualTo(events.get(2).id());
    }
}
