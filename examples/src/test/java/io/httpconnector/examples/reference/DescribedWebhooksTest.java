package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the examples of webhooks of the page "Describe a service" with requests that are signed without the library. */
class DescribedWebhooksTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String BODY = "{\"id\": \"e1\", \"type\": \"created\"}";

    private final List<WebhookEvent> events = new ArrayList<>();
    private @Nullable WebhookReceiver open;

    private WebhookReceiver receiver(String heading) {
        Secret secret = Secret.of(SECRET);
        WebhookReceiver receiver = WebhookReceiver.named("described")
                .definition(
                        DescribedService.json(heading, ""),
                        Map.of(
                                "signing",
                                secret,
                                "current",
                                secret,
                                "old",
                                Secret.of("old-" + SECRET),
                                "token",
                                Secret.of("t-" + SECRET)))
                .handler(events::add)
                .build();
        open = receiver;
        return receiver;
    }

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    private static WebhookRequest post(String body) {
        return WebhookRequest.of("POST", "/hook", null, Map.of(), body.getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "application/json");
    }

    private static byte[] hmac(String algorithm, String secret, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void timestampedHmac() throws Exception {
        WebhookReceiver receiver = receiver("Timestamped HMAC");
        long now = Instant.now().getEpochSecond();
        String signature = "t=" + now + ",v1=" + hex(hmac("HmacSHA256", "another", now + "." + BODY)) + ",v1="
                + hex(hmac("HmacSHA256", "old-" + SECRET, now + "." + BODY));
        assertThat(receiver.receive(post(BODY).header("Acme-Signature", signature))
                        .status())
                .isEqualTo(200);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.id()).contains("e1");
            assertThat(event.type()).contains("created");
        });
        assertThat(receiver.receive(post(BODY + " ").header("Acme-Signature", signature))
                        .status())
                .isEqualTo(401);
        long past = now - 301;
        String expired = "t=" + past + ",v1=" + hex(hmac("HmacSHA256", SECRET, past + "." + BODY));
        assertThat(receiver.receive(post(BODY).header("Acme-Signature", expired))
                        .status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);
    }

    @Test
    void signatureByPosition() throws Exception {
        WebhookReceiver receiver = receiver("Signature by position");
        long now = Instant.now().getEpochSecond();
        String body = "{\"events\": [{\"uuid\": \"u1\"}, {\"uuid\": \"u2\"}]}";
        String signature = now + ":" + hex(hmac("HmacSHA512", SECRET, now + ":POST:" + body)) + ":eu";
        assertThat(receiver.receive(post(body).header("X-Signature", signature)).status())
                .isEqualTo(200);
        assertThat(events).hasSize(2);
        assertThat(events.get(1).payload().path("uuid").asText()).isEqualTo("u2");
        String swapped = hex(hmac("HmacSHA512", SECRET, now + ":POST:" + body)) + ":" + now + ":eu";
        assertThat(receiver.receive(post(body).header("X-Signature", swapped)).status())
                .isEqualTo(401);
    }

    @Test
    void challenge() throws Exception {
        WebhookReceiver receiver = receiver("Challenge");
        var response = receiver.receive(WebhookRequest.of("GET", "/hook", "crc_token=c1", Map.of(), null));
        assertThat(response.status()).isEqualTo(200);
        assertThat(JsonSupport.parse(new String(response.body(), StandardCharsets.UTF_8))
                        .path("response_token")
                        .asText())
                .isEqualTo("sha256=" + Base64.getEncoder().encodeToString(hmac("HmacSHA256", SECRET, "c1")));
        assertThat(receiver.receive(post(BODY).header("X-Token", "t-" + SECRET)).status())
                .isEqualTo(200);
        assertThat(receiver.receive(post(BODY).header("X-Token", "guess")).status())
                .isEqualTo(401);
        assertThat(events).hasSize(1);
    }

    @Test
    void httpMessageSignature() throws Exception {
        WebhookReceiver receiver = receiver("HTTP message signature");
        String digest = "sha-256=:"
                + Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256").digest(BODY.getBytes(StandardCharsets.UTF_8)))
                + ":";
        String parameters =
                "(\"@method\" \"content-digest\");created=" + Instant.now().getEpochSecond();
        String base = "\"@method\": POST\n\"content-digest\": " + digest + "\n\"@signature-params\": " + parameters;
        WebhookRequest signed = post(BODY)
                .header("Content-Digest", digest)
                .header("Signature-Input", "sig1=" + parameters)
                .header(
                        "Signature",
                        "sig1=:" + Base64.getEncoder().encodeToString(hmac("HmacSHA256", SECRET, base)) + ":");
        assertThat(receiver.receive(signed).status()).isEqualTo(200);
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.id()).contains("e1"));
        WebhookRequest other = post("{\"id\": \"e2\"}")
                .header("Content-Digest", digest)
                .header("Signature-Input", "sig1=" + parameters)
                .header("Signature", signed.header("Signature").orElseThrow());
        assertThat(receiver.receive(other).status()).isEqualTo(401);
    }

    private static String jwt(String issuer) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String claims = "{\"iss\": \"" + issuer + "\", \"iat\": " + now + ", \"exp\": " + (now + 60)
                + ", \"body_sha256\": \""
                + hex(MessageDigest.getInstance("SHA-256").digest(BODY.getBytes(StandardCharsets.UTF_8))) + "\"}";
        String signed = base64Url("{\"alg\": \"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64Url(claims.getBytes(StandardCharsets.UTF_8));
        return "Bearer " + signed + "." + base64Url(hmac("HmacSHA256", SECRET, signed));
    }

    @Test
    void jwt() throws Exception {
        WebhookReceiver receiver = receiver("JWT");
        assertThat(receiver.receive(post(BODY).header("Authorization", jwt("acme")))
                        .status())
                .isEqualTo(200);
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.id()).contains("e1"));
        assertThat(receiver.receive(post(BODY).header("Authorization", jwt("mallory")))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(post("{\"id\": \"e2\"}").header("Authorization", jwt("acme")))
                        .status())
                .isEqualTo(401);
    }
}
