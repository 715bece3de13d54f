package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of tokens that contain the payload (Wix), or sign the URL (MessageBird). The tokens are signed by the JDK alone. */
class JwtPayloadTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String URL = "https://app.example.com/hooks/1";
    private static final Secret SECRET = Secret.of("0123456789abcdef0123456789abcdef");
    private static final KeyPair WIX = keyPair();
    private static final KeyPair OTHER = keyPair();

    private final List<WebhookEvent> events = new ArrayList<>();

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String unsigned(String header, String claims) {
        return base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
    }

    private static String rsa(String claims, KeyPair keys) throws GeneralSecurityException {
        String text = unsigned("{\"alg\":\"RS256\",\"kid\":\"k1\"}", claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(text.getBytes(UTF_8));
        return text + "." + base64(signature.sign());
    }

    private static String hmac(String claims, byte[] key) throws GeneralSecurityException {
        String text = unsigned("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return text + "." + base64(mac.doFinal(text.getBytes(UTF_8)));
    }

    /** The claims of Wix: JSON in a text, in which the data is JSON in a text again. */
    private static String wixClaims(String id) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ObjectNode inner =
                json.createObjectNode().put("id", id).put("slug", "created").put("entityId", "c-1");
        ObjectNode outer = json.createObjectNode()
                .put("eventType", "wix.contacts.v4.contact_created")
                .put("instanceId", "i-1")
                .put("data", inner.toString())
                .put("identity", "{\"identityType\":\"WIX_USER\"}");
        return json.createObjectNode()
                .put("data", outer.toString())
                .put("iat", NOW.getEpochSecond())
                .put("exp", NOW.getEpochSecond() + 3600)
                .toString();
    }

    private static WebhookRequest post(String body) {
        return WebhookRequest.of(
                "POST", "/hooks/1", "", Map.of("Content-Type", List.of("text/plain")), body.getBytes(UTF_8));
    }

    private WebhookReceiver definition(String json) {
        return WebhookReceiver.named("any")
                .definition(JsonSupport.parse(json), Map.of("signing", SECRET))
                .timeSource(new VirtualTime(NOW))
                .publicUrl(URL)
                .handler(events::add)
                .build();
    }

    private WebhookReceiver wix() {
        String key = Base64.getMimeEncoder(64, "\n".getBytes(UTF_8))
                .encodeToString(WIX.getPublic().getEncoded());
        ObjectNode verifier = (ObjectNode) JsonSupport.parse(
                "{\"type\": \"jwt\", \"inBody\": true, \"payload\": \"/data\", \"algorithms\": [\"RS256\"]}");
        verifier.putArray("keys").add("-----BEGIN PUBLIC KEY-----\n" + key + "\n-----END PUBLIC KEY-----\n");
        ObjectNode receiver = (ObjectNode) JsonSupport.parse(
                "{\"jsonIn\": \"/data\", \"id\": {\"body\": \"/data/id\"}, \"type\": {\"body\": \"/eventType\"}}");
        receiver.putArray("verify").add(verifier);
        return definition(receiver.toString());
    }

    @Test
    void documentDescribesWix() throws Exception {
        WebhookReceiver receiver = wix();
        WebhookRequest request = post(rsa(wixClaims("e1"), WIX) + "\n");

        assertThat(receiver.explain(request)).hasToString("ACCEPTED");
        assertThat(receiver.receive(request).status()).isEqualTo(200);
        assertThat(receiver.receive(request).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).id()).isEqualTo("e1");
        assertThat(events.get(0).type()).isEqualTo("wix.contacts.v4.contact_created");
        assertThat(events.get(0).payload().at("/instanceId").asText()).isEqualTo("i-1");
        assertThat(events.get(0).payload().at("/data/entityId").asText()).isEqualTo("c-1");
    }

    @Test
    void builderDescribesTokensWithPayload() throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Verifiers.jwt(SECRET).inBody().payload("/data/data").build())
                .id(ValueSelector.body("/id"))
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();

        assertThat(receiver.receive(post(hmac(wixClaims("e1"), SECRET.reveal().getBytes(UTF_8))))
                        .status())
                .isEqualTo(200);

        assertThat(events.get(0).id()).isEqualTo("e1");
        assertThat(events.get(0).payload().path("slug").asText()).isEqualTo("created");
    }

    @Test
    void emptyPointerSelectsAllClaims() throws Exception {
        WebhookReceiver receiver = definition("{\"verify\": [{\"type\": \"jwt\", \"secrets\": [\"signing\"],"
                + "\"payload\": \"\", \"withoutTime\": true}], \"id\": {\"body\": \"/jti\"}}");
        String token = hmac("{\"jti\":\"j1\",\"n\":1.10}", SECRET.reveal().getBytes(UTF_8));

        assertThat(receiver.receive(post("{\"jti\":\"unsigned\"}").header("Authorization", "Bearer " + token))
                        .status())
                .isEqualTo(200);

        assertThat(events.get(0).id()).isEqualTo("j1");
        assertThat(events.get(0).payload()).isEqualTo(JsonSupport.parse("{\"jti\":\"j1\",\"n\":1.10}"));
    }

    @Test
    void forgedTokensAreRejected() throws Exception {
        WebhookReceiver receiver = wix();
        String genuine = rsa(wixClaims("e1"), WIX);
        String[] parts = genuine.split("\\.", -1);
        List<String> forged = List.of(
                rsa(wixClaims("e1"), OTHER),
                // Algorithm confusion: the public key as the secret of an HMAC.
                hmac(wixClaims("e1"), WIX.getPublic().getEncoded()),
                unsigned("{\"alg\":\"none\"}", wixClaims("e1")) + ".",
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + base64(wixClaims("e2").getBytes(UTF_8)) + "." + parts[2],
                genuine + "." + parts[2],
                genuine.substring(0, genuine.length() - 8),
                "{\"data\":{}}",
                "");

        for (String body : forged) {
            WebhookResponse response = receiver.receive(post(body));
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.body()).isEqualTo(receiver.receive(post("x")).body());
        }
        assertThat(receiver.receive(post("").header("Authorization", "Bearer " + genuine))
                        .status())
                .isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"exp\":1767268800}",
                "{\"exp\":1767268800,\"data\":null}",
                "{\"exp\":1767268800,\"data\":[1],\"data\":[2]}"
            })
    void tokenWithoutPayloadIsRejected(String claims) throws Exception {
        WebhookResponse response = wix().receive(post(rsa(claims, WIX)));

        assertThat(response.status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    private static WebhookRequest messageBird(String method, String query, String body, String token) {
        return WebhookRequest.of(
                method, "/hooks/1", query, Map.of("MessageBird-Signature-JWT", List.of(token)), body.getBytes(UTF_8));
    }

    private static String messageBirdToken(String url, String members) throws GeneralSecurityException {
        return hmac(
                "{\"iss\":\"MessageBird\",\"nbf\":" + NOW.getEpochSecond() + ",\"exp\":" + (NOW.getEpochSecond() + 60)
                        + ",\"jti\":\"j1\",\"url_hash\":\"" + sha256(url) + "\"" + members + "}",
                SECRET.reveal().getBytes(UTF_8));
    }

    private WebhookReceiver messageBird() {
        return definition(
                "{\"methods\": [\"GET\", \"POST\"], \"id\": {\"query\": \"id\"}, \"verify\": [{\"type\": \"jwt\","
                        + "\"secrets\": [\"signing\"], \"location\": {\"header\": \"MessageBird-Signature-JWT\"},"
                        + "\"issuer\": \"MessageBird\", \"bodyHash\": \"payload_hash\", \"urlHash\": \"url_hash\"}]}");
    }

    @Test
    void documentDescribesMessageBird() throws Exception {
        WebhookReceiver receiver = messageBird();
        String query = "id=m1&status=delivered&statusDatetime=2026-01-01T12%3A00%3A00%2B00%3A00";
        String body = "{\"a\":1}";

        assertThat(receiver.receive(messageBird("GET", query, "", messageBirdToken(URL + "?" + query, "")))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(messageBird(
                                "POST",
                                "id=m2",
                                body,
                                messageBirdToken(URL + "?id=m2", ",\"payload_hash\":\"" + sha256(body) + "\"")))
                        .status())
                .isEqualTo(200);

        assertThat(events).extracting(WebhookEvent::id).containsExactly("m1", "m2");
        assertThat(events.get(0).payload().path("statusDatetime").asText()).isEqualTo("2026-01-01T12:00:00+00:00");
        assertThat(events.get(1).payload().path("a").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "id=m1&status=failed, ''",
        "id=m1&status=delivered&status=failed, ''",
        "'', ''",
        "id=m1&status=delivered, body",
    })
    void changedQueryOrBodyIsRejected(String query, String body) throws Exception {
        String token = messageBirdToken(URL + "?id=m1&status=delivered", "");

        assertThat(messageBird().receive(messageBird("GET", query, body, token)).status())
                .isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @Test
    void tokenWithoutHashOfTheUrlIsRejected() throws Exception {
        String token = hmac(
                "{\"iss\":\"MessageBird\",\"exp\":1767268860}", SECRET.reveal().getBytes(UTF_8));

        assertThat(messageBird().receive(messageBird("GET", "id=m1", "", token)).status())
                .isEqualTo(401);
        assertThat(Verifiers.jwt(SECRET)
                        .bodyHash("payload_hash")
                        .urlHash("url_hash")
                        .location(ValueSelector.header("MessageBird-Signature-JWT"))
                        .build()
                        .verify(messageBird("GET", "", "", messageBirdToken(URL, "")), NOW)
                        .detail())
                .contains("publicUrl is not set");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "'inBody': true ; inBody: the body has no other payload than the token, use payload(...)",
                "'inBody': true, 'payload': '/data', 'location': {'header': 'X'} ; inBody: it contradicts location(...)",
                "'payload': 'data' ; payload: it is no JSON pointer",
                "'payload': '/data', 'bodyHash': 'h' ; payload: a token that contains the payload does not need bodyHash",
                "'payload': '/data', 'detached': true ; detached: a token that signs the body has no claims",
                "'urlHash': 'u' ; urlHash: without bodyHash(...), the body is not signed",
            })
    void invalidSettingsAreReported(String members, String problem) {
        assertThatThrownBy(() -> definition("{\"verify\": [{\"type\": \"jwt\", \"secrets\": [\"signing\"], "
                        + members.replace('\'', '"') + "}]}"))
                .hasMessageContaining(problem);
    }
}
