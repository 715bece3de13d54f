package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** OAuth 1 signatures. The base strings are written by hand from RFC 5849, section 3.4.1, with the time and nonce that were sent. */
class OAuth1AuthTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final OAuth1Auth AUTH = OAuth1Auth.of("9djdj82h48djs9d2", Secret.of("j49sk3j29djd"))
            .token("kkk9d7dh3k39sjv7", Secret.of("dh893hdasih9"))
            .timeSource(new VirtualTime(Instant.ofEpochSecond(137131201)));
    private static final String KEY = "j49sk3j29djd&dh893hdasih9";

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(ok()));
    }

    private static Map<String, String> sent(OAuth1Auth auth, Request request) {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
        LoggedRequest received = service.getAllServeEvents().get(0).getRequest();
        String header = received.getHeader("Authorization");
        assertThat(header).startsWith("OAuth ");
        Map<String, String> parameters = new TreeMap<>();
        Matcher parameter = Pattern.compile("([a-z_]+)=\"([^\"]*)\"").matcher(header);
        while (parameter.find()) {
            parameters.put(parameter.group(1), URLDecoder.decode(parameter.group(2), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static String hmac(String algorithm, String key, String text) throws Exception {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), algorithm));
        return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base(String method, String path, String before, String method1, String nonce, String after) {
        return method + "&http%3A%2F%2Flocalhost%3A" + service.getPort() + path + "&" + before
                + "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D" + nonce + "%26oauth_signature_method%3D"
                + method1
                + "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7%26oauth_version%3D1.0" + after;
    }

    /** Only the authority can have a default port: RFC 5849, section 3.4.1.2. */
    @Test
    void aPathThatLooksLikeAPortIsSigned() throws Exception {
        Map<String, String> sent = sent(AUTH, Request.get("/a:80/b:443/c"));
        String expected = base("GET", "%2Fa%3A80%2Fb%3A443%2Fc", "", "HMAC-SHA1", sent.get("oauth_nonce"), "");
        assertThat(sent).containsEntry("oauth_signature", hmac("HmacSHA1", KEY, expected));
    }

    /** The signature consists of both secrets: RFC 5849, section 3.4.4. */
    @Test
    void plaintextSendsBothSecrets() {
        assertThat(sent(AUTH.plaintext(), Request.get("/")))
                .containsEntry("oauth_signature_method", "PLAINTEXT")
                .containsEntry("oauth_signature", KEY);
    }

    /** The request of section 3.4.1.1, with the parameters in the order of their encoded names. */
    @Test
    void queryAndFormAreSigned() throws Exception {
        Map<String, String> sent = sent(
                AUTH,
                Request.post("/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b")
                        .bodyField("c2", "")
                        .bodyField("a3", "2 q"));
        String expected = base(
                "POST",
                "%2Frequest",
                "a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26",
                "HMAC-SHA1",
                sent.get("oauth_nonce"),
                "");
        assertThat(sent)
                .containsEntry("oauth_signature", hmac("HmacSHA1", KEY, expected))
                .containsEntry("oauth_consumer_key", "9djdj82h48djs9d2")
                .containsEntry("oauth_token", "kkk9d7dh3k39sjv7")
                .containsEntry("oauth_version", "1.0");
    }

    @Test
    void parametersAreSortedByTheirEncodedForm() throws Exception {
        Map<String, String> sent =
                sent(AUTH, Request.get("/").query("ä", "1").query("b", "2").query("z", "~ *"));
        String expected = base(
                "GET", "%2F", "%25C3%25A4%3D1%26b%3D2%26", "HMAC-SHA1", sent.get("oauth_nonce"), "%26z%3D~%2520%252A");
        assertThat(sent).containsEntry("oauth_signature", hmac("HmacSHA1", KEY, expected));
    }

    @Test
    void jsonIsNotSigned() throws Exception {
        Map<String, String> sent = sent(
                AUTH.hmacSha256().realm("4711_SB1"), Request.post("/restlet").json(Map.of("a", "b")));
        String expected = base("POST", "%2Frestlet", "", "HMAC-SHA256", sent.get("oauth_nonce"), "");
        assertThat(sent)
                .containsEntry("oauth_signature", hmac("HmacSHA256", KEY, expected))
                .containsEntry("realm", "4711_SB1");
    }

    @Test
    void clientWithAKeyPairSignsWithRsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        OAuth1Auth auth = OAuth1Auth.of("9djdj82h48djs9d2", pair.getPrivate())
                .token("kkk9d7dh3k39sjv7", Secret.of("dh893hdasih9"))
                .timeSource(new VirtualTime(Instant.ofEpochSecond(137131201)));
        Map<String, String> sent = sent(auth, Request.get("/"));
        Signature signature = Signature.getInstance("SHA1withRSA");
        signature.initVerify(pair.getPublic());
        signature.update(
                base("GET", "%2F", "", "RSA-SHA1", sent.get("oauth_nonce"), "").getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getDecoder().decode(sent.get("oauth_signature"))))
                .isTrue();
    }

    @Test
    void clientWithoutAUserHasNoToken() throws Exception {
        Map<String, String> sent = sent(OAuth1Auth.of("key", Secret.of("s&cret")), Request.get("/"));
        assertThat(sent).doesNotContainKey("oauth_token");
        String expected =
                "GET&http%3A%2F%2Flocalhost%3A" + service.getPort() + "%2F&oauth_consumer_key%3Dkey%26oauth_nonce%3D"
                        + sent.get("oauth_nonce") + "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D"
                        + sent.get("oauth_timestamp") + "%26oauth_version%3D1.0";
        assertThat(sent).containsEntry("oauth_signature", hmac("HmacSHA1", "s%26cret&", expected));
    }

    @Test
    void missingValuesAreReported() {
        assertThatThrownBy(() -> OAuth1Auth.of(null, Secret.of("x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("consumer key: it is null");
        assertThatThrownBy(() -> OAuth1Auth.of("x", (PrivateKey) null)).hasMessageContaining("private key: it is null");
        assertThatThrownBy(() -> AUTH.token("x", null)).hasMessageContaining("token secret: it is null");
        assertThatThrownBy(() -> AUTH.realm("a\"b")).hasMessageContaining("quotation mark");
        assertThatThrownBy(() -> AUTH.apply(Request.of("PROPFIND", "https://example.com/")))
                .hasMessageContaining("PROPFIND");
    }
}
