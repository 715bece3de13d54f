package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Received;
import io.httpconnector.auth.oauth2.Origin.Reply;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushed authorization requests, RFC 9126, against a server that accepts nothing else. */
@Timeout(30)
class PushedAuthorizationTest {

    private final Origin server = new Origin();
    private final List<HttpConnection> opened = new ArrayList<>();
    private final AtomicInteger registered = new AtomicInteger();
    private volatile String forgotten = "";
    private volatile String metadata = "";
    private volatile String par = server.url("/par");

    @BeforeEach
    void setUp() {
        server.on("/par", request -> {
            Map<String, String> form = Origin.form(request);
            return forgotten.equals(form.get("client_id"))
                    ? Reply.json(401, "{\"error\": \"invalid_client\"}")
                    : Reply.json(201, "{\"request_uri\": \"urn:ietf:params:oauth:request_uri:1\", \"expires_in\": 60}");
        });
        server.on("/token", Reply.json("{\"access_token\": \"a\", \"expires_in\": 60}"));
        server.on(
                "/register", request -> Reply.json(201, "{\"client_id\": \"c" + registered.incrementAndGet() + "\"}"));
        server.on(
                "/.well-known/oauth-authorization-server",
                request -> Reply.json("{\"issuer\": \"" + server.url("")
                        + "\", \"authorization_endpoint\": \"" + server.url("/authorize?tenant=7")
                        + "\", \"token_endpoint\": \"" + server.url("/token")
                        + "\", \"registration_endpoint\": \"" + server.url("/register")
                        + "\", \"pushed_authorization_request_endpoint\": \"" + par + "\"" + metadata + "}"));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        server.close();
    }

    private OAuth2Builder configured() {
        return OAuth2.authorizationCode()
                .authorizationUrl(server.url("/authorize?tenant=7"))
                .pushedAuthorizationRequestUrl(server.url("/par"))
                .tokenUrl(server.url("/token"))
                .redirectUri("https://app.example.com/callback");
    }

    private AuthorizationCodeFlow flow(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(server.url("/api"))
                .auth(auth.build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return AuthorizationCodeFlow.of(connection);
    }

    private Received pushed() {
        List<Received> all = server.received("/par");
        return all.get(all.size() - 1);
    }

    @Test
    void browserGetsOnlyTheReference() {
        AuthorizationCodeFlow flow = flow(configured()
                .client("app", Secret.of("client-secret"))
                .scopes("read", "write")
                .resource("https://a.example.com", "https://b.example.com/x")
                .authorizationParameter("login_hint", Secret.of("ann-hint")));

        URI url = flow.start("session");
        Map<String, String> form = Origin.form(pushed());
        flow.finish("code=c&state=" + form.get("state"), "session");

        assertThat(url)
                .hasToString(server.url(
                        "/authorize?tenant=7&client_id=app&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A1"));
        assertThat(form)
                .containsEntry("client_id", "app")
                .containsEntry("response_type", "code")
                .containsEntry("redirect_uri", "https://app.example.com/callback")
                .containsEntry("scope", "read write")
                .containsEntry("login_hint", "ann-hint")
                .containsEntry("code_challenge_method", "S256")
                .containsKeys("state", "code_challenge");
        assertThat(pushed().body())
                .contains("resource=https%3A%2F%2Fa.example.com&resource=https%3A%2F%2Fb.example.com%2Fx");
        assertThat(pushed().contains("app:client-secret")).isTrue();
        assertThat(server.received("/token").get(0).body())
                .contains("code=c")
                .contains("resource=https%3A%2F%2Fa.example.com&");
    }

    @Test
    void clientAuthenticatesAsAtTheTokenEndpoint() {
        flow(configured()
                        .client("app", Secret.of("client-secret"))
                        .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.BODY)))
                .start("s");
        assertThat(Origin.form(pushed())).containsEntry("client_secret", "client-secret");
        assertThat(pushed().body().split("client_id=", -1)).hasSize(2);

