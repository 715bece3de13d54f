package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests signed by the signer are accepted by the verifiers, which are tested with independent vectors. */
class WebhookSignerTest {

    private static final VirtualTime NOON = new VirtualTime(Instant.parse("2026-01-01T12:00:00Z"));
    private static final Secret SECRET = Secret.of("c0ffee01c0ffee02c0ffee03c0ffee04");

    static Stream<String> shared() {
        return Signatures.presets().stream().filter(name -> !Presets.get(name).isAsymmetric());
    }

    static Stream<String> asymmetric() {
        return Signatures.presets().stream().filter(name -> Presets.get(name).isAsymmetric());
    }

    private static final Map<String, KeyPair> KEYS = new ConcurrentHashMap<>();

    /** Returns keys for the algorithm of a preset, the same ones for each algorithm: RSA keys take long to create. */
    static KeyPair keyPair(String preset) {
        String algorithm = Presets.get(preset).definition().get("algorithm").asText();
        String type = algorithm.contains("RSA") ? "RSA" : algorithm.contains("ECDSA") ? "EC" : algorithm;
        return keysOf(type);
    }

    private static KeyPair keysOf(String type) {
        return KEYS.computeIfAbsent(type, algorithm -> {
            try {
                return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static WebhookRequest request(String contentType, String body) {
        return WebhookRequest.of(
                        "POST", "/hooks/1", "", Map.of("Content-Type", List.of(contentType)), body.getBytes(UTF_8))
                .publicUrl("https://app.example.com/hooks/1");
    }

    @ParameterizedTest
    @MethodSource("shared")
    void signsLikeEveryPreset(String name) {
        WebhookRequest signed = WebhookSigner.preset(name, SECRET)
                .timeSource(NOON)
                .sign(request("application/json", "{\"id\":\"1\",\"a\":[1,2]}"));

        assertThat(Signatures.preset(name, SECRET).verify(signed, NOON.now())).hasToString("accepted");
        assertThat(Signatures.preset(name, Secret.of("0123456789abcdef0123456789abcdef"))
                        .verify(signed, NOON.now())
                        .isAccepted())
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("asymmetric")
    void signsByPrivateKeys(String name) throws Exception {
        KeyPair pair = keyPair(name);
        Secret publicKey =
                Secret.of(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));

        WebhookRequest signed =
                WebhookSigner.preset(name, pair.getPrivate()).timeSource(NOON).sign(request("application/json", "{}"));

        assertThat(Signatures.preset(name, publicKey).verify(signed, NOON.now()))
                .hasToString("accepted");
    }

    @ParameterizedTest
    @CsvSource({"SHA256withRSA,RSA", "SHA512withRSA,RSA", "SHA256withECDSAinP1363Format,EC", "Ed25519,Ed25519"})
    void signsAsYouDescribeIt(String algorithm, String key) throws Exception {
        KeyPair pair = keysOf(key);
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        SignatureBuilder description = Signatures.publicKey(algorithm, PublicKeys.fixed(pem))
                .signature(ValueSelector.header("X-Signature").after("sig="))
                .encoding("base64url")
                .timestamp(ValueSelector.header("X-Time"))
                .timestampUnit("iso")
                .content("{{method}} {{path}}\n{{header.x-other}}\n{{timestamp}}\n{{body}}");

        WebhookRequest signed = WebhookSigner.of(description, pair.getPrivate())
                .timeSource(NOON)
                .sign(request("text/plain", "hello").header("X-Other", "1"));

        assertThat(description.build().verify(signed, NOON.now())).hasToString("accepted");
        assertThat(description
                        .build()
                        .verify(signed.header("X-Time", "x"), NOON.now())
                        .isAccepted())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"HmacSHA1,hex", "HmacSHA384,base64", "HmacSHA512,base64url"})
    void signsByEveryHmac(String algorithm, String encoding) {
        SignatureBuilder description = Signatures.hmac(algorithm, SECRET)
                .signature(ValueSelector.query("sig"))
                .encoding(encoding);

        WebhookRequest signed = WebhookSigner.of(description, SECRET).sign(request("text/plain", "hello"));

        assertThat(description.build().verify(signed, NOON.now())).hasToString("accepted");
    }

    @Test
    void formFieldsAreSigned() {
        WebhookRequest signed = WebhookSigner.preset("twilio", SECRET)
                .sign(request("application/x-www-form-urlencoded", "b=2&a=1&b=1"));

        assertThat(Signatures.preset("twilio", SECRET).verify(signed, NOON.now()))
                .hasToString("accepted");
    }

    @Test
    void existingIdIsKept() {
        WebhookRequest signed = WebhookSigner.preset("standard-webhooks", SECRET)
                .sign(request("application/json", "{}").header("webhook-id", "msg_7"));

        assertThat(signed.headers("webhook-id")).containsExactly("msg_7");
    }

    @Test
    void wrongTypeOfKeyIsRejected() throws Exception {
        KeyPair pair = keysOf("RSA");

        assertThatThrownBy(() -> WebhookSigner.preset("github", pair.getPrivate()))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> WebhookSigner.preset("discord", SECRET))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(
                        () -> WebhookSigner.preset("discord", pair.getPrivate()).sign(request("text/plain", "x")))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> WebhookSigner.preset("mailgun", SECRET).sign(request("text/plain", "x")))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
