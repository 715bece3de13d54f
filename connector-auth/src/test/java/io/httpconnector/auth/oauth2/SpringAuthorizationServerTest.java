package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Interoperability with Spring Authorization Server, which rotates refresh tokens and requires PKCE; a browser fills in its forms. */
@Timeout(60)
class SpringAuthorizationServerTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    /** A secret with characters that must be encoded in HTTP Basic authentication. */
    private static final Secret SECRET = Secret.of("s%cret: 1");

    private static SpringServer server;

    private final VirtualTime clock = new VirtualTime();

    @BeforeAll
    static void start() throws Exception {
        server = new SpringServer();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void setUp() {
        clock.advance(Duration.between(clock.now(), Instant.now()));
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.discover(server.url())
                        .client("web", SECRET)
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .build();
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode()
                .redirectUri(SpringServer.REDIRECT_URI)
                .scopes("openid", "orders")
                .nonce();
    }

    private static TokenSet consent(AuthorizationCodeFlow flow) throws Exception {
        return flow.finish(new Browser().go(flow.start("s")), "s");
    }

    /** Returns the introspection of a token by the server: RFC 7662. */
    private static boolean isActive(Secret token) {
        try (HttpConnection connection = HttpConnection.named("Introspection")
                .baseUrl(server.url())
                .auth(BasicAuth.of("web", Secret.of("s%25cret%3A+1")))
                .build()) {
            return connection
                    .send(Request.post("/oauth2/introspect").bodyField("token", token))
                    .json()
                    .at("/active")
                    .asBoolean();
        }
    }

    private static Secret sent() {
        String header = service.getAllServeEvents().get(0).getRequest().getHeader("Authorization");
        return Secret.of(header.substring("Bearer ".length()));
    }

    @Test
    void userConsentsAndTheTokensRotate() throws Exception {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            TokenSet first = consent(flow);
            connection.send(Request.get("/orders"));
            assertThat(isActive(sent())).isTrue();

            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofMinutes(5));
                connection.send(Request.get("/orders"));
                assertThat(isActive(sent())).isTrue();
            }
            TokenSet last = flow.tokens().orElseThrow();
            assertThat(last.refreshToken().orElseThrow().reveal())
                    .isNotEqualTo(first.refreshToken().orElseThrow().reveal());
            assertThat(isActive(first.refreshToken().orElseThrow())).isFalse();
        }
    }

    @Test
    void revokedConsentHasEnded() throws Exception {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            TokenSet tokens = consent(flow);
            assertThat(isActive(tokens.refreshToken().orElseThrow())).isTrue();
            flow.revoke();
            assertThat(isActive(tokens.refreshToken().orElseThrow())).isFalse();
            assertThat(isActive(tokens.accessToken())).isFalse();
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(AuthorizationRequiredException.class);
        }
    }

    @Test
    void consentRevokedAtTheServerIsDetected() throws Exception {
        TokenStore store = TokenStore.inMemory();
        try (HttpConnection connection = connection(user().tokenStore(store))) {
            TokenSet tokens = consent(AuthorizationCodeFlow.of(connection));
            try (HttpConnection elsewhere = HttpConnection.named("Elsewhere")
                    .baseUrl(server.url())
                    .auth(BasicAuth.of("web", Secret.of("s%25cret%3A+1")))
                    .build()) {
                elsewhere.send(Request.post("/oauth2/revoke")
                        .bodyField("token", tokens.refreshToken().orElseThrow()));
            }
            clock.advance(Duration.ofMinutes(5));
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("invalid_grant");
        }
    }

    @Test
    void clientCredentialsAreAccepted() {
        try (HttpConnection connection = connection(OAuth2.clientCredentials().scopes("orders"))) {
            connection.send(Request.get("/orders"));
            assertThat(isActive(sent())).isTrue();
        }
    }

    @Test
    void clientCanAuthenticateInTheBody() {
        try (HttpConnection connection = connection(OAuth2.clientCredentials()
                .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.BODY)))) {
            connection.send(Request.get("/orders"));
            assertThat(isActive(sent())).isTrue();
        }
    }

    @Test
    void userConsentsOnAnotherDevice() throws Exception {
        try (HttpConnection connection = connection(OAuth2.deviceCode().scopes("orders"))) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(AuthorizationRequiredException.class);
            CompletableFuture<Void> consented = new CompletableFuture<>();
            TokenSet tokens = DeviceFlow.of(connection).authorize(prompt -> {
                assertThat(prompt.userCode()).isNotEmpty();
                var unused = consented.completeAsync(() -> {
                    try {
                        new Browser()
                                .go(URI.create(prompt.verificationUriComplete().orElseThrow()));
                        return null;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
            });
            consented.join();
            connection.send(Request.get("/orders"));
            assertThat(sent().reveal()).isEqualTo(tokens.accessToken().reveal());
            assertThat(isActive(sent())).isTrue();
        }
    }
}
