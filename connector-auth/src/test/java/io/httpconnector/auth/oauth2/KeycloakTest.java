package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Interoperability with Keycloak: a browser fills in its forms, and its userinfo endpoint is the service. Runs only with
 * {@code -Dkeycloak=DIRECTORY}, an unpacked distribution.
 */
@Timeout(60)
@EnabledIfSystemProperty(named = "keycloak", matches = ".+")
class KeycloakTest {

    private static final String USERINFO = "/protocol/openid-connect/userinfo";

    private static KeycloakServer server;
    private static Map<String, KeyPair> keys = Map.of();

    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        KeyPairGenerator elliptic = KeyPairGenerator.getInstance("EC");
        elliptic.initialize(new ECGenParameterSpec("secp256r1"));
        keys = Map.of(
                "rsa", KeyPairGenerator.getInstance("RSA").generateKeyPair(),
                "ec", elliptic.generateKeyPair(),
                "ed", KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        server = new KeycloakServer(System.getProperty("keycloak"));
        server.configure(keys);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void setUp() {
        clock.advance(Duration.between(clock.now(), Instant.now()));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
    }

    private HttpConnection connection(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Orders")
                .baseUrl(server.issuer())
                .auth(auth.discover(server.issuer())
                        .timeSource(clock)
                        .tokenStore(store)
                        .build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode()
                .redirectUri(KeycloakServer.REDIRECT_URI)
                .scopes("openid")
                .nonce();
    }

    private static TokenSet consent(HttpConnection connection) throws Exception {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        return flow.finish(new Browser().go(flow.start("s")), "s");
    }

    private static String userName(HttpConnection connection) {
        return connection
                .send(Request.get(USERINFO))
                .json()
                .path("preferred_username")
                .asText();
    }

    /** Returns the introspection of a token by the server: RFC 7662. */
    private JsonNode introspection(Secret token) {
        HttpConnection connection =
                HttpConnection.named("Introspection").baseUrl(server.issuer()).build();
        opened.add(connection);
        return connection
                .send(Request.post("/protocol/openid-connect/token/introspect")
                        .bodyField("client_id", "pushed")
                        .bodyField("client_secret", KeycloakServer.SECRET)
                        .bodyField("token", token))
                .json();
    }

    private static String parameter(HttpConnection connection, String name) {
        return AuthorizationCodeFlow.of(connection)
                .start("s")
                .toString()
                .replaceAll(".*[?&]" + name + "=([^&]*).*", "$1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BASIC", "BODY"})
    void userConsentsAndRefreshTokensRotate(ClientAuthentication method) throws Exception {
        HttpConnection connection = connection(user().scopes("orders:read")
                .client("web", KeycloakServer.SECRET)
                .provider(ProviderSettings.defaults().clientAuthentication(method)));
        TokenSet first = consent(connection);
        assertThat(first.scopes()).contains("openid", "orders:read");
        assertThat(userName(connection)).isEqualTo("ann");
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofMinutes(2));
            assertThat(userName(connection)).isEqualTo("ann");
        }
        TokenSet last = AuthorizationCodeFlow.of(connection).tokens().orElseThrow();
        assertThat(last.refreshToken().map(Secret::reveal))
                .isNotEqualTo(first.refreshToken().map(Secret::reveal));
        assertThat(introspection(last.refreshToken().orElseThrow())
                        .path("active")
                        .asBoolean())
                .isTrue();
        AuthorizationCodeFlow.of(connection).revoke();
        assertThat(introspection(last.refreshToken().orElseThrow())
                        .path("active")
                        .asBoolean())
                .isFalse();
        assertThatThrownBy(() -> userName(connection)).isInstanceOf(AuthorizationRequiredException.class);
    }

    @Test
    void offlineAccessSurvivesTheSession() throws Exception {
        HttpConnection connection = connection(user().scopes("offline_access").client("web", KeycloakServer.SECRET));
        assertThat(consent(connection).scopes()).contains("offline_access");
        clock.advance(Duration.ofMinutes(2));
        assertThat(userName(connection)).isEqualTo("ann");
    }

    @Test
    void endedSessionRequiresConsent() throws Exception {
        HttpConnection connection = connection(user().client("web", KeycloakServer.SECRET));
        consent(connection);
        server.logOutUser();
        clock.advance(Duration.ofSeconds(20));
        assertThatThrownBy(() -> userName(connection)).isInstanceOf(AuthorizationRequiredException.class);
        consent(connection);
        assertThat(userName(connection)).isEqualTo("ann");
    }

    @Test
    void pushedAuthorizationRequestIsRequired() throws Exception {
        HttpConnection connection = connection(user().client("pushed", KeycloakServer.SECRET)
                .pushedAuthorizationRequestUrl(server.issuer() + "/protocol/openid-connect/ext/par/request"));
        URI url = AuthorizationCodeFlow.of(connection).start("s");
        assertThat(url.getQuery()).startsWith("client_id=pushed&request_uri=urn:");
        consent(connection);
        assertThat(userName(connection)).isEqualTo("ann");
    }

