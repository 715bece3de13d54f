package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class AuthContextTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    /** Asks for a token, once for all. */
    private static final class TokenAuth implements AuthStrategy {
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicReference<Response> answered = new AtomicReference<>();
        private volatile @Nullable String token;

        @Override
        public AuthStrategy open(AuthContext context) {
            Function<Request, String> flight = context.singleFlight(() -> fetch(context));
            return new AuthStrategy() {
                @Override
                public Request apply(Request request) {
                    String known = token;
                    return request.header("Authorization", "Bearer " + (known == null ? flight.apply(request) : known));
                }

                @Override
                public void close() {
                    closed.countDown();
                }
            };
        }

        private String fetch(AuthContext context) {
            Response response =
                    context.send(Request.post("/token").body(Body.form().field("for", context.connection())));
            answered.set(response);
            String fetched = response.json().at("/token").asText();
            token = fetched;
            return fetched;
        }

        @Override
        public Request apply(Request request) {
            throw new AssertionError("not opened");
        }
    }

    private final TokenAuth auth = new TokenAuth();

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .header("X-Default", "1")
                .rule(ResponseRule.forStatus(200, 299).text("token").treatAs(ResponseRule.Action.FAIL))
                .retry(RetryPolicy.none())
                .auth(auth);
    }

    private static void tokenAfter(int millis) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        service.stubFor(
                post("/token").willReturn(okJson("{\"token\": \"canary\"}").withFixedDelay(millis)));
    }

    @Test
    void strategySendsByTheConnectionButNotInItsName() {
        tokenAfter(0);
        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/x"));
        }

        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withHeader("X-Default", absent())
                .withHeader("Authorization", absent()));
        assertThat(auth.answered.get().exchange().responseBody()).isEqualTo("***");
        assertThat(auth.answered.get().exchange().asHar()).doesNotContain("canary");
    }

    @Test
    void badAnswerIsShownAndOneThatIsNoJsonIsNot() {
        service.stubFor(
                post("/token").willReturn(aResponse().withStatus(400).withBody("{\"error\": \"invalid_client\"}")));
        try (HttpConnection connection = connection().build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining("invalid_client");

            service.stubFor(post("/token").willReturn(aResponse().withBody("canary")));
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("not JSON")
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void redirectOfACredentialRequestStaysWithinTheOrigin() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        service.stubFor(post("/token").willReturn(aResponse().withStatus(307).withHeader("Location", "/v2/token")));
        service.stubFor(post("/v2/token").willReturn(okJson("{\"token\": \"canary\"}")));
        try (HttpConnection connection = connection().build()) {
            assertThat(connection.send(Request.get("/x")).status()).isEqualTo(200);
            assertThat(auth.token).isEqualTo("canary");
        }
        auth.token = null;

        String elsewhere = "http://127.0.0.1:" + service.getPort() + "/v2/token";
        service.stubFor(post("/token").willReturn(aResponse().withStatus(307).withHeader("Location", elsewhere)));
        try (HttpConnection connection = connection().build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("it redirects a request for credentials to another origin, which can't issue"
                            + " credentials for http://localhost:" + service.getPort()
                            + ": set the URL that it redirects to");
        }
        service.verify(1, postRequestedFor(urlEqualTo("/v2/token")));
    }

    /** RFC 6750, section 3.1: a token with more scopes may be accepted, any other 403 is final. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Bearer error=\"insufficient_scope\", scope=\"a\" | 2",
                "Bearer realm=\"x\", Error = insufficient_scope | 2",
                "Bearer error=\"insufficient_user_authentication\" | 2",
                "Bearer error=\"insufficient_scopes\" | 1",
                "Bearer error=\"invalid_token\" | 1",
                "Bearer xerror=\"insufficient_scope\" | 1",
                "Basic realm=\"x\" | 1",
            })
    void forbiddenBecauseOfAScopeRefreshesTheCredentials(String challenge, int attempts) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(403)
                        .withHeader("WWW-Authenticate", "Basic realm=\"first\"", challenge)));
        AuthStrategy refreshing = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request.header("Authorization", "Bearer t");
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                return true;
            }
        };
        try (HttpConnection connection = connection().auth(refreshing).build()) {
            StatusException e = catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/x")));

            assertThat(e.status()).isEqualTo(403);
            assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(attempts);
        }
    }

    @Test
    void whatAllWaitForIsDoneOnce() {
        tokenAfter(300);
        try (HttpConnection connection = connection().build()) {
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                responses.add(connection.sendAsync(Request.get("/x")));
            }
            responses.forEach(CompletableFuture::join);
        }

        service.verify(1, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void whoMayNotWaitLongerDoesNotSpoilItForTheOthers() throws Exception {
        tokenAfter(700);
        try (HttpConnection connection = connection().build()) {
            CompletableFuture<Response> patient = connection.sendAsync(Request.get("/x"));
            CompletableFuture<Response> interrupted = connection.sendAsync(Request.get("/x"));

            assertThatThrownBy(() -> connection.send(Request.get("/x").timeout(Duration.ofMillis(100))))
                    .isInstanceOfSatisfying(
                            TimedOutException.class,
                            e -> assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL));
            interrupted.cancel(true);

            assertThat(patient.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
        service.verify(1, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void closeTellsTheStrategyAndLetsItsRequestEnd() throws Exception {
        tokenAfter(500);
        HttpConnection connection = connection().build();
        CompletableFuture<Response> waiting = connection.sendAsync(Request.get("/x"));
        while (service.findAll(postRequestedFor(urlEqualTo("/token"))).isEmpty()) {
            Thread.sleep(5);
        }

        connection.close();

        assertThat(auth.closed.await(0, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS)).hasMessageContaining("is closed");
        assertThat(auth.token).isEqualTo("canary");
    }

    @Test
    void strategyThatOpensAsNothingIsRefused() {
        AuthStrategy broken = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request;
            }

            @Override
            @SuppressWarnings({"NullAway", "DataFlowIssue"})
            public AuthStrategy open(AuthContext context) {
                return null;
            }
        };

        assertThatThrownBy(() -> connection().auth(broken).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("open(...) returned null");
    }
}
