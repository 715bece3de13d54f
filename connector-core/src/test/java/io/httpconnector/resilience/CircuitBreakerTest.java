package io.httpconnector.resilience;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectionTestResult;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimit;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CircuitBreakerTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final Request GET = Request.get("/x");

    private final FakeTime time = new FakeTime();
    private CircuitBreaker breaker = breaker(config -> config);

    private CircuitBreaker breaker(UnaryOperator<CircuitBreakerConfig.Builder> more) {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom()
                .clock(CircuitBreakerInterceptor.clock(time))
                .slidingWindowSize(4)
                .minimumNumberOfCalls(4)
                .failureRateThreshold(50)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(Duration.ofSeconds(30));
        return CircuitBreaker.of("service", more.apply(config).build());
    }

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.none())
                .test(GET)
                .around(CircuitBreakerInterceptor.of(breaker));
    }

    private static void status(int status) {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)));
    }

    private static void send(HttpConnection connection, int times) {
        for (int i = 0; i < times; i++) {
            Throwable unused = catchThrowable(() -> connection.send(GET));
        }
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    private int failures() {
        return breaker.getMetrics().getNumberOfFailedCalls();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void failuresOpenTheCircuitUntilATrialRequestSucceeds(int status) {
        status(status);
        try (HttpConnection connection = connection().build()) {
            send(connection, 4);
            assertThat(connection.interceptorStates()).isEqualTo(Map.of("service", "open, trial requests in 30 s"));
            time.pass(Duration.ofSeconds(10));

            CircuitOpenException open = catchThrowableOfType(CircuitOpenException.class, () -> connection.send(GET));

            assertThat(open)
                    .hasMessage(
                            "GET " + service.baseUrl() + "/x: the circuit breaker \"service\" of connection \"Service\""
                                    + " is open, because the service has failed: trial requests are permitted in 20 s");
            assertThat(open.retryAfter()).hasValue(Duration.ofSeconds(20));
            assertThat(open.circuit()).isEqualTo("service");
            assertThat(open.needsAuthorization()).isFalse();
            assertThat(received()).isEqualTo(4);
            assertThat(failures()).isEqualTo(4);

            time.pass(Duration.ofSeconds(20).plusMillis(1));
            status(200);
            assertThat(connection.send(GET).status()).isEqualTo(200);
            assertThat(connection.interceptorStates()).isEqualTo(Map.of("service", "closed"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 408, 409, 422})
    void otherStatusesAreNoFailures(int status) {
        status(status);
        try (HttpConnection connection = connection().build()) {
            send(connection, 8);
        }
        assertThat(failures()).isZero();
        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(4);
        assertThat(received()).isEqualTo(8);
    }

    @Test
    void brokenExchangesAndMissingConnectionsAreFailures() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        try (HttpConnection connection = connection().build();
                HttpConnection nowhere =
                        connection().baseUrl("http://localhost:1").build()) {
            send(connection, 2);
            send(nowhere, 1);
            assertThat(failures()).isEqualTo(3);
        }
    }

    @Test
    void whatTheApplicationOrTheLibraryCausesIsNotCounted() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        AuthStrategy missing = request -> {
            throw new ConnectorException("no consent yet");
        };
        try (HttpConnection limited = connection()
                        .rateLimit(RateLimit.of(1, Duration.ofMinutes(1)))
                        .totalTimeout(Duration.ofSeconds(5))
                        .build();
                HttpConnection unauthorized = connection().auth(missing).build();
                HttpConnection restricted = connection()
                        .destinations(SsrfPolicy.publicInternetOnly())
                        .build();
                HttpConnection plain = connection().build()) {
            limited.send(GET);
            assertThatThrownBy(() -> limited.send(GET)).isInstanceOf(RateLimitedException.class);
            send(unauthorized, 3);
            send(restricted, 3);
            assertThatThrownBy(() -> plain.send(
                            Request.get("https://other.example").query("k", io.httpconnector.Secret.of("s"))))
                    .isInstanceOf(InvalidDefinitionException.class);
            assertThatThrownBy(() -> plain.read(GET, (response, body) -> {
                        throw new IOException("mine");
                    }))
                    .isInstanceOf(ConnectorException.class);
            Thread.currentThread().interrupt();
            send(plain, 1);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(failures()).isZero();
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isEqualTo(1);
    }

    @Test
    void slowCallsOpenTheCircuitAndOwnWaitingIsNotSlow() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        breaker = breaker(config ->
                config.slowCallDurationThreshold(Duration.ofSeconds(2)).slowCallRateThreshold(100));
        try (HttpConnection limited =
                connection().rateLimit(RateLimit.of(3, Duration.ofSeconds(10))).build()) {
            send(limited, 12);
            assertThat(time.waits).isNotEmpty();
            assertThat(breaker.getMetrics().getNumberOfSlowCalls()).isZero();
        }
        try (HttpConnection slow = connection()
                .around(chain -> {
                    time.pass(Duration.ofSeconds(3));
                    return chain.proceed(chain.request());
                })
                .build()) {
            send(slow, 4);
            assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        }
    }

    @Test
    void insideRetriesEachAttemptCountsAndTheCallEndsWhenTheCircuitOpens() {
        status(503);
        try (HttpConnection inside = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.maxAttempts(10))
                .around(CircuitBreakerInterceptor.of(breaker).insideRetries())
                .build()) {
            assertThatThrownBy(() -> inside.send(GET)).isInstanceOf(CircuitOpenException.class);
            assertThat(received()).isEqualTo(4);
        }
        breaker.reset();
        try (HttpConnection outside =
                connection().retry(RetryPolicy.maxAttempts(3)).build()) {
            assertThatThrownBy(() -> outside.send(GET)).isInstanceOf(StatusException.class);
            assertThat(failures()).isEqualTo(1);
        }
    }

    @Test
    void theTestOfAConnectionShowsTheState() {
        status(500);
        try (HttpConnection connection = connection().build()) {
            ConnectionTestResult failed = connection.test();
            assertThat(failed.interceptors()).isEqualTo(Map.of("service", "closed"));
            send(connection, 3);

            ConnectionTestResult open = connection.test();

            assertThat(open.ok()).isFalse();
            assertThat(open.message()).contains("trial requests are permitted in 30 s");
            assertThat(open.failure()).containsInstanceOf(CircuitOpenException.class);
            assertThat(open.interceptors()).isEqualTo(Map.of("service", "open, trial requests in 30 s"));
            breaker.transitionToForcedOpenState();
            assertThat(connection.interceptorStates()).isEqualTo(Map.of("service", "forced open"));
            assertThatThrownBy(() -> connection.send(GET)).hasMessageContaining("was opened by the application");
        }
    }

    @Test
    void oneOfManyConcurrentTrialsIsPermitted() {
        status(500);
        try (HttpConnection connection = connection()
                .around(chain -> {
                    if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
                        try (HttpConnection other = connection().build()) {
                            assertThatThrownBy(() -> other.send(GET))
                                    .isInstanceOf(CircuitOpenException.class)
                                    .hasMessageContaining("is half-open, and its trial requests are in progress");
                        }
                    }
                    return chain.proceed(chain.request());
                })
                .build()) {
            send(connection, 4);
            time.pass(Duration.ofSeconds(31));
            status(200);
            assertThat(connection.send(GET).status()).isEqualTo(200);
        }
    }

    @Test
    void pollsFailWhileTheCircuitIsOpenAndContinue() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
        try (HttpConnection connection = connection().build();
                PollingTrigger trigger = PollingTrigger.named("items")
                        .connection(connection)
                        .request(RequestTemplate.named("items").get("/items").build())
                        .key("/id")
                        .store(StateStore.inMemory())
                        .every(Duration.ofSeconds(1))
                        .handler(event -> {})
                        .build()) {
            send(connection, 4);
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(CircuitOpenException.class);
            assertThat(trigger.status().lastError().orElseThrow()).contains("circuit breaker");

            time.pass(Duration.ofSeconds(31));
            service.stubFor(any(anyUrl()).willReturn(okJson("[{\"id\":1}]")));
            assertThat(trigger.pollOnce().records()).isEqualTo(1);
            assertThat(trigger.status().consecutiveFailures()).isZero();
            assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        }
    }
}
