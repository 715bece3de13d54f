package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Interoperability with mock-oauth2-server, with its login form filled in. */
@Timeout(60)
class MockOAuth2ServerTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final MockOAuth2Server server = new MockOAuth2Server(
            OAuth2Config.Companion.fromJson("{\"interactiveLogin\": true, \"rotateRefreshToken\": true}"));
    private final VirtualTime clock = new VirtualTime();

    @BeforeEach
    void setUp() {
        server.start();
        clock.advance(Duration.between(clock.now(), Instant.now()));
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    @AfterEach
    void tearDown() {
        server.shutdown();
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.client("app", Secret.of("secret")).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
    }

    private OAuth2Builder user() {
        return OAuth2.authorizationCode()
                .discover(server.issuerUrl("default").toString())
                .redirectUri("https://app.example.com/callback")
                .scopes("openid", "offline_access")
                .nonce();
    }

    /** A browser that signs in, and stops at the redirect to the application. */
    private static String signIn(URI url, String user) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(url)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("username=" + user))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return response.headers().firstValue("Location").orElseThrow();
    }

    private static JsonNode lastToken() throws Exception {
        String header = service.getAllServeEvents().get(0).getRequest().getHeader("Authorization");
        assertThat(header).startsWith("Bearer ");
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(header.split("\\.", -1)[1]));
    }

    @Test
    void userSignsInAndTheTokensAreRefreshed() throws Exception {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            TokenSet first = flow.finish(signIn(flow.start("s"), "ann"), "s");
            connection.send(Request.get("/orders"));
            assertThat(lastToken().at("/sub").asText()).isEqualTo("ann");

            clock.advance(Duration.ofHours(2));
            connection.send(Request.get("/orders"));

            TokenSet second = flow.tokens().orElseThrow();
            assertThat(second.refreshToken().orElseThrow().reveal())
                    .isNotEqualTo(first.refreshToken().orElseThrow().reveal());
            assertThat(lastToken().at("/sub").asText()).isEqualTo("ann");
        }
    }

    @Test
    void codeIsInvalidWithoutItsVerifier() throws Exception {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            String stolen = signIn(flow.start("s"), "ann").replaceAll(".*code=([^&]+).*", "$1");
            String own = signIn(flow.start("s"), "mallory").replaceAll("code=[^&]+", "code=" + stolen);
            assertThatThrownBy(() -> flow.finish(own, "s")).isInstanceOf(OAuth2Exception.class);
        }
    }

    @Test
    void revokedTokensAreRemoved() throws Exception {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            flow.finish(signIn(flow.start("s"), "ann"), "s");
            flow.revoke();
            assertThat(flow.tokens()).isEmpty();
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(AuthorizationRequiredException.class);
        }
    }

    @Test
    void clientCredentialsAreAccepted() throws Exception {
        OAuth2Builder auth = OAuth2.clientCredentials()
                .tokenUrl(server.tokenEndpointUrl("default").toString())
                .scopes("orders");
        try (HttpConnection connection = connection(auth)) {
            connection.send(Request.get("/orders"));
        }
        assertThat(lastToken().at("/sub").asText()).isEqualTo("app");
        assertThat(lastToken().at("/aud").toString()).contains("orders");
    }

    @Test
    void passwordGrantIsAccepted() throws Exception {
        OAuth2Builder auth = OAuth2.password("ann", Secret.of("pass"))
                .discover(server.issuerUrl("default").toString())
                .scopes("openid");
        try (HttpConnection connection = connection(auth)) {
            connection.send(Request.get("/orders"));
        }
        assertThat(lastToken().at("/sub").asText()).isEqualTo("ann");
    }
}
