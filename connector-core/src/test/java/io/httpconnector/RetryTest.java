package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RetryTest {

    private static final Request POST = Request.post("/orders").json("{}");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final FakeTime time = new FakeTime();

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service").baseUrl(service.baseUrl()).timeSource(time);
    }

    private Response send(Request request) {
        try (HttpConnection connection = connection().build()) {
            return connection.send(request);
        }
    }

    private <E extends ConnectorException> E failure(Class<E> type, Request request) {
        return catchThrowableOfType(type, () -> send(request));
    }

    /** The service answers like this for so many times, and then as it should. */
    private static void failing(int times, ResponseDefinitionBuilder failure) {
        for (int i = 0; i <= times; i++) {
            service.stubFor(any(anyUrl())
                    .inScenario("failing")
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "after " + i)
                    .willReturn(i == times ? okJson("{}") : failure)
                    .willSetStateTo("after " + (i + 1)));
        }
    }

    private static ResponseDefinitionBuilder status(int status) {
        return aResponse().withStatus(status);
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 502, 503, 504})
    void readingIsTriedAgainAfterAStatusThatMayPass(int status) {
        failing(3, status(status));

        Response response = send(Request.get("/"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.exchange().attempts()).isEqualTo(4);
        assertThat(response.exchange().summary()).contains(", 4 attempts)");
        assertThat(received()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 409, 500, 501})
    void otherStatusesAreFinal(int status) {
        failing(1, status(status));

        assertThat(failure(StatusException.class, Request.get("/")).status()).isEqualTo(status);
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void fourthFailureIsFinal() {
        failing(4, status(503).withBody("down"));

        StatusException e = failure(StatusException.class, Request.get("/"));

        assertThat(e).hasMessageContaining(", 4 attempts): down");
        assertThat(time.waits).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void readingIsTriedAgainAfterABrokenAnswer(Fault fault) {
        failing(2, aResponse().withFault(fault));

        assertThat(send(Request.get("/")).status()).isEqualTo(200);
        assertThat(received()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"502, 1", "503, 1", "504, 1", "408, 2", "425, 2", "429, 2"})
    void writingIsTriedAgainOnlyWhenTheServiceSaysThatItHasNotActed(int status, int requests) {
        failing(1, status(status));

        try {
            assertThat(send(POST).status()).isEqualTo(200);
            assertThat(requests).isEqualTo(2);
        } catch (StatusException e) {
            assertThat(e.status()).isEqualTo(status);
        }
        assertThat(received()).isEqualTo(requests);
    }

    @Test
    void writingIsTriedAgainWhenTheServiceSaysWhen() {
        failing(1, status(503).withHeader("Retry-After", "7"));

        assertThat(send(POST).status()).isEqualTo(200);
        assertThat(time.waits)
                .singleElement()
                .satisfies(wait -> assertThat(wait).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7251)));
    }

    @Test
    void writingIsNotTriedAgainWhenTheAnswerIsLost() {
        failing(1, aResponse().withFault(Fault.EMPTY_RESPONSE));

        assertThat(failure(TransferException.class, POST)).isNotNull();
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void idempotencyKeyStaysTheSameOverAttempts() {
        failing(2, aResponse().withFault(Fault.EMPTY_RESPONSE));

        assertThat(send(POST.idempotencyKey()).status()).isEqualTo(200);

        List<String> keys = service.findAll(anyRequestedFor(anyUrl())).stream()
                .map(request -> request.getHeader("Idempotency-Key"))
                .toList();
        assertThat(keys).hasSize(3).doesNotContainNull();
        assertThat(keys.stream().distinct()).hasSize(1);
        assertThat(POST.idempotencyKey().header("Idempotency-Key"))
                .isNotEqualTo(POST.idempotencyKey().header("Idempotency-Key"));
        assertThat(POST.idempotencyKey("job-7").header("Idempotency-Key")).hasValue("job-7");
    }

    @Test
    void idempotentPostIsTriedAgain() {
        failing(1, status(502));

        assertThat(send(POST.idempotent()).status()).isEqualTo(200);
    }

    @Test
    void statusThatTheRequestAcceptsIsAnAnswer() {
        failing(1, status(503));

        assertThat(send(Request.get("/").acceptStatus(503)).status()).isEqualTo(503);
    }

    @Test
    void waitIsRandomBelowABackoffThatDoublesUpToItsLimit() {
        service.stubFor(any(anyUrl()).willReturn(status(429)));
        try (HttpConnection connection = connection()
                .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofSeconds(5)))
                .totalTimeout(Duration.ofHours(1))
                .build()) {
            for (int i = 0; i < 60; i++) {
                // What the budget gives back within an hour is enough for all attempts.
                time.pass(Duration.ofHours(1));
                assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(RateLimitedException.class);
            }
        }

        assertThat(time.waits).hasSize(300);
        int[] max = {1000, 2000, 4000, 5000, 5000};
        for (int nth = 0; nth < max.length; nth++) {
            double sum = 0;
            for (int i = nth; i < time.waits.size(); i += max.length) {
                assertThat(time.waits.get(i))
                        .isBetween(Duration.ZERO, Duration.ofMillis(max[nth]).plusNanos(1));
                sum += time.waits.get(i).toMillis();
            }
            assertThat(sum / 60).isCloseTo(max[nth] / 2.0, within(max[nth] * 0.2));
        }
    }

    @Test
    void noAttemptThatCouldNotBeInTime() {
        failing(1, status(503).withHeader("Retry-After", "20"));

        StatusException e = failure(StatusException.class, Request.get("/").timeout(Duration.ofSeconds(19)));

        assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(1);
        assertThat(time.waits).isEmpty();
    }

    @Test
    void noWaitLongerThanTheLongestBackoff() {
        failing(1, status(503).withHeader("Retry-After", "40"));

        assertThat(failure(StatusException.class, Request.get("/")).status()).isEqualTo(503);
        assertThat(time.waits).isEmpty();
    }

    @Test
    void longWaitForALimitIsTheCallersToPlan() {
        failing(1, status(429).withHeader("Retry-After", "3600"));

        RateLimitedException e = failure(RateLimitedException.class, Request.get("/"));

        assertThat(e.retryAfter()).hasValue(Duration.ofHours(1));
        assertThat(e.exchange().orElseThrow().status()).hasValue(429);
        assertThat(time.waits).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Retry-After: 120                                             | 120000
            Retry-After: 0.5                                             | 500
            Retry-After: Wed, 25 Nov 2026 10:02:00 GMT                   | 120000
            Retry-After: Wednesday, 25-Nov-26 10:02:00 GMT               | 120000
            Retry-After: Wed, 25 Nov 2026 09:00:00 GMT                   | 0
            Retry-After: 1795601000                                      | 200000
            retry-after-ms: 1500; Retry-After: 2                         | 1500
            Date: Wed, 25 Nov 2026 11:00:00 GMT; Retry-After: Wed, 25 Nov 2026 11:00:30 GMT | 30000
            X-RateLimit-Reset: 90                                        | 90000
            X-RateLimit-Remaining: 0; X-RateLimit-Reset: 1795600860      | 60000
            X-RateLimit-Remaining: 0; X-RateLimit-Reset: 1795600860500   | 60500
            X-Rate-Limit-Reset: 1795600830                               | 30000
            X-RateLimit-Reset-After: 1.25                                | 1250
            RateLimit-Remaining: 0; RateLimit-Reset: 15                  | 15000
            RateLimit: limit=10, remaining=0, reset=15                   | 15000
            RateLimit: "default";r=0;t=17                                | 17000
            Retry-After: 5; X-RateLimit-Reset: 90                        | 5000
            X-RateLimit-Remaining: 12; X-RateLimit-Reset: 90             |
            RateLimit: "default";r=3;t=17                                |
            Retry-After: soon                                            |
            Retry-After: -5                                              |
            Retry-After: 99999999999999999999999                         | 999999999000
            """)
    void whatTheServiceAsksToWait(String headers, Long millis) {
        ResponseDefinitionBuilder limited = status(429);
        for (String header : headers.split("; (?=[A-Za-z-]+: )", -1)) {
            limited.withHeader(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 2));
        }
        service.stubFor(any(anyUrl()).willReturn(limited));
        try (HttpConnection connection = connection().retry(RetryPolicy.none()).build()) {
            RateLimitedException e =
                    catchThrowableOfType(RateLimitedException.class, () -> connection.send(Request.get("/")));

            assertThat(e.retryAfter().map(Duration::toMillis)).isEqualTo(Optional.ofNullable(millis));
        }
    }

    @Test
    void outageIsNotMultipliedByRetries() {
        service.stubFor(any(anyUrl()).willReturn(status(503)));
        try (HttpConnection connection = connection()
                .retry(RetryPolicy.maxAttempts(4).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .build()) {
            for (int i = 0; i < 200; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
            }
        }

        // 200 requests, a tenth on top, and the ten that a connection starts with.
        assertThat(received()).isBetween(225, 235);
    }

    @Test
    void refusedConnectionIsTriedAgainForAnyRequest() {
        try (HttpConnection connection = HttpConnection.named("Nobody")
                .baseUrl("http://localhost:1")
                .timeSource(time)
                .build()) {
            CannotConnectException e = catchThrowableOfType(CannotConnectException.class, () -> connection.send(POST));

            assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(4);
        }
    }

    @Test
    void connectionTestIsQuick() {
        failing(1, status(503));
        try (HttpConnection connection = connection().test(Request.get("/")).build()) {
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.OTHER_STATUS);
        }
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void interruptEndsTheWaiting() {
        service.stubFor(any(anyUrl()).willReturn(status(503)));
        try (HttpConnection connection = connection()
                .timeSource(TimeSource.SYSTEM)
                .retry(RetryPolicy.maxAttempts(2).backoff(Duration.ofSeconds(25), Duration.ofSeconds(25)))
                .build()) {
            interruptOnceItWaits(Thread.currentThread());

            TransferException e =
                    catchThrowableOfType(TransferException.class, () -> connection.send(Request.get("/")));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(e).hasMessageContaining("interrupted while it waited for the next attempt");
        }
    }

    private static void interruptOnceItWaits(Thread waiting) {
        new Thread(() -> {
                    while (received() == 0 || waiting.getState() != Thread.State.TIMED_WAITING) {
                        Thread.onSpinWait();
                    }
                    waiting.interrupt();
                })
                .start();
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> RetryPolicy.maxAttempts(0)).hasMessage("Invalid retry: 0 attempts: use 1 to 100");
        assertThatThrownBy(() -> RetryPolicy.defaults().backoff(Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("backoff");
        assertThatThrownBy(() -> RetryPolicy.defaults().backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("is longer than");
        assertThatThrownBy(() -> connection().retry(null).build()).hasMessageContaining("use RetryPolicy.none()");
    }
}
