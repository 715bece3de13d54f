package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.SignatureAuth;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures over sorted parameters, by a digest or a private key, verified from the received request. */
class SignedParametersTest {

    private static final String SECRET = "Top-Secret-1";
    private static final String FIELDS = "{'name': 'id'}, {'name': 'secret', 'secret': true}";

    private static final Map<String, KeyPair> PAIRS = new HashMap<>();

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/api/x", MockResponse.status(200));
        service.on("POST", "/api/x", MockResponse.status(200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private AuthDefinition definition(String strategy) {
        return AuthDefinition.parse("{'name': 'Shop', 'baseUrl': 'BASE', 'fields': [%s], 'strategies': {'a': {%s}}}"
                .formatted(FIELDS, strategy)
                .replace('`', '\u0001')
                .replace('\'', '"')
                .replace('\u0001', '\'')
                .replace("BASE", service.baseUrl()));
    }

    private MockService.RecordedRequest sent(String strategy, Request request) {
        return sent(strategy, SECRET, request);
    }

    private MockService.RecordedRequest sent(String strategy, String secret, Request request) {
        try (HttpConnection connection = definition(strategy)
                .choose("a")
                .value("id", "4711")
                .value("secret", secret)
                .connection()
                .build()) {
            Response response = connection.send(request);
            assertThat(response.exchange().toString()).doesNotContain(secret.substring(0, 12));
        }
        return service.requests().get(service.requests().size() - 1);
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> all = new TreeMap<>();
        for (String pair : text == null ? new String[0] : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            all.put(decoded(parts[0]), decoded(parts[1]));
        }
        return all;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(MockService.RecordedRequest request) {
        Map<String, String> all = parameters(request.uri().getRawQuery());
        if (!request.body().isEmpty()) {
            all.putAll(parameters(request.body()));
        }
        return all;
    }

    private static String joined(Map<String, String> parameters, String assignment, String separator) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + assignment + parameter.getValue())
                .collect(Collectors.joining(separator));
    }

    private static String digest(String algorithm, String text) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] hmac(String algorithm, String key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Taobao: the secret around the concatenated parameters of query and form, as upper-case MD5 or HmacMD5. */
    @ParameterizedTest
    @CsvSource({"MD5", "HmacMD5"})
    void queryAndFormWithTheSecretAround(String algorithm) throws GeneralSecurityException {
        boolean isDigest = algorithm.equals("MD5");
        MockService.RecordedRequest sent = sent(
                (isDigest
                                ? "'type': 'signature', 'template': '{{auth.secret}}{{parameters | pairs(``, ``)}}{{auth.secret}}',"
                                : "'type': 'hmac', 'key': '{{auth.secret}}', 'template': '{{parameters | pairs(``, ``)}}',")
                        + "'algorithm': '" + algorithm + "',"
                        + "'query': {'app_key': '{{auth.id}}', 'timestamp': '{{timeIso | date(`yyyy-MM-dd HH:mm:ss`, `GMT+8`)}}', 'sign': '{{signature | upper}}'}",
                Request.post("/api/x?method=trade.get&v=2.0")
                        .bodyField("fields", "tid,\u00fc &=+")
                        .bodyField("B", "1"));

        Map<String, String> all = parameters(sent);
        String sign = all.remove("sign");
        assertThat(all).containsOnlyKeys("app_key", "timestamp", "method", "v", "fields", "B");
        String expected = isDigest
                ? digest("MD5", SECRET + joined(all, "", "") + SECRET)
                : HexFormat.of().formatHex(hmac("HmacMD5", SECRET, joined(all, "", "")));
        assertThat(sign).isEqualTo(expected.toUpperCase(Locale.ROOT));
    }

    /** The order of UTF-16 would have the surrogates of U+1F600 before U+FFFD. */
    @Test
    void parametersAreSortedByCodePoint() throws Exception {
        String strategy = "'type': 'signature', 'algorithm': 'SHA-256', 'template': '{{parameters | pairs(`=`, `&`)}}',"
                + " 'headers': {'X-Sign': '{{signature}}', 'X-Id': '{{auth.id}}{{auth.secret}}'}";
        String signed = "Z=4&a=8&z=3&\ufffd=2&\ud83d\ude00=1&\ud83d\ude00=\ufffd&\ud83d\ude00=\ud83d\ude00";
        String sign = sent(
                        strategy,
                        Request.get("/api/x?%F0%9F%98%80=%F0%9F%98%80&%F0%9F%98%80=%EF%BF%BD&%F0%9F%98%80=1&%EF%BF%BD=2"
                                + "&z=3&Z=4&a=8"))
                .header("X-Sign")
                .orElseThrow();
        assertThat(sign)
                .isEqualTo(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(signed.getBytes(StandardCharsets.UTF_8))));
    }

