package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of services that convert the whole content before they sign it, with several secrets: ECPay, described by data alone. */
class ConvertedContentTest {

    private static final String HASH_KEY = "pwFHCqoQZGmho4w6";
    private static final String HASH_IV = "EkRm7iFT261dpevs";

    private static final String ECPAY = """
            {"verify": [{"type": "signature", "secrets": ["hashKey"], "namedSecrets": {"hashIv": "iv"},
             "definition": {"algorithm": "SHA-256", "signature": [{"body": "/CheckMacValue"}],
              "fields": {"each": "{{name}}={{value}}", "separator": "&", "sortedIgnoringCase": true,
               "without": ["CheckMacValue"]},
              "content": "HashKey={{secret}}&{{fields}}&HashIV={{secret.hashIv}}",
              "contentFilters": ["dotNetEncoded", "lower"], "eventId": {"body": "/MerchantTradeNo"}}}],
             "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "text": "1|OK"}}""";

    private final List<WebhookEvent> events = new ArrayList<>();

    private WebhookReceiver ecpay(String json) {
        return WebhookReceiver.named("ecpay")
                .definition(JsonSupport.parse(json), Map.of("hashKey", Secret.of(HASH_KEY), "iv", Secret.of(HASH_IV)))
                .handler(events::add)
                .build();
    }

    private static WebhookRequest form(Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(field ->
                        URLEncoder.encode(field.getKey(), UTF_8) + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8));
    }

    /** The order of {@code strcasecmp}; the escapes of .NET as the service's samples replace those of other languages. */
    private static String checkMacValue(Map<String, String> fields) throws Exception {
        String list = fields.entrySet().stream()
                .sorted((one, other) -> one.getKey()
                        .toLowerCase(Locale.ROOT)
                        .compareTo(other.getKey().toLowerCase(Locale.ROOT)))
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("&"));
        String encoded = URLEncoder.encode("HashKey=" + HASH_KEY + "&" + list + "&HashIV=" + HASH_IV, UTF_8)
                .replace("%21", "!")
                .replace("%28", "(")
                .replace("%29", ")")
                .toLowerCase(Locale.ROOT);
        return HexFormat.of()
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(encoded.getBytes(UTF_8)));
    }

    private static Map<String, String> signed(Map<String, String> fields) throws Exception {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put("CheckMacValue", checkMacValue(fields));
        return all;
    }

    /** The example of ECPay's documentation, with its result. */
    private static Map<String, String> published() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("TradeDesc", "促銷方案");
        fields.put("PaymentType", "aio");
        fields.put("MerchantTradeDate", "2023/03/12 15:30:23");
        fields.put("MerchantTradeNo", "ecpay20230312153023");
        fields.put("MerchantID", "3002607");
        fields.put("ReturnURL", "https://www.ecpay.com.tw/receive.php");
        fields.put("ItemName", "Apple iphone 15");
        fields.put("TotalAmount", "30000");
        fields.put("ChoosePayment", "ALL");
        fields.put("EncryptType", "1");
        fields.put("CheckMacValue", "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840");
        return fields;
    }

    @Test
    void publishedExampleBecomesAnEvent() {
        WebhookReceiver receiver = ecpay(ECPAY);

        assertThat(receiver.explain(form(published()))).hasToString("ACCEPTED");
        WebhookResponse response = receiver.receive(form(published()));

        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), UTF_8)).isEqualTo("1|OK");
        assertThat(events.get(0).id()).isEqualTo("ecpay20230312153023");
        assertThat(events.get(0).payload().path("TradeDesc").asText()).isEqualTo("促銷方案");
        assertThat(events.get(0).payload().has("CheckMacValue")).isFalse();
    }

    @Test
    void specialCharactersAndCasesAreSignedLikeInDotNet() throws Exception {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("MerchantTradeNo", "A1");
        fields.put("amount", "5");
        fields.put("Zone", "-_.!*()~ +&=%2B'\"/:@é€😀");
        fields.put("CustomField1", "");
        fields.put("auth_code", "777777");

        assertThat(ecpay(ECPAY).receive(form(signed(fields))).status()).isEqualTo(200);
        assertThat(events.get(0).payload().path("Zone").asText()).isEqualTo(fields.get("Zone"));
    }

    @ParameterizedTest
    @CsvSource({"TotalAmount, 1", "MerchantTradeNo, other", "Extra, x", "CheckMacValue, ''", "CheckMacValue, 00"})
    void changedFieldsAreRejected(String name, String value) {
        Map<String, String> fields = published();
        fields.put(name, value);

        assertThat(ecpay(ECPAY).receive(form(fields)).status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    /** The case of letters is not signed: a changed one is no other event. */
    @Test
    void changedCaseIsARepetition() {
        WebhookReceiver receiver = ecpay(ECPAY);
        Map<String, String> changed = published();
        changed.put("MerchantTradeNo", "ECPAY20230312153023");

        assertThat(receiver.receive(form(published())).status()).isEqualTo(200);
        assertThat(receiver.receive(form(changed)).status()).isEqualTo(200);

        assertThat(events).hasSize(1);
    }

    @Test
    void builderDescribesTheSame() {
        SignatureBuilder scheme = Signatures.hmac("SHA-256", Secret.of(HASH_KEY))
                .namedSecret("hashIv", Secret.of(HASH_IV))
                .signature(ValueSelector.body("/CheckMacValue"))
                .fields(SignedFields.each("{{name}}={{value}}")
                        .separator("&")
                        .sortedIgnoringCase()
                        .without("CheckMacValue"))
                .content("HashKey={{secret}}&{{fields}}&HashIV={{secret.hashIv}}")
                .contentFilters("dotNetEncoded", "lower")
                .eventId(ValueSelector.body("/MerchantTradeNo"));

        assertThat(scheme.toJson())
                .isEqualTo(
                        Signatures.definition(JsonSupport.parse(ECPAY).at("/verify/0/definition"), Secret.of(HASH_KEY))
                                .toJson());
        WebhookReceiver receiver = WebhookReceiver.named("ecpay")
                .verify(scheme.build())
                .handler(events::add)
                .build();
        assertThat(receiver.receive(form(published())).status()).isEqualTo(200);
        assertThat(events).hasSize(1);
    }

    @Test
    void namedSecretsNeedASharedSecret() {
        assertThatThrownBy(() -> Signatures.publicKey(
                                "Ed25519",
                                PublicKeys.fixed("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
                        .signature(ValueSelector.header("X"))
                        .content("{{body}}{{secret.x}}")
                        .namedSecret("x", Secret.of("s3cr3t"))
                        .build())
                .hasMessageContaining("namedSecrets: Ed25519 uses public keys")
                .hasMessageNotContaining("s3cr3t");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"dotNetEncoded\" ; \"dotnetEncoded\" ; contentFilters: the filter \"dotnetEncoded\" is unknown; did you mean \"dotNetEncoded\"?",
                "{\"hashIv\": \"iv\"} ; {} ; the secret \"hashIv\" is not given: add it to namedSecrets",
                "{\"hashIv\": \"iv\"} ; {\"hash Iv\": \"iv\"} ; namedSecrets: the name \"hash Iv\" is invalid",
                "{\"hashIv\": \"iv\"} ; {\"hashIv\": \"vi\"} ; /verify/0/namedSecrets/hashIv: the secret \"vi\" is unknown",
            })
    void invalidSettingsAreReported(String text, String replacement, String problem) {
        assertThatThrownBy(() -> ecpay(ECPAY.replace(text, replacement)))
                .hasMessageContaining(problem)
                .hasMessageNotContaining(HASH_IV);
    }
}
