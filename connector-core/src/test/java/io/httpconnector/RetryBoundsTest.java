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

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retries and delays at the limits: the last value that is permitted and the first that is not. */
@Timeout(30)
class RetryBoundsTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().dynamicHttpsPort())
            .build();

    private final FakeTime time = new FakeTime();

    private HttpConnectionBuilder connection(RetryPolicy retry) {
        return HttpConnection.named("Service")
                .baseUrl("http://localhost:" + service.getPort())
                .timeSource(time)
                .retry(retry);
    }

    private static <E extends ConnectorException> E failure(
            Class<E> type, HttpConnectionBuilder builder, Request request) {
        try (HttpConnection connection = builder.build()) {
            return catchThrowableOfType(type, () -> connection.send(request));
        }
    }

    private static void responding(ResponseDefinitionBuilder response) {
        service.stubFor(any(anyUrl()).willReturn(response));
    }

    private static ResponseDefinitionBuilder status(int status) {
        return aResponse().withStatus(status);
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    @Test
    void hundredAttemptsAreThePermittedMaximum() {
        assertThat(RetryPolicy.maxAttempts(1).toJson())
                .isEqualTo(RetryPolicy.none().toJson());
        assertThat(RetryPolicy.maxAttempts(100).toJson().path("maxAttempts").asInt())
                .isEqualTo(100);
        assertThatThrownBy(() -> RetryPolicy.maxAttempts(101)).hasMessage("Invalid retry: 101 attempts: use 1 to 100");
    }

    @ParameterizedTest
    @CsvSource({"PT20S, 1", "PT21S, 2"})
    void delayThatTakesAllOfTheRemainingTimeIsNotWaitedFor(Duration timeout, int requests) {
        responding(status(503));

        failure(
                StatusException.class,
                connection(RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofSeconds(20))),
                Request.get("/").timeout(timeout));

        assertThat(received()).isEqualTo(requests);
    }

    @Test
    void delayInAPartOfAFieldOfTheBodyHasAUnit() {
        responding(status(429).withBody("{\"error\": {\"message\": \"Retry in 3 minutes\"}}"));
        RetryPolicy retry = RetryPolicy.none().delayField("/error/message", "in ([0-9]+) minutes", ChronoUnit.MINUTES);

        RateLimitedException e = failure(RateLimitedException.class, connection(retry), Request.get("/"));

        assertThat(e.retryAfter()).hasValue(Duration.ofMinutes(3));
        assertThat(RetryPolicy.fromJson(retry.toJson()).toJson())
                .isEqualTo(retry.toJson())
                .hasToString(
                        "{\"maxAttempts\":1,\"backoff\":{\"first\":\"PT0.25S\",\"max\":\"PT30S\"},\"delayField\":"
                                + "[{\"pointer\":\"/error/message\",\"pattern\":\"in ([0-9]+) minutes\",\"unit\":\"minutes\"}]}");
    }

    @Test
    void problemOfADelayNamesItsMember() {
        RetryPolicy none = RetryPolicy.none();

        assertThatThrownBy(() -> none.delayHeader("X-Wait", ChronoUnit.DAYS))
                .hasMessage("Invalid delayHeader: the unit Days: use MILLIS, SECONDS or MINUTES");
        assertThatThrownBy(() -> none.delayField("/wait", ChronoUnit.DAYS))
                .hasMessage("Invalid delayField: the unit Days: use MILLIS, SECONDS or MINUTES");
        assertThatThrownBy(
                        () -> RetryPolicy.fromJson(JsonSupport.parse("{\"delayHeader\": [{\"unit\": \"seconds\"}]}")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/delayHeader/0/name");
    }

    /** 10^9 is 31 years as a delay and the year 2001 as a time; 10^11 is the year 5138 in seconds, and 1973 in milliseconds. */
    @ParameterizedTest
    @CsvSource({
        "999999999, 999999999",
        "1000000000, 0",
        "99999999999, 98204399199",
        "100000000000, 0",
    })
    void numberIsADelayOrATimeInSecondsOrMilliseconds(String value, long seconds) {
        responding(status(429).withHeader("Retry-After", value));

        assertThat(failure(RateLimitedException.class, connection(RetryPolicy.none()), Request.get("/"))
                        .retryAfter())
                .hasValue(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"1000, 7", "1001, 5"})
    void longestFieldThatIsSearchedForADelay(int length, long seconds) {
        String limit = "limit=10;wait=7;x=";
        String padded = limit + "x".repeat(length - limit.length());
        String draft = "\"default\";r=0;t=7;x=";
        responding(status(429)
                .withHeader("Retry-After", "5")
                .withHeader("X-Wait", padded)
                .withHeader("RateLimit", draft + "x".repeat(length - draft.length())));
        assertThat(failure(
                                RateLimitedException.class,
                                connection(RetryPolicy.none().delayHeader("X-Wait", "wait=([0-9]+)")),
                                Request.get("/"))
                        .retryAfter())
                .hasValue(Duration.ofSeconds(seconds));

        responding(status(429)
                .withHeader("X-RateLimit-Reset", "5")
                .withHeader("RateLimit", draft + "x".repeat(length - draft.length())));
        assertThat(failure(RateLimitedException.class, connection(RetryPolicy.none()), Request.get("/"))
                        .retryAfter())
                .hasValue(Duration.ofSeconds(seconds));
    }

    @Test
    void retryBudgetGrowsByOneIn2Seconds() {
        responding(status(503));
        RetryPolicy retry = RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofMillis(1));
        try (HttpConnection connection = connection(retry).build()) {
            time.pass(Duration.ofHours(1));
            for (int i = 0; i < 30; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
            }
            int before = received();
            time.pass(Duration.ofSeconds(4));
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
            }

            // Two for the time, and up to one of a tenth of the requests.
            assertThat(received() - before).isBetween(7, 8);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 2", "POST, 1"})
    void responseTimeoutIsRetriedForARequestThatOnlyReads(String method, int attempts) {
        responding(okJson("{}").withFixedDelay(2000));

        TimedOutException e = failure(
                TimedOutException.class,
                connection(RetryPolicy.maxAttempts(2).fixedDelay(SHORT)).responseTimeout(SHORT),
                Request.of(method, "/"));

        assertThat(e.phase()).isEqualTo(TimedOutException.Phase.RESPONSE);
        assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(attempts);
    }

    @Test
    void totalTimeoutIsFinal() {
        responding(okJson("\"dribble\"").withChunkedDribbleDelay(20, 5000));

        TimedOutException e = failure(
                TimedOutException.class,
                connection(RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofMillis(1)))
                        .timeSource(TimeSource.SYSTEM),
                Request.get("/").timeout(SHORT));

        assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL);
        assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(1);
    }

    @Test
    void connectTimeoutIsRetriedForAnyRequest() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(new Socket(full.getInetAddress(), full.getLocalPort()));
            }
            TimedOutException e = failure(
                    TimedOutException.class,
                    connection(RetryPolicy.maxAttempts(2).fixedDelay(SHORT))
                            .baseUrl("http://127.0.0.1:" + full.getLocalPort())
                            .connectTimeout(SHORT),
                    Request.post("/").json("{}"));

            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.CONNECT);
            assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(2);
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void certificateThatIsNotTrustedIsFinal() {
        CannotConnectException e = failure(
                CannotConnectException.class,
                connection(RetryPolicy.maxAttempts(3).fixedDelay(SHORT))
                        .baseUrl("https://localhost:" + service.getHttpsPort()),
                Request.get("/"));

        assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.TLS);
        assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(1);
        assertThat(time.waits).isEmpty();
    }

    /** Without retries, a request gets past 10 kept connections that the service closes. */
    @ParameterizedTest
    @CsvSource({"GET, 10, true", "GET, 11, false", "POST, 1, false"})
    void closedKeptConnectionsThatARequestGetsPast(String method, int kept, boolean succeeds) throws Exception {
        CountDownLatch all = new CountDownLatch(kept);
        String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        try (WirePeer peer = new WirePeer((connection, request) -> {
                    if (!request.contains("/keep")) {
                        return connection > kept ? ok : WirePeer.CLOSE;
                    }
                    all.countDown();
                    await(all);
                    return ok;
                });
                HttpConnection connection = HttpConnection.named("Closes")
                        .baseUrl(peer.url())
                        .retry(RetryPolicy.none())
                        .maxConnections(20)
                        .build()) {
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < kept; i++) {
                responses.add(connection.sendAsync(Request.get("/keep"), task -> new Thread(task).start()));
            }
            for (CompletableFuture<Response> response : responses) {
                response.get(20, TimeUnit.SECONDS);
            }

            TransferException e =
                    catchThrowableOfType(TransferException.class, () -> connection.send(Request.of(method, "/")));

            assertThat(e == null).isEqualTo(succeeds);
            assertThat(peer.connections()).isEqualTo(succeeds ? kept + 1 : kept);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