        flow(configured().publicClient("public")).start("s");
        assertThat(pushed().authorization()).isEqualTo("null");
        assertThat(pushed().body().split("client_id=public", -1)).hasSize(2);
    }

    @Test
    void discoveredServerDecidesWhetherItIsRequired() {
        URI url = flow(discovering().publicClient("app")).start("s");
        assertThat(url.getQuery()).contains("state=");
        assertThat(server.received("/par")).isEmpty();

        metadata = ", \"require_pushed_authorization_requests\": true";
        url = flow(discovering().publicClient("app")).start("s");
        assertThat(url.getQuery()).doesNotContain("state=").contains("request_uri=urn:");
    }

    private OAuth2Builder discovering() {
        return OAuth2.authorizationCode().discover(server.url("")).redirectUri("https://app.example.com/callback");
    }

    @Test
    void forgottenClientIsRegisteredAgain() {
        metadata = ", \"require_pushed_authorization_requests\": true";
        AuthorizationCodeFlow flow = flow(discovering());
        assertThat(flow.start("s").getQuery()).contains("client_id=c1");

        forgotten = "c1";
        assertThat(flow.start("s").getQuery()).contains("client_id=c2");
        assertThat(registered).hasValue(2);
    }

    @Test
    void rejectedRequestIsReportedBeforeTheBrowserOpens() {
        server.on("/par", Reply.json(400, "{\"error\": \"invalid_scope\", \"error_description\": \"no such scope\"}"));
        AuthorizationCodeFlow flow =
                flow(configured().client("app", Secret.of("client-secret")).scopes("x"));

        assertThatThrownBy(() -> flow.start("s"))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class, e -> assertThat(e.error()).contains("invalid_scope"))
                .hasMessageStartingWith("The pushed authorization request endpoint")
                .hasMessageNotContaining("client-secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"request_uri\": 7}", "{\"request_uri\": \"\"}"})
    void responseWithoutReferenceIsRejected(String response) {
        server.on("/par", Reply.json(201, response));
        assertThatThrownBy(() -> flow(configured().publicClient("app")).start("s"))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("has no request_uri");
    }

    @Test
    void secretsAreNotSentToAnotherOriginThatTheServiceNames() {
        try (Origin other = new Origin()) {
            other.on("/par", Reply.json(201, "{\"request_uri\": \"urn:1\"}"));
            TokenStore store = TokenStore.inMemory();
            flow(discovering().client("app", Secret.of("client-secret")).tokenStore(store))
                    .start("s");

            par = other.url("/par");
            metadata = ", \"require_pushed_authorization_requests\": true";
            AuthorizationCodeFlow later =
                    flow(discovering().client("app", Secret.of("client-secret")).tokenStore(store));
            assertThatThrownBy(() -> later.start("s")).isInstanceOf(AuthorizationRequiredException.class);
            assertThat(other.received()).isEmpty();
        }
    }

    /** RFC 8705, section 5: the endpoints for clients with a certificate. */
    @Test
    void certificateClientUsesTheAliases() {
        try (Origin mtls = new Origin()) {
            mtls.on("/token", Reply.json("{\"access_token\": \"m\", \"expires_in\": 60}"));
            metadata = ", \"mtls_endpoint_aliases\": {\"token_endpoint\": \"" + mtls.url("/token") + "\"}";
            server.on("/api", Reply.json("{}"));
            HttpConnection connection = HttpConnection.named("Machine")
                    .baseUrl(server.url("/api"))
                    .auth(OAuth2.clientCredentials()
                            .discover(server.url(""))
                            .publicClient("app")
                            .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.TLS))
                            .build())
                    .build();
            opened.add(connection);
            connection.send(Request.get(""));

            assertThat(server.received("/token")).isEmpty();
            assertThat(mtls.forms("/token"))
                    .containsExactly(Map.of("grant_type", "client_credentials", "client_id", "app"));
            assertThat(server.received("/api").get(0).authorization()).isEqualTo("Bearer m");
        }
    }

    @Test
    void certificateClientHasNoSecret() {
        ProviderSettings tls = ProviderSettings.defaults().clientAuthentication(ClientAuthentication.TLS);
        assertThatThrownBy(() ->
                        configured().client("app", Secret.of("s")).provider(tls).build())
                .hasMessageContaining("use publicClient(id)");
        assertThatThrownBy(() -> configured().provider(tls).build()).hasMessageContaining("use publicClient(id)");
    }

    @Test
    void jsonTokenRequestHasOneResource() {
        ProviderSettings json = ProviderSettings.defaults().tokenRequest(TokenRequestFormat.JSON);
        assertThatThrownBy(() -> configured()
                        .publicClient("app")
                        .resource("https://a.example.com")
                        .resource("https://b.example.com")
                        .provider(json)
                        .build())
                .hasMessageContaining("can have only one");
    }
}
