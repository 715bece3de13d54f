package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tokens from one consent: the token of a bot and that of a user. */
class TokensOfAConsentTest {

    private final TokenStore store = TokenStore.inMemory();
    private final VirtualTime time = new VirtualTime();
    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/api", MockResponse.status(200));
        service.on("POST", "/token", MockResponse.json("""
                {"access_token": "bot-1", "scope": "chat:write",
                 "authed_user": {"access_token": "user-1", "refresh_token": "user-refresh", "expires_in": 3600}}"""));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private HttpConnection connection(ProviderSettings provider) {
        return HttpConnection.named("Slack")
                .baseUrl(service.baseUrl())
                .auth(OAuth2.authorizationCode()
                        .authorizationUrl("https://slack.example.com/authorize")
                        .tokenUrl(service.baseUrl() + "/token")
                        .client("c", Secret.of("s3cret"))
                        .redirectUri("https://app.example.com/callback")
                        .tokenStore(store, "team")
                        .provider(provider)
                        .timeSource(time)
                        .build())
                .build();
    }

    private String sent() {
        return service.requests()
                .get(service.requests().size() - 1)
                .header("Authorization")
                .orElseThrow();
    }

    @Test
    void theSecondTokenIsStoredSentAndRefreshedByItself() {
        ProviderSettings settings = ProviderSettings.defaults();
        try (HttpConnection bot = connection(settings.additionalToken("user", "/authed_user"));
                HttpConnection user = connection(settings.useToken("user"))) {
            assertThatThrownBy(() -> user.send(Request.get("/api"))).isInstanceOf(AuthorizationRequiredException.class);
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(bot);
            flow.finish("code=c&state=" + flow.start("s").getQuery().replaceFirst(".*state=([^&]*).*", "$1"), "s");

            bot.send(Request.get("/api"));
            assertThat(sent()).isEqualTo("Bearer bot-1");
            user.send(Request.get("/api"));
            assertThat(sent()).isEqualTo("Bearer user-1");

            time.advance(Duration.ofHours(1));
            service.on("POST", "/token", MockResponse.json("{\"access_token\": \"user-2\"}"));
            user.send(Request.get("/api"));
            assertThat(sent()).isEqualTo("Bearer user-2");
            bot.send(Request.get("/api"));
            assertThat(sent()).isEqualTo("Bearer bot-1");
            assertThatThrownBy(() -> AuthorizationCodeFlow.of(user))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("additional token");
        }
    }
}
