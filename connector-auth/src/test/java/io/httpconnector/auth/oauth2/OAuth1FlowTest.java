package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The consent of a user by OAuth 1.0a: RFC 5849, section 2. */
class OAuth1FlowTest {

    private final VirtualTime time = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("POST", "/request", form("oauth_token=rt&oauth_token_secret=rs&oauth_callback_confirmed=true"));
        service.on("POST", "/access", form("oauth_token=at&oauth_token_secret=as&user_id=42"));
        service.on("GET", "/api", MockResponse.status(200));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static MockResponse form(String text) {
        return MockResponse.status(200).body("application/x-www-form-urlencoded", text);
    }

    private HttpConnection connection(String account) {
        return HttpConnection.named("Trello")
                .baseUrl(service.baseUrl())
                .auth(OAuth1.by(OAuth1Auth.of("key", Secret.of("consumer-secret")))
                        .requestTokenUrl(service.baseUrl() + "/request")
                        .authorizationUrl(service.baseUrl() + "/authorize")
                        .accessTokenUrl(service.baseUrl() + "/access")
                        .requestParameter("scope", "read")
                        .authorizationParameter("expiration", "never")
                        .redirectUri("https://app.example.com/callback")
                        .tokenStore(store, account)
                        .timeSource(time)
                        .build())
                .build();
    }

    private String header(String path) {
        return service.requests().stream()
                .filter(request -> request.uri().getPath().equals(path))
                .reduce((first, second) -> second)
                .orElseThrow()
                .header("Authorization")
                .orElseThrow();
    }

    @Test
    void theTokenOfAUserIsObtainedAndUsed() {
        try (HttpConnection connection = connection("a")) {
            OAuth1Flow flow = OAuth1Flow.of(connection);
            assertThatThrownBy(() -> connection.send(Request.get("/api")))
                    .isInstanceOf(AuthorizationRequiredException.class);

            URI url = flow.start("s");
            assertThat(url).hasToString(service.baseUrl() + "/authorize?expiration=never&oauth_token=rt");
            assertThat(header("/request"))
                    .contains("oauth_callback=\"https%3A%2F%2Fapp.example.com%2Fcallback\"")
                    .doesNotContain("oauth_token=\"");
            assertThat(flow.finish("oauth_token=rt&oauth_verifier=v1", "s"))
                    .containsEntry("user_id", "42")
                    .hasSize(1);
            assertThat(header("/access")).contains("oauth_token=\"rt\"", "oauth_verifier=\"v1\"");

            connection.send(Request.get("/api"));
            assertThat(header("/api"))
                    .contains("oauth_token=\"at\"")
                    .doesNotContain("oauth_verifier", "oauth_callback");
            assertThat(flow.isAuthorized()).isTrue();
        }
        try (HttpConnection other = connection("a")) {
            other.send(Request.get("/api"));
        }
        try (HttpConnection other = connection("b")) {
            assertThat(OAuth1Flow.of(other).isAuthorized()).isFalse();
        }
    }

    @Test
    void aCallbackBelongsToItsSessionAndAccountOnce() {
        try (HttpConnection connection = connection("a");
                HttpConnection other = connection("b")) {
            OAuth1Flow flow = OAuth1Flow.of(connection);
            String callback = "https://app.example.com/callback?oauth_token=rt&oauth_verifier=v1";
            flow.start("s");
            assertThatThrownBy(() -> flow.finish(callback, "other")).isInstanceOf(InvalidCallbackException.class);
            flow.start("s");
            assertThatThrownBy(() -> OAuth1Flow.of(other).finish(callback, "s"))
                    .isInstanceOf(InvalidCallbackException.class);
            flow.start("s");
            flow.finish(callback, "s");
            assertThatThrownBy(() -> flow.finish(callback, "s")).isInstanceOf(InvalidCallbackException.class);
            assertThatThrownBy(() -> flow.finish(null, "s")).isInstanceOf(InvalidCallbackException.class);
            flow.start("s");
            time.advance(Duration.ofMinutes(16));
            assertThatThrownBy(() -> flow.finish(callback, "s")).isInstanceOf(InvalidCallbackException.class);
        }
    }

    @Test
    void aDeniedConsentAndAnErrorAreReported() {
        try (HttpConnection connection = connection("a")) {
            OAuth1Flow flow = OAuth1Flow.of(connection);
            flow.start("s");
            assertThatThrownBy(() -> flow.finish("denied=rt", "s")).isInstanceOf(AuthorizationRequiredException.class);
            service.on(
                    "POST", "/request", MockResponse.status(401).body("text/plain", "oauth_problem=timestamp_refused"));
            assertThatThrownBy(() -> flow.start("s")).hasMessageContaining("401");
            service.on("POST", "/request", MockResponse.json("{\"errors\": [{\"code\": 32, \"message\": \"no\"}]}"));
            assertThatThrownBy(() -> flow.start("s"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("32: no")
                    .hasMessageNotContaining("consumer-secret");
        }
    }

    @Test
    void invalidSettingsAreReported() {
        assertThatThrownBy(() ->
                        OAuth1.by(null).requestTokenUrl("http://x.example.com").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("requestTokenUrl: it is not https")
                .hasMessageContaining("accessTokenUrl: it is missing")
                .hasMessageContaining("client: it is null");
        try (HttpConnection connection = HttpConnection.named("x")
                .baseUrl(service.baseUrl())
                .auth(CustomAuth.nothing())
                .build()) {
            assertThatThrownBy(() -> OAuth1Flow.of(connection)).hasMessageContaining("must be OAuth1");
        }
    }
}