    /** TikTok Shop: secret, path, parameters without some, body, secret. */
    @Test
    void exclusionsAndTheBody() throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.secret}}',"
                        + "'template': '{{auth.secret}}{{path}}{{queryParameters | without(`access_token`, `sign`) | pairs(``, ``)}}{{body}}{{auth.secret}}',"
                        + "'query': {'app_key': '{{auth.id}}', 'timestamp': '{{time}}', 'sign': '{{signature}}'}",
                Request.post("/api/x?shop_id=7&access_token=t").json("{\"a\": [1, \"\u00fc\"]}"));

        Map<String, String> all = parameters(sent.uri().getRawQuery());
        String sign = all.remove("sign");
        assertThat(all.remove("access_token")).isEqualTo("t");
        assertThat(sign)
                .isEqualTo(HexFormat.of()
                        .formatHex(hmac(
                                "HmacSHA256", SECRET, SECRET + "/api/x" + joined(all, "", "") + sent.body() + SECRET)));
    }

    /** Last.fm: MD5 of all parameters but some, and the secret. */
    @ParameterizedTest
    @CsvSource({"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"})
    void digestWithoutAKey(String algorithm) throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': '" + algorithm + "',"
                        + "'template': '{{queryParameters | without(`format`) | pairs(``, ``)}}{{auth.secret}}',"
                        + "'query': {'api_key': '{{auth.id}}', 'api_sig': '{{signature}}'}, 'headers': {'X-Sign': '{{signatureBase64}}'}",
                Request.get("/api/x?method=auth.getSession&format=json&artist=Bj%C3%B6rk+%26"));

        Map<String, String> all = parameters(sent.uri().getRawQuery());
        String sign = all.remove("api_sig");
        all.remove("format");
        String expected = digest(algorithm, joined(all, "", "") + SECRET);
        assertThat(sign).isEqualTo(expected);
        assertThat(sent.header("X-Sign"))
                .contains(Base64.getEncoder().encodeToString(HexFormat.of().parseHex(expected)));
    }

    /** Marvel and Gravatar: digests of values alone need no signature. */
    @Test
    void digestsOfValues() throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'custom', 'computed': {'signed': '{{timeMillis}}{{auth.secret}}{{auth.id}}'},"
                        + "'query': {'ts': '{{timeMillis}}', 'apikey': '{{auth.id}}', 'hash': '{{auth.signed | md5}}'},"
                        + "'headers': {'X-Mail': '{{auth.id | trim | lower | sha256}}'}",
                Request.get("/api/x"));

        Map<String, String> all = parameters(sent.uri().getRawQuery());
        assertThat(all.get("hash")).isEqualTo(digest("MD5", all.get("ts") + SECRET + "4711"));
        assertThat(sent.header("X-Mail")).contains(digest("SHA-256", "4711"));
    }

    /** WeChat Pay v2 and others: key=value&key=value without empty values, followed by the secret, and encodings. */
    @ParameterizedTest
    @CsvSource({"'', false, false", "', encoded', true, false", "', form', true, true"})
    void separatorsEncodingAndEmptyValues(String encoding, boolean isEncoded, boolean isForm)
            throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': 'MD5',"
                        + "'template': '{{bodyParameters | withoutEmpty | pairs(`=`, `&`" + encoding
                        + ")}}&key={{auth.secret}}',"
                        + "'bodyFields': {'appid': '{{auth.id}}', 'sign': '{{signature | upper}}'}",
                Request.post("/api/x?ignored=1")
                        .bodyField("total_fee", "1")
                        .bodyField("note", "")
                        .bodyField("a b", "\u00e4 ~*"));

        Map<String, String> all = parameters(sent.body());
        String sign = all.remove("sign");
        assertThat(all.remove("note")).isEmpty();
        String text = !isEncoded
                ? joined(all, "=", "&")
                : isForm ? "a+b=%C3%A4+~%2A&appid=4711&total_fee=1" : "a%20b=%C3%A4%20~%2A&appid=4711&total_fee=1";
        assertThat(sign).isEqualTo(digest("MD5", text + "&key=" + SECRET).toUpperCase(Locale.ROOT));
    }

    @Test
    void membersOfAJsonObjectAndRepeatedParameters() throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': 'SHA-256',"
                        + "'template': '{{parameters | pairs(`=`, `;`)}}|{{queryParameters | pluck(value) | join(`,`)}}|{{auth.secret}}',"
                        + "'bodyFields': {'at': '{{auth.id}}'}, 'headers': {'X-Sign': '{{signature}}'}",
                Request.post("/api/x?b=2&b=10&a=")
                        .json("{\"z\": 1.50, \"n\": null, \"o\": {\"k\": [true]}, \"B\": \"\u00fc\"}"));

        assertThat(sent.header("X-Sign"))
                .contains(digest("SHA-256", "B=\u00fc;a=;at=4711;b=10;b=2;n=;o={\"k\":[true]};z=1.50|,10,2|" + SECRET));
    }

    @Test
    void headerFieldsOfTheRequestAndOfTheStrategy() throws GeneralSecurityException {
        MockService.RecordedRequest sent = sent(
                "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.secret}}',"
                        + "'template': '{{method}}\\n{{header.Content-MD5}}\\n{{header.content-type}}\\n{{header.Date}}\\n{{scheme}}://{{header.Host}}\\nx-shop:{{header.x-shop | trim | lower}}{{header.X-None | default(`-`)}}',"
                        + "'headers': {'Date': '{{timeHttp}}', 'Content-MD5': '{{bodyMd5Base64}}', 'Authorization': 'S {{auth.id}}:{{signatureBase64}}'}",
                Request.post("/api/x").header("X-Shop", "ACME").bodyField("a", "1"));

        String host = service.baseUrl().substring("http://".length());
        String md5 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest("a=1".getBytes(StandardCharsets.UTF_8)));
        String text = "POST\n" + md5 + "\n" + sent.header("Content-Type").orElseThrow() + "\n"
                + sent.header("Date").orElseThrow() + "\nhttp://" + host + "\nx-shop:acme-";
        assertThat(sent.header("Content-MD5")).contains(md5);
        assertThat(sent.header("Authorization"))
                .contains("S 4711:" + Base64.getEncoder().encodeToString(hmac("HmacSHA256", SECRET, text)));
    }

    @Test
    void missingHeaderFieldIsReported() {
        assertThatThrownBy(() -> sent(
                        "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.secret}}', 'template': '{{header.X-Shop}}{{auth.id}}',"
                                + "'headers': {'X-Sign': '{{signature}}'}",
                        Request.get("/api/x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("header.X-Shop");
    }

    @Test
    void headerFieldsInOtherTypes() {
        MockService.RecordedRequest sent = sent(
                "'type': 'custom', 'computed': {'signed': '{{header.X-Shop}}{{auth.secret}}'},"
                        + "'headers': {'X-Sign': '{{auth.signed | sha256}}', 'X-Id': '{{auth.id}}'}",
                Request.get("/api/x").header("X-Shop", "ACME"));
        assertThat(sent.header("X-Sign").orElseThrow()).hasSize(64);
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        KeyPair known = PAIRS.get(algorithm);
        return known == null ? newPair(algorithm) : known;
    }

    private static KeyPair newPair(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(2048);
        }
        KeyPair pair = generator.generateKeyPair();
        PAIRS.put(algorithm, pair);
        return pair;
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    /** Alipay RSA2: the sorted form, not encoded, without empty values. */
    @Test
    void formSignedByAnRsaKey() throws GeneralSecurityException {
        KeyPair pair = pair("RSA");
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': 'SHA256withRSA', 'key': '{{auth.secret}}',"
                        + "'template': '{{parameters | withoutEmpty | pairs(`=`, `&`)}}',"
                        + "'bodyFields': {'app_id': '{{auth.id}}', 'sign_type': 'RSA2', 'timestamp': '{{timeIso | date(`yyyy-MM-dd HH:mm:ss`, `GMT+8`)}}', 'sign': '{{signatureBase64}}'}",
                Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()),
                Request.post("/api/x")
                        .bodyField("method", "alipay.trade.query")
                        .bodyField("notify_url", "")
                        .bodyField("biz_content", "{\"out_trade_no\":\"20150320010101001\"}"));

        Map<String, String> all = parameters(sent.body());
        byte[] sign = Base64.getDecoder().decode(all.remove("sign"));
        all.remove("notify_url");
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initVerify(pair.getPublic());
        rsa.update(joined(all, "=", "&").getBytes(StandardCharsets.UTF_8));
        assertThat(rsa.verify(sign)).isTrue();
    }

    /** WeChat Pay v3: method, target, time, nonce and body, each in a line. */
    @Test
    void linesSignedByAnRsaKeyInPem() throws GeneralSecurityException {
        KeyPair pair = pair("RSA");
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': 'SHA256withRSA', 'key': '{{auth.secret}}',"
                        + "'template': '{{method}}\\n{{target}}\\n{{time}}\\n{{nonce | md5}}\\n{{body}}\\n',"
                        + "'headers': {'Authorization': 'WECHATPAY2-SHA256-RSA2048 mchid=\\u0022{{auth.id}}\\u0022,nonce_str=\\u0022{{nonce | md5}}\\u0022,signature=\\u0022{{signatureBase64}}\\u0022,timestamp=\\u0022{{time}}\\u0022'}",
                pem(pair),
                Request.post("/api/x?sub=1").json("{\"amount\": {\"total\": 100}}"));

        Matcher header = Pattern.compile(
                        "WECHATPAY2-SHA256-RSA2048 mchid=\"4711\",nonce_str=\"([0-9a-f]{32})\",signature=\"(.*)\",timestamp=\"([0-9]+)\"")
                .matcher(sent.header("Authorization").orElseThrow());
        assertThat(header.matches()).isTrue();
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initVerify(pair.getPublic());
        rsa.update(("POST\n/api/x?sub=1\n" + header.group(3) + "\n" + header.group(1) + "\n" + sent.body() + "\n")
                .getBytes(StandardCharsets.UTF_8));
        assertThat(rsa.verify(Base64.getDecoder().decode(header.group(2)))).isTrue();
    }

    /** Each algorithm; the signature is the same in all locations, although those of EC keys are random. */
    @ParameterizedTest
    @CsvSource({
        "SHA256withRSA, RSA",
        "SHA384withRSA, RSA",
        "SHA512withRSA, RSA",
        "SHA1withRSA, RSA",
        "RSASSA-PSS, RSA",
        "SHA256withECDSA, EC",
        "SHA384withECDSA, EC",
        "SHA512withECDSA, EC",
        "SHA256withECDSAinP1363Format, EC",
        "SHA384withECDSAinP1363Format, EC",
        "SHA512withECDSAinP1363Format, EC",
        "Ed25519, Ed25519"
    })
    void privateKeys(String algorithm, String kind) throws GeneralSecurityException {
        KeyPair pair = pair(kind);
        MockService.RecordedRequest sent = sent(
                "'type': 'signature', 'algorithm': '" + algorithm + "', 'key': '{{auth.secret}}',"
                        + "'template': '{{query}}',"
                        + "'query': {'id': '{{auth.id}}', 'timestamp': '{{timeMillis}}', 'signature': '{{signatureBase64}}'}, 'headers': {'X-Sign': '{{signature}}'}",
                pem(pair),
                Request.get("/api/x?symbol=BTCUSDT"));

        Map<String, String> all = parameters(sent.uri().getRawQuery());
        byte[] sign = Base64.getDecoder().decode(all.get("signature"));
        assertThat(sent.header("X-Sign")).contains(HexFormat.of().formatHex(sign));
        Signature verifier = Signature.getInstance(algorithm);
        if (algorithm.equals("RSASSA-PSS")) {
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        verifier.initVerify(pair.getPublic());
        verifier.update(("symbol=BTCUSDT&id=4711&timestamp=" + all.get("timestamp")).getBytes(StandardCharsets.UTF_8));
        assertThat(verifier.verify(sign)).isTrue();
    }

    /** Coinbase: an Ed25519 key as its bytes, with the public key after it. RFC 8032, section 7.1, test 1. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
                "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg=="
            })
    void bytesOfAnEd25519Key(String key) {
        Request signed = SignatureAuth.privateKey("Ed25519", Secret.of(key), "", Map.of())
                .header("X-Sign", "{{signature}}")
                .apply(Request.get("https://example.com/"));
        assertThat(signed.header("X-Sign"))
                .contains("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    }

    @Test
    void jsonWebKeyOfAnotherKindIsReported() {
        String jwk =
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
        Request signed = SignatureAuth.privateKey("Ed25519", Secret.of(jwk), "", Map.of())
                .header("X-Sign", "{{signature}}")
                .apply(Request.get("https://example.com/"));
        assertThat(signed.header("X-Sign").orElseThrow()).startsWith("e5564300");
        assertThatThrownBy(() -> SignatureAuth.privateKey("SHA256withRSA", Secret.of(jwk), "", Map.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("key: it is a JSON Web Key for EdDSA, but SHA256withRSA requires RSA");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "'algorithm': 'MD5', 'key': '{{auth.secret}}', 'template': '{{auth.id}}'~/strategies/a/key: MD5 is a message digest",
                "'algorithm': 'Ed25519', 'template': '{{auth.id}}{{auth.secret}}'~/strategies/a/key: missing",
                "'algorithm': 'RSA-SHA256', 'key': '{{auth.secret}}', 'template': '{{auth.id}}'~/strategies/a/algorithm:",
                "'algorithm': 'MD5', 'template': '{{auth.id}}{{auth.secret}}{{parameter}}'~did you mean {{parameters}}",
                "'algorithm': 'MD5', 'template': '{{auth.id}}{{auth.secret}}{{parameters | pairs(`=`)}}'~the text between the pairs",
                "'algorithm': 'MD5', 'template': '{{auth.id}}{{auth.secret}}{{parameters | pairs(`=`, `&`, x)}}'~the third argument is encoded",
                "'algorithm': 'MD5', 'template': '{{auth.id}}{{auth.secret}}{{header}}'~{{header}} is not one of its fields"
            })
    void invalidDefinitionsAreReported(String members, String problem) {
        assertThatThrownBy(() ->
                        definition("'type': 'signature', " + members + ", 'headers': {'X-Sign': '{{signature}}'}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void wrongKeyIsReportedWithoutItsText() {
        assertThatThrownBy(() -> sent(
                        "'type': 'signature', 'algorithm': 'SHA256withECDSA', 'key': '{{auth.secret}}', 'template': '{{auth.id}}',"
                                + "'headers': {'X-Sign': '{{signature}}'}",
                        "no key at all!!",
                        Request.get("/api/x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/strategies/a/key: key: it is not an unencrypted EC key")
                .hasMessageNotContaining("no key at all");
    }

    /** The parts of an Authorization header field of Akamai EdgeGrid, computed as its documentation describes. */
    private static String edgeGrid(String unsigned, String timestamp, String lines) throws GeneralSecurityException {
        String key = Base64.getEncoder().encodeToString(hmac("HmacSHA256", SECRET, timestamp));
        return unsigned + "signature=" + Base64.getEncoder().encodeToString(hmac("HmacSHA256", key, lines + unsigned));
    }

    @ParameterizedTest
    @CsvSource({"GET, 0", "POST, 0", "POST, 20", "POST, 131072", "POST, 200000", "PUT, 20"})
    void akamaiEdgeGrid(String method, int size) throws GeneralSecurityException {
        service.on("PUT", "/api/x", MockResponse.status(200));
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) 0xfe);
        AuthDefinition akamai = AuthDefinition.preset("akamai");
        Request request = Request.of(method, service.baseUrl() + "/api/x?a=1");
        request = size == 0 ? request : request.body(Body.bytes(body, "application/octet-stream"));
        try (HttpConnection connection = HttpConnection.named("Akamai")
                .baseUrl(service.baseUrl())
                .auth(akamai.choose("edgegrid")
                        .value("host", "akab-1.luna.akamaiapis.net")
                        .value("clientToken", "akab-client")
                        .value("clientSecret", SECRET)
                        .value("accessToken", "akab-access")
                        .build())
                .build()) {
            connection.send(request);
        }
        String header = service.requests().get(0).header("Authorization").orElseThrow();
        Matcher parts = Pattern.compile(
                        "(EG1-HMAC-SHA256 client_token=akab-client;access_token=akab-access;timestamp=([0-9]{8}T[0-9:]{8}\\+0000);nonce=[0-9a-f-]{36};)signature=.*")
                .matcher(header);
        assertThat(parts.matches()).as(header).isTrue();
        String hash = method.equals("POST") && size > 0
                ? Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(Arrays.copyOf(body, Math.min(size, 131_072))))
                : "";
        String lines = method + "\thttp\t" + service.baseUrl().substring("http://".length()) + "\t/api/x?a=1\t\t" + hash
                + "\t";
        assertThat(header).isEqualTo(edgeGrid(parts.group(1), parts.group(2), lines));
    }

    /** Signatures that the clients of Akamai publish as test cases, for a limit of 2048 bytes. */
    @ParameterizedTest
    @CsvSource({
        "GET, /, 0, '', tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=",
        "GET, /testapi/v1/t1?p1=1&p2=2, 0, '', hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA=",
        "POST, /testapi/v1/t3, 8, data, hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=",
        "POST, /testapi/v1/t3, 2048, d, 6Q6PiTipLae6n4GsSIDTCJ54bEbHUBp+4MUXrbQCBoY=",
        "POST, /testapi/v1/t3, 2049, d, 6Q6PiTipLae6n4GsSIDTCJ54bEbHUBp+4MUXrbQCBoY=",
        "POST, /testapi/v1/t6, 0, '', 1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ="
    })
    void publishedSignaturesOfEdgeGrid(String method, String target, int count, String text, String signature) {
        String host = "akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net";
        AuthDefinition akamai = AuthDefinition.parse(AuthDefinition.preset("akamai")
                .toJson()
                .toString()
                .replace("131072", "2048")
                .replace("{{nonce}}", "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"));
        VirtualTime time = new VirtualTime(Instant.parse("2014-03-21T19:34:21Z"));
        Request request = Request.of(method, "https://" + host + target);
        request = count == 0 ? request : request.body(Body.text(text.repeat(count), "text/plain"));

        Request signed = akamai.choose("edgegrid")
                .value("host", host)
                .value("clientToken", "akab-client-token-xxx-xxxxxxxxxxxxxxxx")
                .value("clientSecret", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=")
                .value("accessToken", "akab-access-token-xxx-xxxxxxxxxxxxxxxx")
                .timeSource(time)
                .build()
                .apply(request);

        assertThat(signed.header("Authorization").orElseThrow()).endsWith(";signature=" + signature);
    }
}
