package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.badRequest;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.github.tomakehurst.wiremock.client.BasicCredentials;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ConnectorException;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeListener.CredentialsOutcome;
import io.httpconnector.ExchangeListener.CredentialsReport;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimedOutException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ClientCredentialsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static OAuth2Builder client() {
        return OAuth2.clientCredentials()
                .tokenUrl(service.url("/token"))
                .client("my client", Secret.of("s3cret:+"))
                .scopes("a", "b");
    }

    private static HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.build())
                .retry(RetryPolicy.none())
                .build();
    }

    private static void respondingWith(String token) {
        service.stubFor(get("/x").willReturn(okJson("{}")));
        service.stubFor(post("/token").willReturn(okJson(token)));
    }

    @Test
    void tokenIsRequestedOnceForAllThreads() {
        respondingWith("{\"access_token\": \"t0ken\", \"token_type\": \"Bearer\", \"expires_in\": 3600}");
        try (HttpConnection connection = connection(client())) {
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                responses.add(connection.sendAsync(Request.get("/x")));
            }
            responses.forEach(CompletableFuture::join);
        }

        service.verify(
                1,
                postRequestedFor(urlEqualTo("/token"))
                        .withBasicAuth(new BasicCredentials("my+client", "s3cret%3A%2B"))
                        .withFormParam("grant_type", equalTo("client_credentials"))
                        .withFormParam("scope", equalTo("a b")));
        service.verify(64, getRequestedFor(urlEqualTo("/x")).withHeader("Authorization", equalTo("Bearer t0ken")));
    }

    /** Records the requests for credentials. */
    private static final class Credentials implements ExchangeListener {

        private final List<CredentialsReport> reports = new ArrayList<>();

        @Override
        public CallObserver started(ExchangeStarted start) {
            return new CallObserver() {};
        }

        @Override
        public void credentials(CredentialsReport report) {
            reports.add(report);
        }
    }

    @Test
    void listenersObserveEachRequestForAToken() {
        Credentials observed = new Credentials();
        service.stubFor(get("/x").willReturn(okJson("{}")));
        service.stubFor(post("/token").willReturn(badRequest().withBody("{\"error\": \"invalid_client\"}")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(client().build())
                .retry(RetryPolicy.none())
                .listener(observed)
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(OAuth2Exception.class);
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(OAuth2Exception.class);
        }
        assertThat(observed.reports).hasSize(1);
        assertThat(observed.reports.get(0).outcome()).isEqualTo(CredentialsOutcome.AUTHORIZATION_NEEDED);
        assertThat(observed.reports.get(0).failure()).containsInstanceOf(OAuth2Exception.class);

        respondingWith("{\"access_token\": \"t0ken\", \"expires_in\": 3600}");
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(client().build())
                .listener(observed)
                .build()) {
            connection.send(Request.get("/x"));
            connection.send(Request.get("/x"));
        }
        assertThat(observed.reports).hasSize(2);
        CredentialsReport obtained = observed.reports.get(1);
        assertThat(obtained.connection()).isEqualTo("Service");
        assertThat(obtained.outcome()).isEqualTo(CredentialsOutcome.OBTAINED);
        assertThat(obtained.failure()).isEmpty();
        assertThat(obtained.expiresAt().orElseThrow())
                .isCloseTo(Instant.now().plusSeconds(3600), within(1, ChronoUnit.MINUTES));
        assertThat(observed.reports.toString()).doesNotContain("t0ken", "s3cret");
    }

    @Test
    void clientAndParametersAreSentInTheConfiguredFormat() {
        respondingWith("{\"access_token\": \"t0ken\"}");
        try (HttpConnection connection = connection(client().tokenParameter("audience", "api")
                .provider(ProviderSettings.defaults()
                        .clientAuthentication(ClientAuthentication.BODY)
                        .tokenRequest(TokenRequestFormat.JSON)
                        .scopeSeparator(",")))) {
            connection.send(Request.get("/x"));
        }

        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withRequestBody(equalToJson(
                        "{\"grant_type\": \"client_credentials\", \"scope\": \"a,b\", \"audience\": \"api\","
                                + " \"client_id\": \"my client\", \"client_secret\": \"s3cret:+\"}")));
    }

    @Test
    void keyBoundTokenIsNotUsedAsBearerToken() {
        respondingWith("{\"access_token\": \"t0ken\", \"token_type\": \"DPoP\"}");
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("a token of the type DPoP")
                    .hasMessageNotContaining("t0ken");
        }
        service.verify(0, getRequestedFor(urlEqualTo("/x")));

        respondingWith("{\"access_token\": \"t0ken\", \"token_type\": \"BearerToken\"}");
        try (HttpConnection connection = connection(client())) {
            connection.send(Request.get("/x"));
        }
        service.verify(getRequestedFor(urlEqualTo("/x")).withHeader("Authorization", equalTo("Bearer t0ken")));
    }

    @Test
    void formResponseIsParsed() {
        respondingWith("access_token=t0ken&token_type=bearer");
        try (HttpConnection connection = connection(client())) {
            connection.send(Request.get("/x"));
        }

        service.verify(getRequestedFor(urlEqualTo("/x")).withHeader("Authorization", equalTo("Bearer t0ken")));
    }

    @Test
    void errorMessageHasTheReasonButNoSecret() {
        service.stubFor(post("/token")
                .willReturn(aResponse()
                        .withStatus(401)
                        .withBody("{\"error\": \"invalid_client\", \"error_description\": \"no s3cret:+ here\"}")));
        try (HttpConnection connection = connection(client())) {
            OAuth2Exception e = catchThrowableOfType(OAuth2Exception.class, () -> connection.send(Request.get("/x")));

            assertThat(e.error()).hasValue("invalid_client");
            assertThat(e).hasMessageContaining("no *** here").hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void errorCodeWithASuccessStatusIsAnError() {
        respondingWith("{\"ok\": false, \"error\": \"bad_client\"}");
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("bad_client");
        }
    }

    @Test
    void echoedSecretIsMaskedInASuccessfulResponse() {
        respondingWith("{\"error\": \"no\", \"error_description\": \"not s3cret:+\"}");
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("no: not ***")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>canary</html>", "", "{\"access_token\": ", "[]", "null", "{\"access_token\": {}}"})
    void invalidResponseIsReportedButNotQuoted(String response) {
        respondingWith(response);
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void slowServerIsSubjectToTheTimeoutOfTheRequest() {
        service.stubFor(
                post("/token").willReturn(okJson("{\"access_token\": \"t\"}").withFixedDelay(20_000)));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(client().build())
                .retry(RetryPolicy.none())
                .totalTimeout(Duration.ofMillis(300))
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(TimedOutException.class);
        }
        service.verify(0, getRequestedFor(urlEqualTo("/x")));
    }

    @Test
    void rateLimitOfTheServerIsReported() {
        service.stubFor(post("/token").willReturn(aResponse().withStatus(429).withHeader("Retry-After", "60")));
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(RateLimitedException.class);
        }
    }

    @Test
    void serverFailureIsNotAnOAuthError() {
        service.stubFor(post("/token").willReturn(serverError().withBody("{\"error\": \"server_error\"}")));
        try (HttpConnection connection = connection(client())) {
            assertThatThrownBy(() -> connection.send(Request.get("/x"))).isInstanceOf(StatusException.class);
        }
    }

    @Test
    void publicClientCanSendParametersInTheQuery() {
        service.stubFor(get("/x").willReturn(okJson("{}")));
        service.stubFor(get(urlPathEqualTo("/token")).willReturn(okJson("{\"data\": {\"token\": \"t0ken\"}}")));
        try (HttpConnection connection = connection(OAuth2.clientCredentials()
                .tokenUrl(service.url("/token"))
                .publicClient("me")
                .tokenParameter("key", Secret.of("k3y"))
                .provider(ProviderSettings.defaults()
                        .tokenMethod("GET")
                        .tokenHeader("X-Version", "2")
                        .accessTokenAt("/data/token")
                        .tokenPrefix("token ")))) {
            connection.send(Request.get("/x"));
        }

        service.verify(getRequestedFor(urlEqualTo("/token?grant_type=client_credentials&key=k3y&client_id=me"))
                .withHeader("X-Version", equalTo("2")));
        service.verify(getRequestedFor(urlEqualTo("/x")).withHeader("Authorization", equalTo("token t0ken")));
    }

    @Test
    @SuppressWarnings("NullAway")
    void allInvalidSettingsAreReported() {
        assertThatThrownBy(() -> OAuth2.clientCredentials()
                        .tokenUrl("/token")
                        .client("id", (Secret) null)
                        .provider(ProviderSettings.defaults()
                                .accessTokenAt("token")
                                .tokenHeader("X Y", "z")
                                .tokenMethod("TRACE")
                                .lifetime(Duration.ZERO))
                        .tokenStore(null)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContainingAll(
                        "tokenUrl: it is not absolute",
                        "client secret: it is null",
                        "accessTokenPath: it is no JSON pointer",
                        "\"X Y\" is not a header name",
                        "tokenMethod:",
                        "lifetime:",
                        "tokenStore: it is null");
    }

    @Test
    void strategyThatWasNotOpenedIsReported() {
        assertThatThrownBy(() -> client().build().apply(Request.get("/x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("open(...)");
    }

    @Test
    void allMissingSettingsAreReported() {
        assertThatThrownBy(() -> OAuth2.clientCredentials().build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContainingAll("token URL", "client:");
    }
}
