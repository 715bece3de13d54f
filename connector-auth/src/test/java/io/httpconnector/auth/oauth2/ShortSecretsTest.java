package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that are a part of an error response: they are masked in texts, but change no decision. */
@Timeout(30)
class ShortSecretsTest {

    private final Origin server = new Origin();
    private final VirtualTime clock = new VirtualTime();

    @AfterEach
    void tearDown() {
        server.close();
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(server.url("/api"))
                .auth(auth.tokenUrl(server.url("/token")).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
    }

    private void respond(int status, String error) {
        server.on("/token", Reply.json(status, "{\"error\": \"" + error + "\", \"error_description\": \"no\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "access", "e", "error", "_", "access_denied", ":", "{"})
    void deviceCode(String code) {
        server.on(
                "/device",
                Reply.json(
                        "{\"device_code\": \"" + code
                                + "\", \"user_code\": \"U\", \"verification_uri\": \"https://x.example.com\", \"expires_in\": 60}"));
        respond(400, "access_denied");
        try (HttpConnection connection = connection(OAuth2.deviceCode()
                .deviceAuthorizationUrl(server.url("/device"))
                .publicClient("tv"))) {
            assertThatThrownBy(() -> DeviceFlow.of(connection).authorize(prompt -> {}))
                    .isInstanceOfSatisfying(
                            AuthorizationRequiredException.class,
                            e -> assertThat(e.error()).contains("access_denied"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"i", "grant", "error", "\"", "invalid_grant", "400"})
    void refreshTokenAndClientSecret(String secret) {
        respond(400, "invalid_grant");
        try (HttpConnection connection =
                connection(OAuth2.refreshToken(Secret.of(secret)).client("app", Secret.of(secret)))) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(
                            AuthorizationRequiredException.class,
                            e -> assertThat(e.error()).contains("invalid_grant"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "client", "error"})
    void password(String password) {
        respond(401, "invalid_client");
        try (HttpConnection connection =
                connection(OAuth2.password("ann", Secret.of(password)).client("app", Secret.of("client-secret")))) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(
                            OAuth2Exception.class,
                            e -> assertThat(e.needsAuthorization()).isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"canary-4711", "code canary-4711"})
    void echoedSecretIsMasked(String error) {
        respond(400, error);
        try (HttpConnection connection =
                connection(OAuth2.clientCredentials().client("app", Secret.of("canary-4711")))) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(OAuth2Exception.class, e -> {
                        assertThat(e.error())
                                .hasValueSatisfying(code -> assertThat(code).doesNotContain("canary"));
                        assertThat(((StatusException) e.getCause()).body())
                                .contains("***")
                                .doesNotContain("canary");
                    })
                    .hasMessageNotContaining("canary")
                    .hasStackTraceContaining("status 400");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 418})
    void responseWithoutErrorCodeIsAStatusException(int status) {
        server.on("/token", Reply.json(status, "{\"hint\": \"canary-4711\"}"));
        try (HttpConnection connection =
                connection(OAuth2.clientCredentials().client("app", Secret.of("canary-4711")))) {
            assertThatThrownBy(() -> connection.send(Request.get("")))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.status()).isEqualTo(status))
                    .hasMessageNotContaining("canary");
        }
    }
}
