package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of the encrypted callbacks of WeCom and DingTalk, described by data alone. The first vectors are those that the services
 * publish with their samples; the others are made by code of this test.
 */
class WecomCallbackTest {

    /** The sample of WeCom. */
    private static final String TOKEN = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo";

    private static final String AES_KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt";
    private static final String CORPORATION = "ww1436e0e65a779aee";
    private static final String ENCRYPTED =
            "Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGzBhzTtRLNshw2AEew+kkYcD+Fq72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3JWcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka7ilEbjbfvhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQHE7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49HKYg84EpHSGXAyh+/oxwaWbvL6aSDPOYuPDGOCI8jmnKiypE+";
    private static final String BODY =
            "<xml><ToUserName><![CDATA[ww1436e0e65a779aee]]></ToUserName>\n<Encrypt><![CDATA[" + ENCRYPTED
                    + "]]></Encrypt>\n<AgentID><![CDATA[1000002]]></AgentID>\n</xml>";
    private static final String ECHO =
            "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==";

    /** The sample of DingTalk. */
    private static final String DING_TOKEN = "123456";

    private static final String DING_KEY = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij";
    private static final String SUITE = "suite4xxxxxxxxxxxxxxx";
    private static final String DING_ENCRYPTED =
            "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==";

    private static final String SIGNATURE = """
            {"type": "signature", "secrets": ["token"], "namedSecrets": {"aesKey": "aesKey"},
             "definition": {"algorithm": "SHA-1", "signature": [{"query": "msg_signature"}],
              "timestamp": {"query": "timestamp"}, "bodiesAreUnique": true,
              "sortedContent": ["{{secret}}", "{{timestamp}}", "{{query.nonce}}", "{{body./Encrypt}}"],
              "encrypted": {"location": {"body": "/Encrypt"}, "format": "wecom", "receiver": "ww1436e0e65a779aee",
               "key": "{{secret.aesKey | decodeBase64 | bytes}}"}}}""";

    private static final String WECOM = """
            {"verify": [%s], "readAs": "application/xml", "type": {"body": "/MsgType"}, "id": {"body": "/MsgId"},
             "handshake": [{"type": "challenge", "method": "GET", "location": {"query": "echostr"},
              "encrypted": {"location": {"query": "echostr"}, "format": "wecom", "receiver": "ww1436e0e65a779aee",
               "secret": "aesKey", "key": "{{secret | decodeBase64 | bytes}}"},
              "verifiedBy": {"type": "signature", "secrets": ["token"],
               "definition": {"algorithm": "SHA-1", "signature": [{"query": "msg_signature"}],
                "timestamp": {"query": "timestamp"},
                "sortedContent": ["{{secret}}", "{{timestamp}}", "{{query.nonce}}", "{{query.echostr}}"]}}}]}""".formatted(SIGNATURE);

    private static final String DINGTALK = """
            {"verify": [{"type": "signature", "secrets": ["token"], "namedSecrets": {"aesKey": "aesKey"},
             "definition": {"algorithm": "SHA-1", "signature": [{"query": "signature"}],
              "timestamp": {"query": "timestamp"}, "timestampUnit": "millis",
              "sortedContent": ["{{secret}}", "{{timestamp}}", "{{query.nonce}}", "{{body./encrypt}}"],
              "encrypted": {"location": {"body": "/encrypt"}, "format": "wecom", "receiver": "suite4xxxxxxxxxxxxxxx",
               "key": "{{secret.aesKey | decodeBase64 | bytes}}", "response": "success"},
              "eventType": {"body": "/EventType"}}}]}""";

    private final List<WebhookEvent> events = new ArrayList<>();

    private WebhookReceiver receiver(String json, String token, String aesKey, Instant now) {
        return WebhookReceiver.named("wecom")
                .definition(JsonSupport.parse(json), Map.of("token", Secret.of(token), "aesKey", Secret.of(aesKey)))
                .timeSource(new VirtualTime(now))
                .handler(events::add)
                .build();
    }