    @Test
    void codeThatWasUsedRequiresConsent() throws Exception {
        HttpConnection connection = connection(user().client("web", KeycloakServer.SECRET));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        String callback = new Browser().go(flow.start("s"));
        flow.finish(callback, "s");
        String replayed = callback.replaceAll("([?&]state=)[^&]*", "$1" + parameter(connection, "state"));
        assertThatThrownBy(() -> flow.finish(replayed, "s"))
                .isInstanceOfSatisfying(
                        AuthorizationRequiredException.class,
                        e -> assertThat(e.error()).contains("invalid_grant"));
    }

    @Test
    void userWhoIsNotLoggedInIsReported() throws Exception {
        HttpConnection connection =
                connection(user().client("web", KeycloakServer.SECRET).authorizationParameter("prompt", "none"));
        assertThatThrownBy(() -> consent(connection)).hasMessageContaining("login_required");
    }

    @Test
    void clientAuthenticatesForItself() {
        HttpConnection connection = connection(
                OAuth2.clientCredentials().client("web", KeycloakServer.SECRET).scopes("openid", "orders:read"));
        assertThat(userName(connection)).isEqualTo("service-account-web");
    }

    @ParameterizedTest
    @CsvSource({"rsa,RS256", "rsa,PS256", "ec,ES256", "ed,EdDSA"})
    void clientAuthenticatesWithItsKey(String id, String algorithm) throws Exception {
        var key = keys.get(id).getPrivate();
        JwtKey signing = switch (algorithm) {
            case "RS256" -> JwtKey.rs256(key);
            case "PS256" -> JwtKey.ps256(key);
            case "ES256" -> JwtKey.es256(key);
            default -> JwtKey.edDsa(key);
        };
        HttpConnection machine = connection(
                OAuth2.clientCredentials().client("signed", signing.id(id)).scopes("openid"));
        assertThat(userName(machine)).isEqualTo("service-account-signed");
        HttpConnection user = connection(user().client("signed", signing.id(id)));
        consent(user);
        assertThat(userName(user)).isEqualTo("ann");
        AuthorizationCodeFlow.of(user).revoke();
    }

    @Test
    void passwordIsAccepted() {
        HttpConnection connection = connection(OAuth2.password("ann", Secret.of("pass"))
                .client("pushed", KeycloakServer.SECRET)
                .scopes("openid"));
        assertThat(userName(connection)).isEqualTo("ann");
        clock.advance(Duration.ofMinutes(2));
        assertThat(userName(connection)).isEqualTo("ann");
    }

    @Test
    void wrongSecretPasswordAndScopeAreReported() {
        HttpConnection secret = connection(OAuth2.clientCredentials().client("web", Secret.of("wrong-secret")));
        assertThatThrownBy(() -> userName(secret)).isInstanceOfSatisfying(OAuth2Exception.class, e -> {
            assertThat(e.error()).contains("unauthorized_client");
            assertThat(e.needsAuthorization()).isTrue();
        });
        HttpConnection password =
                connection(OAuth2.password("ann", Secret.of("wrong-password")).client("pushed", KeycloakServer.SECRET));
        assertThatThrownBy(() -> userName(password)).isInstanceOfSatisfying(OAuth2Exception.class, e -> {
            assertThat(e.error()).contains("invalid_grant");
            assertThat(e.needsAuthorization()).isTrue();
        });
        HttpConnection scope = connection(
                OAuth2.clientCredentials().client("web", KeycloakServer.SECRET).scopes("orders:write"));
        assertThatThrownBy(() -> userName(scope))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class, e -> assertThat(e.error()).contains("invalid_scope"));
    }

    @Test
    void deviceIsAuthorized() {
        HttpConnection connection =
                connection(OAuth2.deviceCode().publicClient("tv").scopes("openid"));
        DeviceFlow.of(connection).authorize(prompt -> {
            try {
                String page = new Browser()
                        .go(URI.create(prompt.verificationUriComplete().orElseThrow()));
                assertThat(page).startsWith("200 ");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(userName(connection)).isEqualTo("ann");
        clock.advance(Duration.ofMinutes(2));
        assertThat(userName(connection)).isEqualTo("ann");
    }

    @Test
    void clientIsRegisteredIfTheRealmPermitsIt() throws Exception {
        HttpConnection connection = connection(OAuth2.authorizationCode()
                .redirectUri(KeycloakServer.REDIRECT_URI)
                .scopes("openid", "profile"));
        assertThatThrownBy(() -> consent(connection)).hasMessageContaining("403");
        server.permitRegistration();
        consent(connection);
        assertThat(userName(connection)).isEqualTo("ann");
        String first = parameter(connection, "client_id");
        server.forget(first);
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> userName(connection)).isInstanceOf(AuthorizationRequiredException.class);
        consent(connection);
        assertThat(userName(connection)).isEqualTo("ann");
        assertThat(parameter(connection, "client_id")).isNotEqualTo(first);
        assertThatThrownBy(() -> connection.send(Request.get("/nowhere"))).isInstanceOf(StatusException.class);
    }
}
