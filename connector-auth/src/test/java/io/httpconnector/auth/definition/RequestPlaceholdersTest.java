package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Placeholders for the time, a nonce and the parts of a request, outside the type {@code hmac}, too. */
class RequestPlaceholdersTest {

    private static final String WSSE =
            "'type': 'custom', 'computed': {'signed': '{{nonce}}{{timeIso}}{{auth.secret}}'},"
                    + "'headers': {'X-WSSE': 'UsernameToken Username=\\'{{auth.user}}\\', PasswordDigest=\\'%s\\',"
                    + " Nonce=\\'{{nonce}}\\', Created=\\'{{timeIso}}\\''}";

    private static final String USER_AND_SECRET = "{'name': 'user'}, {'name': 'secret', 'secret': true}";

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/api", MockResponse.status(200));
        service.on("POST", "/api", MockResponse.status(200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Returns a definition with one strategy; {@code '} stands for a quotation mark, BASE for the URL of the service. */
    private AuthDefinition definition(String fields, String strategy) {
        return AuthDefinition.parse("{'name': 'Shop', 'baseUrl': 'BASE', 'fields': [%s], 'strategies': {'a': {%s}}}"
                .formatted(fields, strategy)
                .replace('`', '\u0001')
                .replace("\\'", "\u0002")
                .replace('\'', '"')
                .replace('\u0001', '\'')
                .replace("\u0002", "\\\"")
                .replace("BASE", service.baseUrl()));
    }

    private HttpConnection connection(AuthDefinition definition, Map<String, String> values) {
        AuthMethod method = definition.choose("a").tokenStore(TokenStore.inMemory(), "customer");
        values.forEach(method::value);
        return method.connection().build();
    }

    private List<MockService.RecordedRequest> sent(String path) {
        return service.requests().stream()
                .filter(request -> request.uri().getPath().equals(path))
                .toList();
    }

    private static String header(MockService.RecordedRequest request, String name) {
        return request.header(name).orElseThrow();
    }

    private static byte[] digest(String algorithm, String text) throws GeneralSecurityException {
        return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Matcher matched(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return matcher;
    }

    /** WSSE: the UsernameToken profile, and the variant that encodes the hexadecimal digest. */
    @ParameterizedTest
    @CsvSource({"false, {{auth.signed | sha1 | base64}}", "true, {{auth.signed | sha1 | hex | base64}}"})
    void wsseUsernameToken(boolean isHex, String digest) throws GeneralSecurityException {
        AuthDefinition shop = definition(USER_AND_SECRET, WSSE.formatted(digest));

        try (HttpConnection connection = connection(shop, Map.of("user", "ann", "secret", "Top-Secret-1"))) {
            Response response = connection.send(Request.get("/api"));
            connection.send(Request.get("/api"));

            assertThat(response.exchange().toString()).doesNotContain("Top-Secret-1");
            assertThat(response.exchange().requestHeaders().first("X-WSSE")).contains("***");
        }
        List<String> nonces = sent("/api").stream()
                .map(request -> matched(
                        header(request, "X-WSSE"),
                        "UsernameToken Username=\"ann\", PasswordDigest=\"(.*)\", Nonce=\"(.*)\", Created=\"(.*)\""))
                .map(token -> {
                    assertThat(Instant.parse(token.group(3)))
                            .isBetween(Instant.now().minusSeconds(60), Instant.now());
                    assertThat(token.group(1)).isEqualTo(expected(isHex, token.group(2) + token.group(3)));
                    return token.group(2);
                })
                .toList();
        assertThat(nonces).hasSize(2).doesNotHaveDuplicates();
    }

    private static String expected(boolean isHex, String nonceAndTime) {
        try {
            byte[] digest = digest("SHA-1", nonceAndTime + "Top-Secret-1");
            return Base64.getEncoder()
                    .encodeToString(
                            isHex ? HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII) : digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAccessTokenIsSentWithACorrelationIdOfItsOwn() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\": \"Token-1\"}"));
        AuthDefinition shop = definition(
                "",
                "'type': 'oauth2-client-credentials', 'tokenUrl': 'BASE/token',"
                        + "'headers': {'X-Correlation': '{{nonce}}', 'X-Target': '{{method}} {{target}}'},"
                        + "'query': {'ts': '{{timeMillis}}'}");

        try (HttpConnection connection = connection(shop, Map.of("clientId", "c", "clientSecret", "s"))) {
            connection.send(Request.get("/api").query("q", "1"));
            connection.send(Request.get("/api"));
        }
        List<MockService.RecordedRequest> sent = sent("/api");
        assertThat(sent).extracting(request -> header(request, "Authorization")).containsOnly("Bearer Token-1");
        assertThat(sent).extracting(request -> header(request, "X-Correlation")).doesNotHaveDuplicates();
        assertThat(header(sent.get(0), "X-Target")).isEqualTo("GET /api?q=1");
        assertThat(sent.get(0).uri().getQuery()).matches("q=1&ts=1\\d{12}");
    }

    /** The login signs itself; each request signs its path, with the token beside it. */
    @Test
    void aLoginAndItsRequestsAreSignedWithANonce() throws GeneralSecurityException {
        service.on("GET", "/auth", MockResponse.json("\"Token-1\""));
        AuthDefinition shop = definition(
                USER_AND_SECRET,
                "'type': 'login', 'method': 'GET', 'loginUrl': 'BASE/auth', 'tokenPath': '',"
                        + "'computed': {'login': '{{nonce}}{{auth.user}}{{time}}{{auth.secret}}',"
                        + "             'request': '{{nonce}}{{auth.user}}{{time}}{{path}}{{auth.secret}}'},"
                        + "'loginHeaders': {'X-Id': '{{nonce}}', 'X-Date': '{{time}}', 'X-Sig': '{{auth.login | sha256}}'},"
                        + "'use': {'headers': {'X-Token': '{{auth.token}}', 'X-Id': '{{nonce}}', 'X-Date': '{{time}}',"
                        + "                    'X-Sig': '{{auth.request | sha256}}'}}");

        try (HttpConnection connection = connection(shop, Map.of("user", "app", "secret", "Top-Secret-1"))) {
            connection.send(Request.get("/api"));
            connection.send(Request.get("/api"));
        }
        for (MockService.RecordedRequest request : service.requests()) {
            String path = request.uri().getPath();
            String signed = header(request, "X-Id") + "app" + header(request, "X-Date")
                    + (path.equals("/api") ? path : "") + "Top-Secret-1";
            assertThat(header(request, "X-Sig")).isEqualTo(HexFormat.of().formatHex(digest("SHA-256", signed)));
        }
        assertThat(sent("/api"))
                .extracting(request -> header(request, "X-Token"))
                .containsOnly("Token-1");
        assertThat(service.requests())
                .hasSize(3)
                .extracting(request -> header(request, "X-Id"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aLoginSendsADateOfTheNextWeek() {
        service.on("POST", "/session", MockResponse.json("{\"token\": \"Token-1\"}"));
        AuthDefinition shop = definition(
                "",
                "'type': 'login', 'loginUrl': 'BASE/session', 'json': {'id': '{{nonce}}',"
                        + "'until': '{{timeIso | plus(`P7D`) | date(`yyyy-MM-dd`)}}', 'at': '{{time | number}}'}");

        try (HttpConnection connection = connection(shop, Map.of())) {
            connection.send(Request.get("/api"));
        }
        LocalDate week = LocalDate.now(ZoneOffset.UTC).plusDays(7);
        assertThat(sent("/session").get(0).body())
                .matches("\\{\"id\":\"[0-9a-f-]{36}\",\"until\":\"(" + week.minusDays(1) + "|" + week
                        + ")\",\"at\":1\\d{9}\\}");
    }

    /** The user and the signature in HTTP Basic authentication: the signature is one of the computed values. */
    @Test
    void anHmacSignatureIsThePasswordOfBasicAuthentication() throws GeneralSecurityException {
        AuthDefinition shop = definition(
                USER_AND_SECRET,
                "'type': 'hmac', 'algorithm': 'HmacSHA1', 'key': '{{auth.secret}}',"
                        + "'computed': {'pair': '{{auth.user}}:{{signature}}'},"
                        + "'template': '{{timeHttp}}\\n{{method}}\\n{{host}}\\n{{path}}\\n{{query}}',"
                        + "'headers': {'Date': '{{timeHttp}}', 'Authorization': 'Basic {{auth.pair | base64}}'}");

        try (HttpConnection connection = connection(shop, Map.of("user", "ann", "secret", "Top-Secret-1"))) {
            Response response = connection.send(Request.get("/api").query("a", "1"));
            assertThat(response.exchange().requestHeaders().first("Authorization"))
                    .hasValue("***");
        }
        MockService.RecordedRequest sent = sent("/api").get(0);
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec("Top-Secret-1".getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String host = service.baseUrl().replaceFirst("http://", "");
        byte[] signature =
                mac.doFinal((header(sent, "Date") + "\nGET\n" + host + "\n/api\na=1").getBytes(StandardCharsets.UTF_8));
        assertThat(new String(
                        Base64.getDecoder().decode(header(sent, "Authorization").substring(6)), StandardCharsets.UTF_8))
                .isEqualTo("ann:" + HexFormat.of().formatHex(signature));
    }

    /** The signature of an exchange: a nonce in the body, a digest as bytes, a signed password, and a derived key. */
    @Test
    void anHmacSignatureCoversTheParametersOfItsStrategy() throws GeneralSecurityException {
        AuthDefinition exchange = definition(
                USER_AND_SECRET,
                "'type': 'hmac', 'algorithm': 'HmacSHA256', 'key': '{{auth.secret}}',"
                        + "'keyDerivation': ['{{timeIso | date(\\'yyyyMMdd\\', \\'UTC\\')}}', 'api'],"
                        + "'computed': {'sent': '{{timeMillis}}{{body}}'}, 'signatures': {'proof': '{{auth.user}}'},"
                        + "'template': '{{path}}{{queryCanonical}}{{auth.sent | sha256 | bytes}}',"
                        + "'query': {'user': '{{auth.user}}', 'sign': '{{signature}}'},"
                        + "'bodyFields': {'nonce': '{{timeMillis}}'},"
                        + "'headers': {'X-Proof': '{{proofBase64}}', 'X-Day': '{{timeIso | date(\\'yyyyMMdd\\', \\'UTC\\')}}'}");

        try (HttpConnection connection = connection(exchange, Map.of("user", "ann b", "secret", "Top-Secret-1"))) {
            connection.send(
                    Request.post("/api").query("z", "1").query("a", "\u00e4").bodyField("pair", "XBTUSD"));
        }
        MockService.RecordedRequest sent = sent("/api").get(0);
        byte[] key = hmac(hmac(utf8("Top-Secret-1"), utf8(header(sent, "X-Day"))), utf8("api"));
        String millis = sent.body().replaceFirst("pair=XBTUSD&nonce=", "");
        assertThat(millis).matches("1\\d{12}");
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes(utf8("/apia=%C3%A4&user=ann%20b&z=1"));
        signed.writeBytes(MessageDigest.getInstance("SHA-256").digest(utf8(millis + sent.body())));
        assertThat(sent.uri().getRawQuery())
                .endsWith("&sign=" + HexFormat.of().formatHex(hmac(key, signed.toByteArray())));
        assertThat(header(sent, "X-Proof")).isEqualTo(Base64.getEncoder().encodeToString(hmac(key, utf8("ann b"))));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    @Test
    void aRetryHasANonceOfItsOwn() {
        service.on("GET", "/flaky", MockResponse.status(503), MockResponse.status(200));
        AuthDefinition shop = definition("", "'type': 'none', 'headers': {'X-Id': '{{nonce}}'}");

        try (HttpConnection connection = shop.choose("a")
                .connection()
                .retry(RetryPolicy.defaults().fixedDelay(Duration.ofMillis(1)))
                .build()) {
            connection.send(Request.get("/flaky"));
        }
        assertThat(sent("/flaky"))
                .hasSize(2)
                .extracting(request -> header(request, "X-Id"))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "'type': 'basic', 'user': '{{nonce}}', 'password': 'x' ! /strategies/a/user: {{nonce}} is not one of its fields",
                "'type': 'custom', 'headers': {'X': '{{nounce}}'} ! /strategies/a/headers/X: {{nounce}} is not one of its fields",
                "'type': 'custom', 'headers': {'X': '{{nounce}}'} ! did you mean {{nonce}}?",
                "'type': 'custom', 'headers': {'X': '{{signature}}'} ! {{signature}} is not one of its fields",
                "'type': 'basic', 'user': '{{auth.c}}', 'password': 'x', 'computed': {'c': '{{time}}'}"
                        + " ! /strategies/a/user: {{auth.c}} is computed from {{time}}, which has no value here",
                "'type': 'login', 'loginUrl': '/l', 'json': {'p': '{{path}}'} ! /strategies/a/json/p: {{path}} is not one",
                "'type': 'login', 'loginUrl': '/l', 'json': {'p': '{{auth.c}}'}, 'computed': {'c': '{{path}}'}"
                        + " ! {{auth.c}} is computed from {{path}}, which has no value here",
                "'type': 'hmac', 'algorithm': 'HmacSHA1', 'key': 'k', 'template': '{{auth.c}}', 'computed': {'c': '{{signature}}'},"
                        + "'headers': {'X': '{{signature}}'}"
                        + " ! /strategies/a/template: {{auth.c}} is computed from {{signature}}, which has no value here",
                "'type': 'hmac', 'algorithm': 'HmacSHA1', 'key': 'k', 'template': '{{time}}', 'computed': {'c': '{{time}}'},"
                        + "'headers': {'X': '{{auth.c}}'} ! nothing sends the signature"
            })
    void aPlaceholderThatHasNoValueIsRejected(String strategy, String problem) {
        assertThatThrownBy(() -> definition("", strategy))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aFieldOfTheUserIsNeverATemplate() {
        AuthDefinition shop =
                definition("{'name': 'user'}", "'type': 'custom', 'headers': {'X-User': '{{auth.user}} {{method}}'}");

        try (HttpConnection connection = connection(shop, Map.of("user", "{{nonce}}{{auth.token}}"))) {
            connection.send(Request.get("/api"));
        }
        assertThat(header(sent("/api").get(0), "X-User")).isEqualTo("{{nonce}}{{auth.token}} GET");
    }

    @Test
    void timeIsThatOfTheTimeSource() {
        AuthDefinition shop = definition(
                USER_AND_SECRET,
                "'type': 'custom', 'headers': {'X-Time': '{{timeIso}}', 'X-User': '{{auth.user}}', 'X-Key': '{{auth.secret}}'}");
        VirtualTime time = new VirtualTime(Instant.parse("2020-01-01T00:00:00Z"));

        try (HttpConnection connection = shop.choose("a")
                .value("user", "ann")
                .value("secret", Secret.of("Top-Secret-1"))
                .timeSource(time)
                .connection()
                .build()) {
            connection.send(Request.get("/api"));
            time.advance(Duration.ofHours(1));
            connection.send(Request.get("/api"));
        }
        assertThat(sent("/api"))
                .extracting(request -> header(request, "X-Time"))
                .containsExactly("2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z");
        assertThatThrownBy(() -> shop.choose("a").timeSource(null).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("timeSource: it is null");
    }

    /** A password that the service documents for all its customers, also within a computed value. */
    @Test
    void constantsAreSent() {
        AuthDefinition shop = definition(
                "{'name': 'secret', 'secret': true}",
                "'type': 'basic', 'user': '{{auth.secret}}', 'password': '{{auth.word}}',"
                        + " 'constants': {'word': 'api_token'}, 'computed': {'pair': '{{auth.word}}/{{auth.secret}}'},"
                        + " 'headers': {'X-Word': '{{auth.word}}', 'X-Pair': '{{auth.pair | sha256}}'}");
        try (HttpConnection connection = connection(shop, Map.of("secret", "Top-Secret-1"))) {
            connection.send(Request.get("/api"));
        }
        MockService.RecordedRequest sent = sent("/api").get(0);
        assertThat(header(sent, "Authorization"))
                .isEqualTo("Basic "
                        + Base64.getEncoder()
                                .encodeToString("Top-Secret-1:api_token".getBytes(StandardCharsets.UTF_8)));
        assertThat(header(sent, "X-Word")).isEqualTo("api_token");
        assertThat(header(sent, "X-Pair")).hasSize(64);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'constants': {'w': '{{auth.secret}}'}, 'headers': {'X': '{{auth.w}}{{auth.secret}}'}|/strategies/a/constants/w: a name can't be empty or have placeholders",
                "'constants': {'secret': 'x'}, 'headers': {'X': '{{auth.secret}}'}|/strategies/a/constants: there is also a field \"secret\"",
                "'constants': {'w': 'x'}, 'computed': {'w': 'y'}, 'headers': {'X': '{{auth.w}}{{auth.secret}}'}|/strategies/a/computed: there is also a constant \"w\"",
                "'constants': {'w': 'x'}, 'headers': {'X': '{{auth.v}}{{auth.secret}}'}|{{auth.v}} is not one of its fields"
            })
    void invalidConstantsAreReported(String members, String problem) {
        assertThatThrownBy(() -> definition("{'name': 'secret', 'secret': true}", "'type': 'custom', " + members))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }
}
