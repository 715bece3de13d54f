package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.security.Security;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.digests.KeccakDigest;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of signature algorithms that an installed security provider has, and the JDK has not. */
class ProvidedAlgorithmsTest {

    private static final String MORALIS = """
            {"verify": [{"type": "signature", "secrets": ["secret"],
             "definition": {"algorithm": "KECCAK-256", "content": "{{body}}{{secret}}",
              "signature": [{"header": "x-signature", "after": "0x"}]}}], "readAs": "application/json"}""";

    private final List<WebhookEvent> events = new ArrayList<>();

    @AfterEach
    void removeProvider() {
        Security.removeProvider(BouncyCastleProvider.PROVIDER_NAME);
    }

    private WebhookReceiver moralis() {
        return WebhookReceiver.named("moralis")
                .definition(JsonSupport.parse(MORALIS), Map.of("secret", Secret.of("api-key")))
                .handler(events::add)
                .build();
    }

    private static WebhookRequest request(String body, String signature) {
        return WebhookRequest.of("POST", "/", "", Map.of("x-signature", List.of(signature)), body.getBytes(UTF_8));
    }

    /** Computed by the digest of Bouncy Castle itself, without the JCA. */
    private static String keccak(String text) {
        KeccakDigest digest = new KeccakDigest(256);
        byte[] bytes = text.getBytes(UTF_8);
        digest.update(bytes, 0, bytes.length);
        byte[] hash = new byte[32];
        digest.doFinal(hash, 0);
        return HexFormat.of().formatHex(hash);
    }

    @Test
    void documentDescribesMoralis() {
        Security.addProvider(new BouncyCastleProvider());
        // The value that Ethereum's documentation gives for the empty text.
        assertThat(keccak("")).isEqualTo("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        WebhookReceiver receiver = moralis();
        String body = "{\"confirmed\":true,\"tag\":\"t\"}";
        String signature = "0x" + keccak(body + "api-key");

        assertThat(receiver.receive(request(body, signature)).status()).isEqualTo(200);
        assertThat(receiver.receive(request(body, signature.toUpperCase(java.util.Locale.ROOT)))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(request(body + " ", signature)).status()).isEqualTo(401);
        assertThat(receiver.receive(request(body, "0x" + keccak(body + "other")))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);
        assertThat(WebhookSigner.of(
                                Signatures.definition(
                                        JsonSupport.parse(MORALIS).at("/verify/0/definition"), Secret.of("api-key")),
                                Secret.of("api-key"))
                        .sign(request(body, "none"))
                        .header("x-signature"))
                .hasValue(signature);
    }

    @Test
    void missingProviderIsReported() {
        assertThatThrownBy(this::moralis)
                .hasMessageContaining("/verify/0/definition")
                .hasMessageContaining("algorithm: KECCAK-256 is unknown, use one of [HmacMD5, HmacSHA1")
                .hasMessageContaining("Bouncy Castle (org.bouncycastle:bcprov-jdk18on");
    }

    @Test
    void codesOfTheJdkAreAccepted() {
        Secret secret = Secret.of("0123456789");
        SignatureBuilder scheme =
                Signatures.hmac("HmacSHA3-256", secret).signature(ValueSelector.header("x-signature"));
        WebhookRequest signed = WebhookSigner.of(scheme, secret).sign(request("{}", ""));
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .handler(events::add)
                .build();

        assertThat(receiver.receive(signed).status()).isEqualTo(200);
        assertThat(receiver.receive(signed.body("{ }".getBytes(UTF_8))).status())
                .isEqualTo(401);
    }

    /** A code with a key of a certain length, one without a key of bytes, and a short one. */
    @Test
    void unsuitableAlgorithmsAreReported() {
        Security.addProvider(new BouncyCastleProvider());
        for (String algorithm : List.of("AESCMAC", "PBEWithHmacSHA256", "SIPHASH-2-4", "NONE", "")) {
            assertThatThrownBy(() -> Signatures.hmac(algorithm, Secret.of("short"))
                            .signature(ValueSelector.header("X"))
                            .build())
                    .hasMessageContaining("Invalid signature")
                    .hasMessageNotContaining("short");
        }
        assertThat(Signatures.hmac("AESCMAC", Secret.of("0123456789abcdef"))
                        .signature(ValueSelector.header("X"))
                        .build())
                .isNotNull();
    }
}
