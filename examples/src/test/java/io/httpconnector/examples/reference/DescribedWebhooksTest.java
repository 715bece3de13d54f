package io.httpconnector.examples.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the examples of webhooks of the page "Describe a service" with requests that are signed without the library. */
class DescribedWebhooksTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String BODY = "{\"id\": \"e1\", \"type\": \"created\"}";

    private static final String AES_KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt";

    private final List<WebhookEvent> events = new ArrayList<>();
    private @Nullable WebhookReceiver open;

    private WebhookReceiver receiver(String heading) {
        Secret secret = Secret.of(SECRET);
        WebhookReceiver receiver = WebhookReceiver.named("described")
                .definition(
                        DescribedService.json(heading, "https://app.example.com"),
                        Map.of(
                                "signing",
                                secret,
                                "current",
                                secret,
                                "old",
                                Secret.of("old-" + SECRET),
                                "token",
                                Secret.of("t-" + SECRET),
                                "aesKey",
                                Secret.of(AES_KEY),
                                "hashKey",
                                Secret.of("pwFHCqoQZGmho4w6"),
                                "hashIv",
                                Secret.of("EkRm7iFT261dpevs")))
                .deliveredSecrets(new Delivered())
                .handler(events::add)
                .build();
        open = receiver;
        return receiver;
    }

    /** Keeps secrets in memory. */
    private static final class Delivered implements DeliveredSecrets {

        private final Map<String, Secret> stored = new ConcurrentHashMap<>();

        @Override
        public Optional<Secret> find(String name) {
            return Optional.ofNullable(stored.get(name));
        }

        @Override
        public boolean save(String name, Secret secret) {
            Secret known = stored.putIfAbsent(name, secret);
            return known == null || known.reveal().equals(secret.reveal());
        }
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

    private static String token(String claims) throws GeneralSecurityException {
        String signed = base64Url("{\"alg\": \"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64Url(claims.getBytes(StandardCharsets.UTF_8));
        return signed + "." + base64Url(hmac("HmacSHA256", SECRET, signed));
    }

    private static String sha(String algorithm, String text) throws GeneralSecurityException {
        return hex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void payloadInAToken() throws Exception {
        String data = JsonNodeFactory.instance
                .objectNode()
                .put("eventType", "created")
                .put("data", "{\"id\": \"e1\"}")
                .toString();
        String claims = JsonNodeFactory.instance
                .objectNode()
                .put("data", data)
                .put("exp", Instant.now().getEpochSecond() + 60)
                .toString();
        WebhookReceiver receiver = receiver("Payload in a token");

        assertThat(receiver.receive(post(token(claims))).status()).isEqualTo(200);
        assertThat(receiver.receive(post(token(claims) + "x")).status()).isEqualTo(401);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo("e1");
            assertThat(event.type()).isEqualTo("created");
        });
    }

    @Test
    void signedQuery() throws Exception {
        String claims = "{\"iss\": \"MessageBird\", \"exp\": " + (Instant.now().getEpochSecond() + 60)
                + ", \"url_hash\": \"" + sha("SHA-256", "https://app.example.com/hook?id=m1&status=delivered") + "\"}";
        WebhookReceiver receiver = receiver("Signed query");
        Map<String, List<String>> headers = Map.of("MessageBird-Signature-JWT", List.of(token(claims)));

        assertThat(receiver.receive(WebhookRequest.of("GET", "/hook", "id=m1&status=delivered", headers, null))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(WebhookRequest.of("GET", "/hook", "id=m1&status=failed", headers, null))
                        .status())
                .isEqualTo(401);
        assertThat(events)
                .singleElement()
                .satisfies(event ->
                        assertThat(event.payload().path("status").asText()).isEqualTo("delivered"));
    }

    private static String encrypted(String message) throws GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(AES_KEY + "=");
        byte[] text = (message + "ww1436e0e65a779aee").getBytes(StandardCharsets.UTF_8);
        int padding = 32 - (20 + text.length) % 32;
        byte[] plain = new byte[20 + text.length + padding];
        Arrays.fill(plain, 20 + text.length, plain.length, (byte) padding);
        ByteBuffer.wrap(plain).position(16).putInt(message.length()).put(text);
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
        return Base64.getEncoder().encodeToString(cipher.doFinal(plain));
    }

    private static String signedQuery(String text) throws GeneralSecurityException {
        String now = String.valueOf(Instant.now().getEpochSecond());
        String content = String.join("", new TreeSet<>(List.of("t-" + SECRET, now, "n1", text)));
        return "msg_signature=" + sha("SHA-1", content) + "&timestamp=" + now + "&nonce=n1";
    }

    @Test
    void encryptedCallback() throws Exception {
        WebhookReceiver receiver = receiver("Encrypted callback");
        String text = encrypted("<xml><MsgId>m1</MsgId></xml>");
        byte[] body = ("<xml><Encrypt>" + text + "</Encrypt></xml>").getBytes(StandardCharsets.UTF_8);
        String echo = encrypted("1288432023552776189");

        assertThat(receiver.receive(WebhookRequest.of("POST", "/hook", signedQuery(text), Map.of(), body))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(WebhookRequest.of("POST", "/hook", signedQuery(echo), Map.of(), body))
                        .status())
                .isEqualTo(401);
        var challenge = receiver.receive(WebhookRequest.of(
                "GET",
                "/hook",
                signedQuery(echo) + "&echostr=" + URLEncoder.encode(echo, StandardCharsets.UTF_8),
                Map.of(),
                null));
        assertThat(new String(challenge.body(), StandardCharsets.UTF_8)).isEqualTo("1288432023552776189");
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.id()).isEqualTo("m1"));
    }

    /** The example of the service's documentation. */
    @Test
    void severalSecrets() {
        WebhookReceiver receiver = receiver("Several secrets");
        String form =
                "TradeDesc=%E4%BF%83%E9%8A%B7%E6%96%B9%E6%A1%88&PaymentType=aio&MerchantTradeDate=2023%2F03%2F12+15%3A30%3A23"
                        + "&MerchantTradeNo=ecpay20230312153023&MerchantID=3002607"
                        + "&ReturnURL=https%3A%2F%2Fwww.ecpay.com.tw%2Freceive.php&ItemName=Apple+iphone+15"
                        + "&TotalAmount=30000&ChoosePayment=ALL&EncryptType=1"
                        + "&CheckMacValue=6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840";

        var response = receiver.receive(post(form));
        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo("1|OK");
        assertThat(receiver.receive(post(form.replace("30000", "3"))).status()).isEqualTo(401);
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.id()).isEqualTo("ecpay20230312153023"));
    }

    @Test
    void deliveredSecret() throws Exception {
        WebhookReceiver receiver = receiver("Delivered secret");
        String body = "{\"events\": [{\"action\": \"added\"}]}";
        String signature = hex(hmac("HmacSHA256", "b537207f", body));

        assertThat(receiver.receive(post(body).header("X-Hook-Signature", signature))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(post("").header("X-Hook-Secret", "b537207f"))
                        .headers())
                .containsEntry("X-Hook-Secret", "b537207f");
        assertThat(receiver.receive(post(body).header("X-Hook-Signature", signature))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(post("").header("X-Hook-Secret", "attacker"))
                        .status())
                .isEqualTo(403);
        assertThat(events).hasSize(1);
    }
}
