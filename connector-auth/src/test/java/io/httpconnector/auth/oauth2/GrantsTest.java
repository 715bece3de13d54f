package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.VirtualTime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The grants other than client credentials and authorization code. */
@Timeout(30)
class GrantsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final VirtualTime clock = new VirtualTime();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        service.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\", \"expires_in\": 3600}")));
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.tokenUrl(service.url("/token")).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
    }

    private static List<Map<String, String>> tokenRequests() {
        return service.findAll(postRequestedFor(urlEqualTo("/token"))).stream()
                .map(LoggedRequest::getBodyAsString)
                .map(form -> Arrays.stream(form.split("&"))
                        .map(pair -> pair.split("=", 2))
                        .collect(Collectors.toMap(
                                pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8))))
                .toList();
    }

    private static JsonNode part(String token, int index) throws Exception {
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]));
    }

    private static byte[] signed(String token) {
        return token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] signature(String token) {
        return Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));
    }

    private static KeyPair pair(String kind) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        if (kind.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    @Test
    void triggerStopsWhenConsentIsRequired() {
        service.stubFor(
                post("/token").willReturn(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}")));
        try (HttpConnection connection =
                        connection(OAuth2.refreshToken(Secret.of("spent")).client("id", Secret.of("secret")));
                PollingTrigger trigger = PollingTrigger.named("orders")
                        .connection(connection)
                        .request(RequestTemplate.named("List").get("/orders").build())
                        .key("/id")
                        .every(Duration.ofSeconds(1))
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            ConnectorException.class,
                            e -> assertThat(e.needsAuthorization()).isTrue());
            trigger.start();
            while (trigger.status().state() != PollingStatus.State.AUTHORIZATION_NEEDED) {
                Thread.onSpinWait();
            }
            assertThat(trigger.status().lastError().orElseThrow()).doesNotContain("spent");
        }
    }

    @Test
    void passwordIsReplacedByTheRefreshTokenWhileItIsValid() {
        service.stubFor(post("/token")
                .withRequestBody(containing("grant_type=password"))
                .willReturn(okJson("{\"access_token\": \"a1\", \"refresh_token\": \"r1\", \"expires_in\": 3600}")));
        service.stubFor(post("/token")
                .withRequestBody(containing("refresh_token=r1"))
                .willReturn(okJson("{\"access_token\": \"a2\", \"refresh_token\": \"r2\", \"expires_in\": 3600}")));
        service.stubFor(post("/token")
                .withRequestBody(containing("refresh_token=r2"))
                .willReturn(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}")));
        try (HttpConnection connection = connection(OAuth2.password("ann", Secret.of("p&ss"))
                .client("id", Secret.of("secret"))
                .scopes("read"))) {
            for (String token : List.of("a1", "a2", "a1")) {
                connection.send(Request.get("/" + token));
                service.verify(getRequestedFor(urlEqualTo("/" + token))
                        .withHeader("Authorization", equalTo("Bearer " + token)));
                clock.advance(Duration.ofHours(1));
            }
        }
        List<Map<String, String>> sent = tokenRequests();
        assertThat(sent).hasSize(4);
        assertThat(sent.get(0))
                .containsEntry("grant_type", "password")
                .containsEntry("username", "ann")
                .containsEntry("password", "p&ss")
                .containsEntry("scope", "read");
        assertThat(sent.get(3)).containsEntry("grant_type", "password");
    }

    @Test
    void wrongPasswordIsNotQuoted() {
        service.stubFor(post("/token")
                .willReturn(aResponse()
                        .withStatus(400)
                        .withBody("{\"error\": \"invalid_grant\", \"error_description\": \"canary-pass is wrong\"}")));
        try (HttpConnection connection =
                connection(OAuth2.password("ann", Secret.of("canary-pass")).publicClient("id"))) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("*** is wrong");
        }
    }

    @Test
    void applicationSignsItsOwnAssertion() throws Exception {
        KeyPair pair = pair("RSA");
        JwtKey key = JwtKey.rs256(pair.getPrivate()).id("key-1");
        try (HttpConnection connection =
                connection(OAuth2.jwtBearer(key, Map.of("iss", "robot@example.com", "scope", "drive"))
                        .scopes("files"))) {
            connection.send(Request.get("/files"));
        }
        service.verify(getRequestedFor(urlEqualTo("/files")).withHeader("Authorization", equalTo("Bearer a1")));
        Map<String, String> sent = tokenRequests().get(0);
        assertThat(sent)
                .containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                .containsEntry("scope", "files")
                .containsOnlyKeys("grant_type", "assertion", "scope");
        String token = sent.get("assertion");
        assertThat(part(token, 0).toString()).contains("\"alg\":\"RS256\"", "\"typ\":\"JWT\"", "\"kid\":\"key-1\"");
        JsonNode claims = part(token, 1);
        assertThat(claims.at("/iss").asText()).isEqualTo("robot@example.com");
        assertThat(claims.at("/scope").asText()).isEqualTo("drive");
        assertThat(claims.at("/aud").asText()).isEqualTo(service.url("/token"));
        assertThat(claims.at("/iat").asLong()).isEqualTo(clock.now().getEpochSecond() - 30);
        assertThat(claims.at("/exp").asLong()).isEqualTo(clock.now().getEpochSecond() + 270);
        assertThat(claims.at("/jti").asText()).hasSize(36);
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(pair.getPublic());
        verifier.update(signed(token));
        assertThat(verifier.verify(signature(token))).isTrue();
    }

    @Test
    void configuredClaimsTakePrecedence() throws Exception {
        JwtKey key = JwtKey.hs256(Secret.of("0123456789abcdef0123456789abcdef"));
        try (HttpConnection connection =
                connection(OAuth2.jwtBearer(key, Map.of("aud", "https://login.example.com", "sub", "u")))) {
            connection.send(Request.get("/files"));
        }
        String token = tokenRequests().get(0).get("assertion");
        assertThat(part(token, 1).at("/aud").asText()).isEqualTo("https://login.example.com");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(
                "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        assertThat(signature(token)).isEqualTo(mac.doFinal(signed(token)));
    }

    /** Box accepts assertions for at most a minute. */
    @Test
    void lifetimeOfAssertionsIsConfigurable() throws Exception {
        JwtKey key = JwtKey.hs256(Secret.of("0123456789abcdef0123456789abcdef"));
        ProviderSettings minute = ProviderSettings.defaults().assertionLifetime(Duration.ofMinutes(1));
        for (OAuth2Builder builder : List.of(
                OAuth2.jwtBearer(key, Map.of("iss", "app")),
                OAuth2.clientCredentials().client("app", key))) {
            try (HttpConnection connection = connection(builder.provider(minute))) {
                connection.send(Request.get("/files"));
            }
        }
        for (Map<String, String> sent : tokenRequests()) {
            JsonNode claims = part(sent.getOrDefault("assertion", sent.get("client_assertion")), 1);
            assertThat(claims.at("/exp").asLong() - claims.at("/iat").asLong()).isEqualTo(60);
            assertThat(claims.at("/exp").asLong()).isEqualTo(clock.now().getEpochSecond() + 45);
        }
        assertThatThrownBy(() -> OAuth2.jwtBearer(key, Map.of())
                        .tokenUrl("https://example.com/token")
                        .provider(minute.assertionLifetime(Duration.ofMillis(1500)))
                        .build())
                .hasMessageContaining("assertionLifetime: it must be at least two seconds");
    }

    @Test
    void clientAuthenticatesByItsKey() throws Exception {
        KeyPair pair = pair("EC");
        Secret pem = Secret.of("-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
        try (HttpConnection connection = connection(
                OAuth2.clientCredentials().client("app", JwtKey.es256(pem).id("k")))) {
            connection.send(Request.get("/files"));
        }
        Map<String, String> sent = tokenRequests().get(0);
        assertThat(sent)
                .containsEntry("grant_type", "client_credentials")
                .containsEntry("client_id", "app")
                .containsEntry("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .doesNotContainKey("client_secret");
        String token = sent.get("client_assertion");
        assertThat(part(token, 1).at("/iss").asText()).isEqualTo("app");
        assertThat(part(token, 1).at("/sub").asText()).isEqualTo("app");
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(pair.getPublic());
        verifier.update(signed(token));
        assertThat(verifier.verify(signature(token))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary", "-----BEGIN RSA PRIVATE KEY-----\nY2FuYXJ5\n-----END RSA PRIVATE KEY-----"})
    void invalidKeyIsNotQuoted(String pem) {
        assertThatThrownBy(() -> JwtKey.rs256(Secret.of(pem)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("PKCS #8")
                .hasMessageNotContaining("canary")
                .hasMessageNotContaining("Y2Fu")
                .hasNoCause();
    }

    @Test
    void missingValuesAreReported() throws Exception {
        PrivateKey rsa = pair("RSA").getPrivate();
        assertThatThrownBy(() -> JwtKey.es256(rsa)).hasMessageContaining("ES256 requires a private key for EC");
        assertThatThrownBy(() -> JwtKey.rs256((PrivateKey) null))
                .hasMessageContaining("requires a private key for RSA");
        assertThatThrownBy(() -> JwtKey.hs256(null)).hasMessageContaining("it is null");
        assertThatThrownBy(() -> OAuth2.password(null, null)).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> OAuth2.jwtBearer(null, Map.of())).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> OAuth2.password("a", Secret.of("b"))
                        .tokenUrl("https://example.com/token")
                        .build())
                .hasMessageContaining("client: it is missing");
        assertThat(JwtKey.rs256(rsa)).hasToString("JwtKey for RS256");
    }
}
