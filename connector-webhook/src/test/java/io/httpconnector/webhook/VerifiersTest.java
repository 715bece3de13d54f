package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of verifiers without a signature. */
class VerifiersTest {

    private static final WebhookRequest EMPTY = WebhookRequest.of("POST", "/", "", Map.of(), null);

    private static RejectionReason reason(Verifier verifier, WebhookRequest request) {
        return verifier.verify(request, Instant.EPOCH).reason();
    }

    private static InetAddress address(String literal) throws Exception {
        return InetAddress.getAllByName(literal)[0];
    }

    @Test
    void basicVerifiesUserAndPassword() {
        Verifier verifier = Verifiers.basic("zoë", Secret.of("old:pass"), Secret.of("new"));
        String right = Base64.getEncoder().encodeToString("zoë:old:pass".getBytes(UTF_8));
        String wrong = Base64.getEncoder().encodeToString("zoë:other".getBytes(UTF_8));

        assertThat(reason(verifier, EMPTY.header("authorization", "Basic " + right)))
                .isNull();
        assertThat(reason(verifier, EMPTY.header("authorization", "Basic " + wrong)))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(verifier, EMPTY.header("authorization", "Bearer " + right)))
                .isEqualTo(RejectionReason.MISSING);
        assertThat(reason(verifier, EMPTY)).isEqualTo(RejectionReason.MISSING);
        assertThatThrownBy(() -> Verifiers.basic("a:b", Secret.of("x"))).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> Verifiers.basic("a")).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void spacesAroundItemsAreIgnored() {
        Verifier item =
                Verifiers.token(ValueSelector.header("X-Tokens").items(";").after("t="), Secret.of("abc"));

        assertThat(reason(item, EMPTY.header("X-Tokens", "u=1 ;\t t=abc\t ; v=2")))
                .isNull();
        assertThat(reason(item, EMPTY.header("X-Tokens", "t=abc"))).isNull();
        assertThat(reason(item, EMPTY.header("X-Tokens", "u=1;t=ab c"))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(item, EMPTY.header("X-Tokens", "t;=abc;;"))).isEqualTo(RejectionReason.MISSING);
        assertThat(reason(item, EMPTY.header("X-Tokens", ""))).isEqualTo(RejectionReason.MISSING);
    }

    @Test
    void tokenIsReadFromItsLocation() {
        Verifier query = Verifiers.token(ValueSelector.query("token"), Secret.of("t1"), Secret.of("t2"));

        assertThat(reason(query, WebhookRequest.of("POST", "/", "token=t2", Map.of(), null)))
                .isNull();
        assertThat(reason(query, WebhookRequest.of("POST", "/", "token=t3", Map.of(), null)))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(query, WebhookRequest.of("POST", "/", "token=t1&token=t1", Map.of(), null)))
                .isEqualTo(RejectionReason.MISSING);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/25, 192.0.2.128, false",
        "192.0.2.128/25, 192.0.2.129, true",
        "0.0.0.0/0, 203.0.113.1, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
    })
    void addressesAreInRanges(String range, String address, boolean within) throws Exception {
        Verifier verifier = Verifiers.addresses("198.51.100.1", range);

        assertThat(reason(verifier, EMPTY.from(address(address)))).isEqualTo(within ? null : RejectionReason.MISMATCH);
    }

    @Test
    void requestWithoutAddressIsRejected() {
        assertThat(reason(Verifiers.addresses("0.0.0.0/0"), EMPTY)).isEqualTo(RejectionReason.MISSING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "example.com", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "1.2.3", "::1/129", "300.1.1.1"
            })
    void refusesWhatIsNoRange(String range) {
        assertThatThrownBy(() -> Verifiers.addresses(range)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void addressBehindProxiesIsTheForwardedOne() throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Verifiers.addresses("192.0.2.7"))
                .trustedHops(2)
                .handler(event -> {})
                .build();
        WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .from(address("10.0.0.1"));

        assertThat(receiver.receive(request.header("X-Forwarded-For", "192.0.2.7, 10.0.0.2"))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(request.header("X-Forwarded-For", "192.0.2.7:4711")
                                .header("X-Forwarded-For", "10.0.0.2"))
                        .status())
                .isEqualTo(200);
        // Untrusted entries are further to the left.
        assertThat(receiver.receive(request.header("X-Forwarded-For", "192.0.2.7, 203.0.113.9, 10.0.0.2"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(request.header("X-Forwarded-For", "192.0.2.7"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(request.header("X-Forwarded-For", "localhost, 10.0.0.2"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(request).status()).isEqualTo(401);
    }

    @Test
    void certificateIsVerifiedByItsSubject() {
        Verifier verifier = Verifiers.certificate("CN=sender,O=Acme");

        assertThat(reason(verifier, EMPTY.certificateSubject("CN=sender,O=Acme")))
                .isNull();
        assertThat(reason(verifier, EMPTY.certificateSubject("CN=sender,O=Evil")))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(verifier, EMPTY)).isEqualTo(RejectionReason.MISSING);
    }

    @Test
    void allVerifiersMustAcceptUnlessAnyOf() throws Exception {
        Verifier token = Verifiers.token(ValueSelector.header("X-Token"), Secret.of("t"));
        Verifier address = Verifiers.addresses("192.0.2.7");
        WebhookReceiver both = WebhookReceiver.named("any")
                .verify(token, address)
                .handler(event -> {})
                .build();
        WebhookReceiver either = WebhookReceiver.named("any")
                .verify(Verifiers.anyOf(token, address))
                .handler(event -> {})
                .build();
        WebhookRequest withToken = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .header("X-Token", "t");
        WebhookRequest withBoth = withToken.from(address("192.0.2.7"));

        assertThat(List.of(
                        both.receive(withToken).status(), both.receive(withBoth).status()))
                .containsExactly(401, 200);
        assertThat(List.of(
                        either.receive(withToken).status(),
                        either.receive(EMPTY).status()))
                .containsExactly(200, 401);
    }

    @Test
    void signatureAloneIsNotSufficientIfTheAddressIsRequired() throws Exception {
        Secret secret = Secret.of("s");
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.github(secret), Verifiers.addresses("192.0.2.7"))
                .handler(event -> {})
                .build();
        WebhookRequest signed = WebhookSigner.preset("github", secret)
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8)));

        assertThat(receiver.receive(signed.from(address("192.0.2.8"))).status()).isEqualTo(401);
        assertThat(receiver.receive(signed.from(address("192.0.2.7"))).status()).isEqualTo(200);
    }

    @Test
    void requestsOfASourceAreLimited() throws Exception {
        VirtualTime time = new VirtualTime(Instant.EPOCH);
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .unverified()
                .timeSource(time)
                .limitPerSource(3, Duration.ofMinutes(1))
                .handler(event -> {})
                .build();
        WebhookRequest one = WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .from(address("192.0.2.7"));
        WebhookRequest other = one.from(address("192.0.2.8"));

        for (int i = 0; i < 3; i++) {
            assertThat(receiver.receive(one).status()).isEqualTo(200);
        }
        WebhookResponse tooMany = receiver.receive(one);

        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.headers()).containsKey("Retry-After");
        assertThat(receiver.receive(other).status()).isEqualTo(200);
        time.advance(Duration.ofSeconds(21));
        assertThat(receiver.receive(one).status()).isEqualTo(200);
        assertThat(receiver.receive(one).status()).isEqualTo(429);
    }
}
