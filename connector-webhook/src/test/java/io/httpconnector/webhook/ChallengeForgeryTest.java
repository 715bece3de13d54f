package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks by which an unsigned challenge is used to obtain the signature of an event: anyone may send a challenge. */
class ChallengeForgeryTest {

    private static final String KEY = "topsecret-Key_0123456789-topsecret";
    private static final Secret SECRET = Secret.of(KEY);
    private static final ValueSelector SIGNATURE = ValueSelector.header("X-Signature");

    private final List<WebhookEvent> events = new ArrayList<>();

    private static ChallengeBuilder challenge(Secret secret) {
        return Handshakes.challenge(ValueSelector.query("c"))
                .hmac("HmacSHA256", secret, "hex")
                .responseJson("{\"r\":\"{{hmac}}\"}");
    }

    private WebhookReceiverBuilder receiver(Handshake handshake, Verifier verifier) {
        return WebhookReceiver.named("any")
                .verify(verifier)
                .handshake(handshake)
                .handler(events::add);
    }

    private static SignatureBuilder signed(String content, Secret secret) {
        SignatureBuilder builder =
                Signatures.hmac("HmacSHA256", secret).signature(SIGNATURE).content(content);
        return content.contains("{{timestamp}}") ? builder.timestamp(ValueSelector.header("X-Time")) : builder;
    }

    private static void isRejected(WebhookReceiverBuilder receiver) {
        assertThatThrownBy(receiver::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        "handshake: the HMAC of a challenge that is not verified uses a secret of verify(...)")
                .hasMessageContaining("Use another secret, or verified()")
                .hasMessageNotContaining(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{body}}",
                "{{body | sha256}}",
                "{{bodySha256}}",
                "{{timestamp}}.{{body | sha512}}",
                "{{timestamp}}.{{body}}",
                "{{body./id}}",
                "{{form.id}}",
                "{{query.id}}",
                "{{header.X-Hash}}"
            })
    void secretOfTheVerifierIsRejected(String content) {
        for (Secret secret : List.of(SECRET, Secret.of(KEY), Secret.of("x").map(x -> KEY))) {
            isRejected(
                    receiver(challenge(secret).build(), signed(content, SECRET).build()));
            isRejected(receiver(
                    challenge(secret).build(),
                    Verifiers.anyOf(
                            Verifiers.token(ValueSelector.header("X-Token"), Secret.of("t")),
                            signed(content, SECRET).build())));
        }
        assertThatCode(() -> receiver(
                                challenge(Secret.of("another")).build(),
                                signed(content, SECRET).build())
                        .build())
                .doesNotThrowAnyException();
        assertThatCode(() -> receiver(
                                challenge(SECRET).verified().build(),
                                signed(content, SECRET).build())
                        .build())
                .doesNotThrowAnyException();
    }

    @Test
    void otherVerifiersWithTheSecretAreRejected() {
        isRejected(receiver(challenge(SECRET).build(), Signatures.preset("mailgun", SECRET)));
        isRejected(receiver(challenge(SECRET).build(), Verifiers.jwt(SECRET).build()));
        isRejected(receiver(
                challenge(SECRET).build(),
                Signatures.hmac("HmacSHA256", SECRET)
                        .signature(SIGNATURE)
                        .bodyHash(ValueSelector.header("X-Hash"))
                        .content("{{header.X-Hash}}")
                        .build()));
        isRejected(receiver(
                challenge(Secret.of("abc")).build(),
                Signatures.hmac("HmacSHA256", Secret.of("616263"))
                        .secretEncoding("hex")
                        .signature(SIGNATURE)
                        .build()));
        isRejected(receiver(challenge(SECRET).build(), Signatures.preset("x", SECRET))
                .readAs("text/plain"));
    }

    @Test
    void definitionIsRejected() {
        String definition =
                "{\"verify\":[{\"type\":\"signature\",\"secrets\":[\"s\"],\"definition\":{\"algorithm\":\"HmacSHA256\",\"signature\":[{\"header\":\"X-Signature\"}],\"content\":\"{{body | sha256}}\"}}],"
                        + "\"handshake\":[{\"type\":\"challenge\",\"location\":{\"query\":\"c\"},\"hmac\":{\"algorithm\":\"HmacSHA256\",\"secret\":\"s\",\"encoding\":\"hex\"},\"responseJson\":{\"r\":\"{{hmac}}\"}}]}";

        assertThatThrownBy(() -> WebhookReceiver.named("any")
                        .definition(JsonSupport.parse(definition), Map.of("s", SECRET))
                        .handler(events::add)
                        .build())
                .hasMessageContaining("/handshake: the HMAC of a challenge that is not verified");
    }

    @Test
    void servicesThatSignWholeJsonBodiesKeepTheirSecret() {
        for (String name : List.of("x", "zoom")) {
            WebhookReceiver receiver = receiver(Handshakes.preset(name, SECRET), Signatures.preset(name, SECRET))
                    .build();
            if (name.equals("x")) {
                assertThat(receiver.receive(WebhookRequest.of("GET", "/", "crc_token=MTIzNDU2Nzg5MA", Map.of(), null))
                                .status())
                        .isEqualTo(200);
            }
        }
        WebhookReceiver receiver = receiver(
                        challenge(SECRET).build(),
                        signed("{{timestamp}}.{{body}}", SECRET).build())
                .readAs("application/json")
                .build();
        assertThat(answer(receiver, "MTIzNDU2.Nzg5MA")).isEqualTo(200);
        assertThat(answer(receiver, "1767225600.true")).isEqualTo(400);
        assertThat(answer(receiver, "1767225600.-1.5e3")).isEqualTo(400);
        assertThat(answer(receiver, "1767225600.12")).isEqualTo(400);

        // A challenge contains no colon.
        assertThat(answer(
                        receiver(
                                        challenge(SECRET).build(),
                                        signed("v0:{{body | sha256}}", SECRET).build())
                                .build(),
                        "abc"))
                .isEqualTo(200);
    }

    /** The values of secrets that are looked up each time are compared at each challenge. */
    @Test
    void rotatedSecretIsComparedAtRunTime() {
        String[] value = {KEY};
        WebhookReceiver receiver = receiver(
                        challenge(Secret.from(() -> value[0])).build(),
                        signed("{{body | sha256}}", Secret.from(() -> KEY)).build())
                .build();

        assertThat(answer(receiver, "abc")).isEqualTo(400);
        value[0] = "another";
        assertThat(answer(receiver, "abc")).isEqualTo(200);

        Secret same = Secret.from(() -> KEY);
        isRejected(receiver(
                challenge(same).build(), signed("{{body | sha256}}", same).build()));
    }

    private static int answer(WebhookReceiver receiver, String challenge) {
        WebhookResponse response = receiver.receive(WebhookRequest.of("POST", "/", "c=" + challenge, Map.of(), null));
        assertThat(new String(response.body(), UTF_8).contains("\"r\"")).isEqualTo(response.status() == 200);
        return response.status();
    }
}
