package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HMAC signatures, verified from the received request. */
class HmacAuthTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final byte[] KEY = "k3y\u00e4".getBytes(StandardCharsets.UTF_8);
    private static final Secret TEXT = Secret.of("k3y\u00e4");
    private static final VirtualTime CLOCK = new VirtualTime(Instant.parse("2026-11-25T12:00:00.500Z"));

    private static LoggedRequest received(AuthStrategy auth, Request request) {
        service.stubFor(any(anyUrl()).willReturn(ok()));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
        return service.getAllServeEvents().get(0).getRequest();
    }

    private static byte[] hmac(String algorithm, byte[]... parts) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(KEY, algorithm));
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void dayOfAnHttpDateHasTwoDigits() throws Exception {
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "{{timeHttp}}")
                .header("Date", "{{timeHttp}}")
                .timeSource(new VirtualTime(Instant.parse("1994-11-06T08:49:37.999Z")));

        assertThat(received(auth, Request.get("/")).getHeader("Date")).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void allPillsOfTheTemplateAreSigned() throws Exception {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA256",
                        TEXT,
                        "{{method}}|{{url}}|{{host}}|{{path}}|{{query}}|{{target}}|{{type}}|{{ time"
                                + " }}|{{timeMillis}}|{{timeIso}}"
                                + "|{{timeHttp}}|{{bodySha256Hex}}|{{bodySha256Base64}}|{{bodyMd5Base64}}|{{body}}")
                .header("X-Time", "{{time}}")
                .header("Content-MD5", "{{bodyMd5Base64}}")
                .header("X-Signature", "v1={{signature}},alg=x")
                .query("sig", "{{signatureBase64}}")
                .timeSource(CLOCK);
        byte[] body = {0, (byte) 0xff, (byte) 0x80, '{', '{', 't'};

        LoggedRequest received =
                received(auth, Request.post("/a%20b?x=1&y=%C3%BC").body(Body.bytes(body, "application/octet-stream")));

        byte[] sha = MessageDigest.getInstance("SHA-256").digest(body);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(body);
        String host = "localhost:" + service.getPort();
        byte[] expected = hmac(
                "HmacSHA256",
                bytes("POST|http://" + host + "/a%20b?x=1&y=%C3%BC|" + host
                        + "|/a%20b|x=1&y=%C3%BC|/a%20b?x=1&y=%C3%BC|application/octet-stream|1795608000|1795608000500"
                        + "|2026-11-25T12:00:00.500Z|Wed, 25 Nov 2026 12:00:00 GMT|"
                        + HexFormat.of().formatHex(sha) + "|"
                        + Base64.getEncoder().encodeToString(sha) + "|"
                        + Base64.getEncoder().encodeToString(md5) + "|"),
                body);
        assertThat(received.getHeader("X-Signature"))
                .isEqualTo("v1=" + HexFormat.of().formatHex(expected) + ",alg=x");
        assertThat(received.queryParameter("sig").firstValue())
                .isEqualTo(Base64.getEncoder().encodeToString(expected));
        assertThat(received.getHeader("X-Time")).isEqualTo("1795608000");
        assertThat(received.getHeader("Content-MD5"))
                .isEqualTo(Base64.getEncoder().encodeToString(md5));
    }

    @Test
    void eachAttemptHasItsOwnNonce() throws Exception {
        HmacAuth auth = HmacAuth.of("HmacSHA1", TEXT, "{{nonce}}{{query}}")
                .header("X-Nonce", "{{nonce}}")
                .header("X-Signature", "{{signature}}");
        LoggedRequest one = received(auth, Request.get("/"));
        LoggedRequest other = received(auth, Request.get("/"));
        assertThat(one.getHeader("X-Nonce")).hasSize(36).isNotEqualTo(other.getHeader("X-Nonce"));
        assertThat(one.getHeader("X-Signature"))
                .isEqualTo(HexFormat.of().formatHex(hmac("HmacSHA1", bytes(one.getHeader("X-Nonce")))));
    }

    @Test
    void encodedKeysAreDecoded() throws Exception {
        String expected = HexFormat.of().formatHex(hmac("HmacSHA512", bytes("GET")));
        Secret base64 = Secret.of(Base64.getEncoder().encodeToString(KEY));
        Secret hex = Secret.of(HexFormat.of().formatHex(KEY));
        HmacAuth text = HmacAuth.of("HmacSHA512", base64, "{{method}}").header("X-Signature", "{{signature}}");
        assertThat(received(text.keyIsBase64(), Request.get("/")).getHeader("X-Signature"))
                .isEqualTo(expected);
        HmacAuth inHex = HmacAuth.of("HmacSHA512", hex, "{{method}}").header("X-Signature", "{{signature}}");
        assertThat(received(inHex.keyIsHex(), Request.get("/")).getHeader("X-Signature"))
                .isEqualTo(expected);
        assertThatThrownBy(() -> text.keyIsHex().apply(Request.get("https://example.com/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("key: it is not valid Base64 or hexadecimal")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{{signature}}", "x{{Method}}", "{{method}}{{ x.y | base64 }}", "{{method}} in a body{{bod}}"})
    void unknownPillIsReportedWithItsPosition(String template) {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, template))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("template, character " + (template.lastIndexOf("{{") + 1))
                .hasMessageContaining("bodyMd5Base64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{}}", "{{method", "{{method | nofilter}}", "{{method | base64(1)}}", "{{ method body }}"})
    void malformedPillIsRejected(String template) {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, template))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("template: ")
                .hasMessageContaining("column 1");
    }

    @Test
    void valuesAreDataAndMayBeFiltered() throws Exception {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA256",
                        TEXT,
                        "{{method}}{{account}}{{body | base64}}",
                        Map.of("account", "{{body}}", "auth.key", Secret.of("k{{signature}}")))
                .header("X-Account", "{{account | hex}}")
                .header("X-Key", "{{auth.key}}")
                .header("X-Signature", "{{signature | upper}}");
        LoggedRequest received = received(auth, Request.get("/"));
        assertThat(received.getHeader("X-Account")).isEqualTo("7b7b626f64797d7d");
        assertThat(received.getHeader("X-Key")).isEqualTo("k{{signature}}");
        assertThat(received.getHeader("X-Signature"))
                .isEqualTo(HexFormat.of().withUpperCase().formatHex(hmac("HmacSHA256", bytes("GET{{body}}"))));
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, "", Map.of("body", "x")))
                .hasMessageContaining("value body: this name is reserved");
    }

    private static final VirtualTime EXCHANGE = new VirtualTime(Instant.ofEpochMilli(1_499_827_319_559L));

    private static Request signed(HmacAuth auth, Request request) {
        return auth.timeSource(EXCHANGE).apply(request);
    }

    private static String header(Request request, String name) {
        return request.header(name).orElseThrow();
    }

    /** The example in the documentation of Binance: the timestamp of the strategy is signed. */
    @Test
    void signatureCoversTheParametersOfTheStrategy() {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA256",
                        Secret.of("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"),
                        "{{query}}{{body}}")
                .query("recvWindow", "5000")
                .query("timestamp", "{{timeMillis}}")
                .query("signature", "{{signature}}");
        String order = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1";

        assertThat(signed(auth, Request.post("https://api.example.com/api/v3/order?" + order))
                        .uri()
                        .getRawQuery())
                .isEqualTo(order + "&recvWindow=5000&timestamp=1499827319559"
                        + "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
    }

    /** The example in the documentation of Kraken: the path, and the bytes of a digest. */
    @Test
    void bytesOfADigestAreSigned() {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA512",
                        Secret.of(
                                "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="),
                        "")
                .keyIsBase64()
                .computed("sent", "{{timeMillis}}{{body}}")
                .template("{{path}}{{sent | sha256 | bytes}}")
                .header("API-Sign", "{{signatureBase64}}")
                .timeSource(new VirtualTime(Instant.ofEpochMilli(1_616_492_376_594L)));
        Body order = Body.text(
                "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
                "application/x-www-form-urlencoded");

        assertThat(header(
                        auth.apply(Request.post("https://api.example.com/0/private/AddOrder")
                                .body(order)),
                        "API-Sign"))
                .isEqualTo("4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==");
    }

    @Test
    void bodyFieldIsSignedUnlessItHasTheSignature() {
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "{{body}}")
                .bodyField("nonce", "{{timeMillis}}")
                .bodyField("sign", "{{signature}}");
        HmacAuth check =
                HmacAuth.of("HmacSHA256", TEXT, "pair=X&nonce=1499827319559").header("X", "{{signature}}");

        Request sent = signed(auth, Request.post("https://api.example.com/").bodyField("pair", "X"));

        assertThat(sent.body().orElseThrow().toBytes())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("pair=X&nonce=1499827319559&sign="
                        + header(signed(check, Request.get("https://x.example/")), "X"));
        assertThatThrownBy(() -> signed(auth, Request.get("https://api.example.com/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("a GET request without a body can't have the signature in a body field");
        assertThat(signed(auth, Request.delete("https://api.example.com/")).body())
                .isPresent();
        assertThat(signed(auth.header("X", "{{signature}}"), Request.get("https://api.example.com/"))
                        .body())
                .isEmpty();
    }

    /** Expected values were computed by the module hmac of Python, by the documentation of each exchange. */
    @Test
    void signaturesOfExchanges() {
        HmacAuth kucoin = HmacAuth.of(
                        "HmacSHA256",
                        Secret.of("kc-secret"),
                        "{{timeMillis}}{{method}}{{target}}{{body}}",
                        Map.of("passphrase", Secret.of("pass")))
                .signature("proof", "{{passphrase}}")
                .header("KC-API-SIGN", "{{signatureBase64}}")
                .header("KC-API-PASSPHRASE", "{{proofBase64}}")
                .header("KC-API-TIMESTAMP", "{{timeMillis}}");
        Request order = signed(
                kucoin,
                Request.post("https://api.example.com/api/v1/orders?x=1")
                        .body(Body.text("{\"side\":\"buy\"}", "application/json")));
        assertThat(header(order, "KC-API-SIGN")).isEqualTo("9nCH7bxgc+9nFqXkuV2txtDau4txqsLwS1R8JxQ3OxA=");
        assertThat(header(order, "KC-API-PASSPHRASE")).isEqualTo("HyqPJ4V4TBG3x11wkYOtUdgjxULJd/bw6oJ8Llo83dM=");
        assertThat(header(order, "KC-API-TIMESTAMP")).isEqualTo("1499827319559");

        String millis = "{{timeIso | date(\"yyyy-MM-dd'T'HH:mm:ss.SSSX\", 'UTC')}}";
        HmacAuth okx = HmacAuth.of("HmacSHA256", Secret.of("okx-secret"), millis + "{{method}}{{target}}{{body}}")
                .header("OK-ACCESS-SIGN", "{{signatureBase64}}");
        assertThat(header(
                        signed(okx, Request.get("https://api.example.com/api/v5/account/balance?ccy=BTC")),
                        "OK-ACCESS-SIGN"))
                .isEqualTo("iYU3oZR+Hjo867ZlhQNg/HSAENOkgYbe8u/7I5LeYPA=");

        HmacAuth bybit = HmacAuth.of("HmacSHA256", Secret.of("by-secret"), "{{timeMillis}}key5000{{query}}{{body}}")
                .header("X-BAPI-SIGN", "{{signature}}");
        assertThat(header(
                        signed(bybit, Request.get("https://api.example.com/v5/p?category=linear&symbol=BTCUSDT")),
                        "X-BAPI-SIGN"))
                .isEqualTo("73f21b6e7a603f08317b15de26ffff966fd2ce6800e59ec213c5a4f69fa9ac83");

        HmacAuth coinbase = HmacAuth.of(
                        "HmacSHA256", Secret.of("Y29pbmJhc2Utc2VjcmV0"), "{{time}}{{method}}{{target}}{{body}}")
                .keyIsBase64()
                .header("CB-ACCESS-SIGN", "{{signatureBase64}}");
        assertThat(header(
                        signed(
                                coinbase,
                                Request.post("https://api.example.com/orders")
                                        .body(Body.text("{\"size\":\"1\"}", "application/json"))),
                        "CB-ACCESS-SIGN"))
                .isEqualTo("NM9cgnGP/91eEHkzUVZ6781wpgcKXej2JCCcjKiB4B8=");
    }

    /** Expected values were computed by the module hmac of Python: a derived key, and sorted parameters. */
    @Test
    void derivedKeyAndSortedParameters() {
        HmacAuth derived = HmacAuth.of("HmacSHA256", Secret.of("TC3sk"), "")
                .deriveKey("{{timeIso | date('yyyy-MM-dd', 'UTC')}}", "cvm", "tc3_request")
                .computed("canonical", "{{method}}\n{{path}}\n{{queryCanonical}}\n{{bodySha256Hex}}")
                .template("TC3-HMAC-SHA256\n{{time}}\n{{canonical | sha256}}")
                .header("Authorization", "TC3-HMAC-SHA256 Signature={{signature}}");
        assertThat(header(
                        signed(
                                derived,
                                Request.post("https://api.example.com/?b+c=%E4%BD%A0&A=1")
                                        .body(Body.text("{\"size\":\"1\"}", "application/json"))),
                        "Authorization"))
                .endsWith("=07928db64050d95cf832e64766499bb9cab0649ac0f24f029200e2a5668f5913");

        HmacAuth sorted = HmacAuth.of("HmacSHA256", Secret.of("lz"), "{{path}}{{queryConcatenated}}")
                .query("timestamp", "{{timeMillis}}")
                .query("sign", "{{signature | upper}}");
        assertThat(signed(sorted, Request.get("https://api.example.com/order/get?sign_method=sha256&app_key=123"))
                        .uri()
                        .getRawQuery())
                .endsWith("&sign=465AA53723C3340EB3E37B0230826002A66E0ECBF8CEBDFF7AA9FD014F0B46C3");
    }

    @Test
    void templateCannotUseItsOwnSignature() {
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "")
                .computed("c", "{{signature | upper}}")
                .signature("s", "{{c}}");
        assertThatThrownBy(() -> auth.template("x{{sBase64}}"))
                .hasMessageContaining("template: it uses the signature, which is computed from it");
        assertThatThrownBy(() -> auth.signature("c", "x")).hasMessageContaining("signature c: this name is reserved");
        assertThatThrownBy(() -> auth.deriveKey("{{path}}")).hasMessageContaining("key derivation, character 1");
    }

    @Test
    void invalidSettingsAreReportedWhenTheStrategyIsBuilt() {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA3", TEXT, ""))
                .hasMessageContaining("algorithm: it must be one of");
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", null, "")).hasMessageContaining("key: it is null");
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, null)).hasMessageContaining("template: it is null");
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "");
        assertThatThrownBy(() -> auth.header("X-A", "{{sig}}")).hasMessageContaining("X-A, character 1");
        assertThatThrownBy(() -> auth.header("X A", "")).isInstanceOf(InvalidDefinitionException.class);
    }
}