    private WebhookReceiver wecom() {
        return receiver(WECOM, TOKEN, AES_KEY, Instant.ofEpochSecond(1476422779));
    }

    private WebhookReceiver dingTalk() {
        return receiver(DINGTALK, DING_TOKEN, DING_KEY, Instant.ofEpochMilli(1445827045067L));
    }

    private static WebhookRequest post(String query, String body) {
        return WebhookRequest.of("POST", "/hooks/1", query, Map.of(), body.getBytes(UTF_8));
    }

    private static WebhookRequest get(String query) {
        return WebhookRequest.of("GET", "/hooks/1", query, Map.of(), null);
    }

    private static String signed(String token, String timestamp, String nonce, String text) throws Exception {
        String content = String.join("", new TreeSet<>(List.of(token, timestamp, nonce, text)));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(content.getBytes(UTF_8)));
    }

    private static byte[] key(String aesKey) {
        return Base64.getDecoder().decode(aesKey + "=");
    }

    private static byte[] aes(int mode, byte[] key, byte[] bytes) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
        return cipher.doFinal(bytes);
    }

    /** The plain text with its padding. */
    private static byte[] padded(String message, int length, String receiver) {
        byte[] text = message.getBytes(UTF_8);
        byte[] id = receiver.getBytes(UTF_8);
        int size = 20 + text.length + id.length;
        int padding = 32 - size % 32;
        byte[] plain = new byte[size + padding];
        Arrays.fill(plain, size, plain.length, (byte) padding);
        byte[] random = new byte[16];
        new Random(1).nextBytes(random);
        ByteBuffer.wrap(plain).put(random).putInt(length).put(text).put(id);
        return plain;
    }

    private static String encrypted(byte[] plain) throws GeneralSecurityException {
        return Base64.getEncoder().encodeToString(aes(Cipher.ENCRYPT_MODE, key(AES_KEY), plain));
    }

    private static String query(String text, String extra) throws Exception {
        return "msg_signature=" + signed(TOKEN, "1476422779", "n1", text) + "&timestamp=1476422779&nonce=n1" + extra;
    }

    private static WebhookRequest message(String text) throws Exception {
        return post(query(text, ""), "<xml><Encrypt><![CDATA[" + text + "]]></Encrypt></xml>");
    }

    @Test
    void publishedMessageOfWecomBecomesAnEvent() {
        WebhookReceiver receiver = wecom();
        WebhookRequest request = post(
                "msg_signature=0c3914025cb4b4d68103f6bfc8db550f79dcf48e&timestamp=1476422779&nonce=1597212914", BODY);

        assertThat(receiver.explain(request)).hasToString("ACCEPTED");
        assertThat(receiver.receive(request).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo("text");
        assertThat(events.get(0).id()).isEqualTo("1456453720");
        assertThat(events.get(0).payload().path("FromUserName").asText()).isEqualTo("ChenJiaShun");
    }

    @Test
    void publishedUrlVerificationOfWecomIsAnswered() {
        WebhookReceiver receiver = receiver(WECOM, TOKEN, AES_KEY, Instant.ofEpochSecond(1476416373));
        String encoded = URLEncoder.encode(ECHO, UTF_8);

        WebhookResponse response = receiver.receive(get(
                "msg_signature=012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb&timestamp=1476416373&nonce=47744683&echostr="
                        + encoded));

        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), UTF_8)).isEqualTo("1288432023552776189");
        assertThat(events).isEmpty();
    }

    @Test
    void publishedMessageOfDingTalkGetsAnEncryptedResponse() throws Exception {
        WebhookResponse response = dingTalk()
                .receive(post(
                        "signature=5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0&timestamp=1445827045067&nonce=nEXhMP4r",
                        "{\"encrypt\":\"" + DING_ENCRYPTED + "\"}"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(events.get(0).type()).isEqualTo("check_create_suite_url");
        assertThat(events.get(0).payload().path("Random").asText()).isEqualTo("LPIdSnlF");
        JsonNode json = JsonSupport.parse(new String(response.body(), UTF_8));
        String text = json.path("encrypt").asText();
        assertThat(json.path("timeStamp").asText()).isEqualTo("1445827045067");
        assertThat(json.path("msg_signature").asText())
                .isEqualTo(
                        signed(DING_TOKEN, "1445827045067", json.path("nonce").asText(), text));
        byte[] plain =
                aes(Cipher.DECRYPT_MODE, key(DING_KEY), Base64.getDecoder().decode(text));
        assertThat(plain.length % 32).isZero();
        int end = plain.length - plain[plain.length - 1];
        assertThat(ByteBuffer.wrap(plain).getInt(16)).isEqualTo(7);
        assertThat(new String(plain, 20, end - 20, UTF_8)).isEqualTo("success" + SUITE);
    }

    @Test
    void builderDescribesTheSame() throws Exception {
        SignatureBuilder scheme = Signatures.hmac("SHA-1", Secret.of(TOKEN))
                .namedSecret("aesKey", Secret.of(AES_KEY))
                .signature(ValueSelector.query("msg_signature"))
                .timestamp(ValueSelector.query("timestamp"))
                .bodiesAreUnique()
                .sortedContent("{{secret}}", "{{timestamp}}", "{{query.nonce}}", "{{body./Encrypt}}")
                .encrypted(
                        BodyEncryption.aes(ValueSelector.body("/Encrypt"), "{{secret.aesKey | decodeBase64 | bytes}}")
                                .wecom(CORPORATION));

        assertThat(scheme.toJson())
                .isEqualTo(Signatures.definition(JsonSupport.parse(SIGNATURE).path("definition"), Secret.of(TOKEN))
                        .toJson());
        WebhookRequest signed = WebhookSigner.of(scheme, Secret.of(TOKEN)).sign(post("nonce=n1", "{\"a\":1}"));
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(scheme.build())
                .handler(events::add)
                .build();
        assertThat(receiver.receive(signed).status()).isEqualTo(200);
        assertThat(events.get(0).payload().path("a").asInt()).isEqualTo(1);
    }

    /** All failures have the same response, so that it tells an attacker nothing about the plain text. */
    @Test
    void invalidMessagesAreRejectedInTheSameWay() throws Exception {
        String xml = "<xml><MsgId>1</MsgId></xml>";
        byte[] good = padded(xml, xml.length(), CORPORATION);
        byte[] wrongPadding = good.clone();
        wrongPadding[good.length - 2]++;
        byte[] noPadding = good.clone();
        noPadding[good.length - 1] = 0;
        byte[] largePadding = good.clone();
        largePadding[good.length - 1] = 33;
        String text = encrypted(good);
        byte[] cut = Arrays.copyOf(Base64.getDecoder().decode(text), 32);
        List<String> texts = new ArrayList<>(List.of(
                encrypted(padded(xml, xml.length(), "another")),
                encrypted(padded(xml, xml.length(), "")),
                encrypted(padded(xml, xml.length() + CORPORATION.length() + 1, CORPORATION)),
                encrypted(padded(xml, Integer.MAX_VALUE, CORPORATION)),
                encrypted(padded(xml, -1, CORPORATION)),
                encrypted(wrongPadding),
                encrypted(noPadding),
                encrypted(largePadding),
                Base64.getEncoder().encodeToString(cut),
                text.substring(0, text.length() - 4),
                text.substring(0, 20),
                "AAAA",
                "?",
                ""));
        WebhookReceiver receiver = wecom();
        WebhookResponse unsigned = receiver.receive(post("", "<xml/>"));

        assertThat(receiver.receive(message(text)).status()).isEqualTo(200);
        assertThat(events).hasSize(1);
        for (String invalid : texts) {
            WebhookResponse response = receiver.receive(message(invalid));
            assertThat(response.status()).as(invalid).isEqualTo(401);
            assertThat(response.body()).isEqualTo(unsigned.body());
            assertThat(response.headers()).isEqualTo(unsigned.headers());
        }
        assertThat(events).hasSize(1);
    }

    /** The signed field is missing or occurs twice, and the rest of the body is unsigned. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<xml><MsgId>2</MsgId></xml>",
                "<xml><Encrypt/><MsgId>2</MsgId></xml>",
                "<xml><Encrypt><a>1</a></Encrypt><MsgId>2</MsgId></xml>",
                "{\"MsgId\": 2}",
                "MsgId=2",
                "",
            })
    void bodyWithoutEncryptedTextIsRejected(String body) throws Exception {
        assertThat(wecom().receive(post(query("", ""), body)).status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @Test
    void repeatedFieldsAndParametersAreRejected() throws Exception {
        String xml = "<xml><MsgId>1</MsgId></xml>";
        String text = encrypted(padded(xml, xml.length(), CORPORATION));
        WebhookReceiver receiver = wecom();

        assertThat(receiver.receive(
                                post(query(text, ""), "<xml><Encrypt>" + text + "</Encrypt><Encrypt>x</Encrypt></xml>"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(post(query(text, "&nonce=n2"), "<xml><Encrypt>" + text + "</Encrypt></xml>"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(post(
                                query(text, "&timestamp=1476422779"), "<xml><Encrypt>" + text + "</Encrypt></xml>"))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(get(query(ECHO, "&echostr=" + URLEncoder.encode(ECHO, UTF_8) + "&echostr=x")))
                        .status())
                .isIn(401, 405);
        assertThat(events).isEmpty();
    }

    /** External entities are not resolved before the signature is known, nor afterwards. */
    @Test
    void entitiesAreNotResolved() throws Exception {
        String xml = "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><xml><Encrypt>&e;</Encrypt></xml>";

        assertThat(wecom().receive(post(query("", ""), xml)).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "000000d0a58dd4b10f8dfe5c4ac00ae211ebeb00, 1476416373, 47744683",
        "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb, 1476416374, 47744683",
        "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb, 1476416373, 47744684",
        "'', 1476416373, 47744683"
    })
    void unsignedUrlVerificationIsRejected(String signature, String timestamp, String nonce) {
        WebhookReceiver receiver = receiver(WECOM, TOKEN, AES_KEY, Instant.ofEpochSecond(1476416373));

        WebhookResponse response = receiver.receive(get("msg_signature=" + signature + "&timestamp=" + timestamp
                + "&nonce=" + nonce + "&echostr=" + URLEncoder.encode(ECHO, UTF_8)));

        assertThat(response.status()).isEqualTo(401);
    }

    @Test
    void oldUrlVerificationIsRejected() {
        WebhookResponse response = wecom().receive(get(
                "msg_signature=012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb&timestamp=1476416373&nonce=47744683&echostr="
                        + URLEncoder.encode(ECHO, UTF_8)));

        assertThat(response.status()).isEqualTo(401);
    }

    /** A captured event is not decrypted for whoever sends it as a challenge. */
    @Test
    void eventIsNoChallenge() throws Exception {
        String xml = "<xml><MsgId>1</MsgId></xml>";
        String text = encrypted(padded(xml, xml.length(), CORPORATION));

        WebhookResponse response = wecom().receive(get(query(text, "&echostr=" + URLEncoder.encode(text, UTF_8))));

        assertThat(response.status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "'key': '{{secret.aesKey | bytes}}', 'format': 'wecom' ; the key has 43 bytes instead of 32; check its template, such as {{secret | decodeBase64 | bytes}}",
                "'key': '{{secret.aesKy | decodeBase64 | bytes}}', 'format': 'wecom' ; encrypted, key, column 1: the secret \"aesKy\" is not given: add it to namedSecrets, which has [aesKey]",
                "'key': '{{secret.aesKey | decodeBase64 | bytes}}', 'receiver': 'r' ; /encrypted/receiver: only a text in the format wecom has a receiver",
                "'key': '{{secret.aesKey | decodeBase64 | bytes}}', 'format': 'wecom', 'response': 'success' ; encrypted, response: only the format wecom with a receiver",
                "'key': '{{secret.aesKey | decodeBase64 | bytes}}', 'format': 'wecon' ; /encrypted/format",
                "'key': '{{secret | sha256 | bytes}}' ; namedSecrets: aesKey is not used",
            })
    void invalidSettingsAreReported(String members, String problem) {
        String json = "{'verify': [{'type': 'signature', 'secrets': ['token'], 'namedSecrets': {'aesKey': 'aesKey'},"
                + "'definition': {'algorithm': 'HmacSHA256', 'signature': [{'header': 'X'}],"
                + "'encrypted': {'location': {'body': '/e'}, " + members + "}}}]}";

        assertThatThrownBy(() -> receiver(json.replace('\'', '"'), TOKEN, AES_KEY, Instant.EPOCH))
                .hasMessageContaining(problem)
                .hasMessageNotContaining(AES_KEY);
    }

    /** The response would show anyone the plain text of a captured text. */
    @Test
    void unsignedEncryptedChallengeIsReported() {
        ChallengeBuilder challenge = Handshakes.challenge(ValueSelector.query("echostr"))
                .encrypted(
                        BodyEncryption.aes(ValueSelector.query("echostr"), "{{secret | decodeBase64 | bytes}}")
                                .wecom(null),
                        Secret.of(AES_KEY));

        assertThatThrownBy(challenge::build).hasMessageContaining("encrypted: anyone could have texts decrypted");
        assertThat(challenge.verified().build()).isNotNull();
    }

    /** Unsigned XML of any kind costs little, and never more than a rejection. */
    @ParameterizedTest
    @ValueSource(strings = {"entities", "depth", "attributes", "truncated", "encoding", "elements"})
    void hostileXmlIsRejected(String kind) throws Exception {
        String xml = switch (kind) {
            case "entities" ->
                "<!DOCTYPE x [<!ENTITY a \"" + "a".repeat(1000) + "\"><!ENTITY b \"" + "&a;".repeat(1000)
                        + "\"><!ENTITY c \"" + "&b;".repeat(1000) + "\">]><xml><Encrypt>&c;</Encrypt></xml>";
            case "depth" -> "<a>".repeat(200_000);
            case "attributes" -> "<xml " + "a='1' ".repeat(100_000) + "/>";
            case "truncated" -> "<xml><Encrypt>" + "A".repeat(900_000);
            case "encoding" -> "<?xml version='1.0' encoding='UTF-32'?><xml/>";
            default -> "<xml>" + "<Encrypt>x</Encrypt>".repeat(50_000) + "</xml>";
        };
        WebhookReceiver receiver = wecom();

        WebhookResponse response =
                assertTimeout(Duration.ofSeconds(5), () -> receiver.receive(post(query("", ""), xml)));

        assertThat(response.status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @Test
    void twoResponsesAreReported() {
        String json = DINGTALK.substring(0, DINGTALK.length() - 1) + ", \"response\": {\"status\": 204}}";

        assertThatThrownBy(() -> receiver(json, DING_TOKEN, DING_KEY, Instant.EPOCH))
                .hasMessageContaining("response: it contradicts the encrypted response of the verifier");
        assertThatThrownBy(() -> Handshakes.challenge(ValueSelector.query("echostr"))
                        .encrypted(
                                BodyEncryption.aes(ValueSelector.query("other"), "{{secret | sha256 | bytes}}"),
                                Secret.of("s"))
                        .verified()
                        .verifiedBy((request, now) -> VerificationResult.accepted())
                        .build())
                .hasMessageContaining("encrypted: query other is not in the body")
                .hasMessageContaining("verifiedBy: it contradicts verified()");
    }
}
