package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Interoperability with oidc-provider, a certified OpenID provider for Node, which is strict about redirect URIs, clients, resources and
 * PKCE. Runs only with {@code -Doidc-provider=DIRECTORY}, in which {@code npm install oidc-provider} was run.
 */
@Timeout(60)
@EnabledIfSystemProperty(named = "oidc-provider", matches = ".+")
class OidcProviderTest {

    private static final String REDIRECT_URI = "https://app.example.com/callback";
    private static final Secret WEB = Secret.of("s%cret: 1");

    private static NodeServer server;
    private static String issuer = "";
    private static NodeServer strict;
    private static String strictIssuer = "";

    private final Origin service = new Origin();
    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = NodeServer.start("oidc-provider.mjs", System.getProperty("oidc-provider"));
        issuer = server.url();
        strict = NodeServer.start("oidc-provider.mjs", System.getProperty("oidc-provider"), "par");
        strictIssuer = strict.url();
    }

    @AfterAll
    static void stop() {
        List.of(server, strict).forEach(NodeServer::close);
    }

    @BeforeEach
    void setUp() {
        clock.advance(Duration.between(clock.now(), Instant.now()));
        service.on("/api", Reply.json("{}"));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        service.close();
    }

    private HttpConnection connection(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.url("/api"))
                .auth(auth.timeSource(clock).tokenStore(store).build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode()
                .discover(issuer)
                .redirectUri(REDIRECT_URI)
                .scopes("openid", "offline_access", "orders")
                .authorizationParameter("prompt", "consent")
                .nonce();
    }

    private static TokenSet consent(HttpConnection connection) throws Exception {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        return flow.finish(new Browser().go(flow.start("s")), "s");
    }

    private String sent() {
        List<Origin.Received> all = service.received("/api");
        return all.get(all.size() - 1).authorization();
    }

    private static void forget(String client) throws Exception {
        var unused = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(issuer + "/forget?id=" + client))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
    }

    @ParameterizedTest
    @ValueSource(strings = {"web", "post"})
    void userConsentsAndRefreshTokensRotate(String client) throws Exception {
        OAuth2Builder auth = client.equals("web")
                ? user().client("web", WEB)
                : user().client("post", Secret.of("post-secret"))
                        .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.BODY));
        HttpConnection connection = connection(auth.resource("https://api.example.com/"));
        TokenSet first = consent(connection);
        assertThat(first.refreshToken()).isPresent();
        connection.send(Request.get(""));
        String before = sent();
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofMinutes(2));
            connection.send(Request.get(""));
            assertThat(sent()).isNotEqualTo(before);
            before = sent();
        }
        AuthorizationCodeFlow.of(connection).revoke();
        assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(AuthorizationRequiredException.class);
    }

    @Test
    void pushedAuthorizationRequestIsSentIfTheServerRequiresIt() throws Exception {
        HttpConnection connection = connection(user().discover(strictIssuer).client("web", WEB));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        URI url = flow.start("s");
        assertThat(url.getQuery()).startsWith("client_id=web&request_uri=urn:");
        assertThat(flow.finish(new Browser().go(url), "s").scopes()).contains("orders");
    }

    @Test
    void strongerAuthenticationIsAccepted() throws Exception {
        HttpConnection connection = connection(user().client("web", WEB));
        consent(connection);
        service.on(
                "/api",
                Reply.json(401, "{}")
                        .with(
                                "WWW-Authenticate",
                                "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:gold\", max_age=\"60\""));
        assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(AuthorizationCodeFlow.of(connection).start("s").getQuery())
                .contains("acr_values=urn:gold", "max_age=60");
        consent(connection);
        service.on("/api", Reply.json("{}"));
        assertThat(connection.send(Request.get("")).status()).isEqualTo(200);
    }

    @Test
    void codeThatWasUsedRequiresConsent() throws Exception {
        HttpConnection connection = connection(user().client("web", WEB));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        String callback = new Browser().go(flow.start("s"));
        flow.finish(callback, "s");
        String other =
                AuthorizationCodeFlow.of(connection).start("s").toString().replaceAll(".*[?&]state=([^&]*).*", "$1");
        String replayed = callback.replaceAll("([?&]state=)[^&]*", "$1" + other);
        assertThatThrownBy(() -> flow.finish(replayed, "s"))
                .isInstanceOfSatisfying(
                        AuthorizationRequiredException.class,
                        e -> assertThat(e.error()).contains("invalid_grant"));
    }

    @Test
    void clientAuthenticatesForItself() {
        HttpConnection connection = connection(OAuth2.clientCredentials()
                .discover(issuer)
                .client("machine", Secret.of("machine-secret"))
                .scopes("orders")
                .resource("https://api.example.com/"));
        connection.send(Request.get(""));
        assertThat(sent()).startsWith("Bearer ");
    }

    @Test
    void wrongSecretAndUnknownResourceAreReported() {
        HttpConnection wrong =
                connection(OAuth2.clientCredentials().discover(issuer).client("machine", Secret.of("wrong-secret")));
        assertThatThrownBy(() -> wrong.send(Request.get(""))).isInstanceOfSatisfying(OAuth2Exception.class, e -> {
            assertThat(e.error()).contains("invalid_client");
            assertThat(e.needsAuthorization()).isTrue();
        });
        HttpConnection other = HttpConnection.named("Other")
                .baseUrl(service.url("/api"))
                .auth(OAuth2.clientCredentials()
                        .discover(issuer)
                        .client("machine", Secret.of("machine-secret"))
                        .resource("https://other.example.com/")
                        .build())
                .build();
        opened.add(other);
        assertThatThrownBy(() -> other.send(Request.get("")))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class, e -> assertThat(e.error()).contains("invalid_target"));
    }

    @Test
    void deviceIsAuthorized() throws Exception {
        HttpConnection connection = connection(OAuth2.deviceCode()
                .discover(issuer)
                .publicClient("tv")
                .scopes("openid", "offline_access", "orders")
                .resource("https://api.example.com/"));
        DeviceFlow.of(connection).authorize(prompt -> {
            try {
                String page = new Browser()
                        .go(URI.create(prompt.verificationUriComplete().orElseThrow()));
                assertThat(page).startsWith("200 ");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        connection.send(Request.get(""));
        clock.advance(Duration.ofMinutes(2));
        connection.send(Request.get(""));
        assertThat(service.received("/api"))
                .extracting(Origin.Received::authorization)
                .doesNotHaveDuplicates();
    }

    @Test
    void forgottenClientIsRegisteredAgain() throws Exception {
        HttpConnection connection = connection(user());
        consent(connection);
        connection.send(Request.get(""));
        String first = client(connection);
        forget(first);
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> connection.send(Request.get(""))).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(client(connection)).isNotEqualTo(first);
        consent(connection);
        assertThat(connection.send(Request.get("")).status()).isEqualTo(200);
    }

    private static String client(HttpConnection connection) {
        return AuthorizationCodeFlow.of(connection).start("s").toString().replaceAll(".*[?&]client_id=([^&]*).*", "$1");
    }

    @Test
    void nativeApplicationIsRegisteredWithItsPort() {
        HttpConnection connection = connection(OAuth2.authorizationCode()
                .discover(issuer)
                .scopes("openid", "offline_access", "orders")
                .authorizationParameter("prompt", "consent"));
        TokenSet tokens = AuthorizationCodeFlow.of(connection)
                .authorize(url -> new Thread(() -> new Browser().goToLoopback(url)).start(), Duration.ofSeconds(30));
        assertThat(tokens.refreshToken()).isPresent();
        connection.send(Request.get(""));
    }
}
