package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RateLimitTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final FakeTime time = new FakeTime();

    private HttpConnectionBuilder connection(RateLimit limit) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .rateLimit(limit)
                .timeSource(time);
    }

    private static void answering(ResponseDefinitionBuilder response) {
        service.stubFor(any(anyUrl()).willReturn(response));
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    @Test
    void noPeriodSeesMoreThanTheLimit() {
        answering(okJson("{}"));
        List<Long> sent = new ArrayList<>();
        try (HttpConnection connection =
                connection(RateLimit.of(3, Duration.ofSeconds(10))).build()) {
            for (int i = 0; i < 12; i++) {
                connection.send(Request.get("/"));
                sent.add(time.nanos());
                time.pass(Duration.ofSeconds(i == 4 ? 7 : 1));
            }
        }

        for (int i = 3; i < sent.size(); i++) {
            assertThat(sent.get(i) - sent.get(i - 3))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(10).toNanos());
        }
        // 3 at once, then the 4th waits for the 1st to be 10 s old.
        assertThat(time.waits.get(0)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void routeHasALimitOfItsOwn() {
        answering(okJson("{}"));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl() + "/v2")
                .rateLimit(RateLimit.of(100, Duration.ofSeconds(1)))
                .rateLimit("GET /search/**", RateLimit.of(2, Duration.ofSeconds(30)))
                .rateLimit("/files/*/content", RateLimit.of(1, Duration.ofSeconds(5)))
                .timeSource(time)
                .build()) {
            for (String path : List.of("/search/a", "/search/b?q=1", "/users/search", "/searches/a", "/files/1")) {
                connection.send(Request.get(path));
            }
            connection.send(Request.post("/search/c"));
            connection.send(Request.put("/files/1/content"));
            assertThat(time.waits).isEmpty();

            connection.send(Request.get("/search"));
            assertThat(time.waits).containsExactly(Duration.ofSeconds(30));
            connection.send(Request.get("/files/2/content"));
            connection.send(Request.get("/files/3/content/"));
            assertThat(time.waits).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(5));
        }
    }

    @Test
    void adaptiveLimitOfARouteDoesNotDelayOthers() {
        answering(okJson("{}"));
        service.stubFor(get(urlPathEqualTo("/search"))
                .willReturn(
                        okJson("{}").withHeader("X-RateLimit-Remaining", "0").withHeader("X-RateLimit-Reset", "20")));
        try (HttpConnection connection = connection(RateLimit.adaptive())
                .rateLimit("/search", RateLimit.adaptive())
                .build()) {
            connection.send(Request.get("/search"));
            connection.send(Request.get("/users"));
            assertThat(time.waits).isEmpty();

            connection.send(Request.get("/search?page=2"));
            assertThat(time.waits).containsExactly(Duration.ofSeconds(20));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "search", "GET", "GET search", "/a/**/b", "/a?b=c", "https://api.example.com/a", "/a b"})
    void invalidRouteIsRejected(String route) {
        HttpConnectionBuilder builder =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).rateLimit(route, RateLimit.adaptive());

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not a route: use a path such as /search/*");
    }

    @Test
    void whoWouldWaitTooLongLearnsItAtOnceAndTakesNoPlace() {
        answering(okJson("{}"));
        try (HttpConnection connection =
                connection(RateLimit.of(1, Duration.ofMinutes(2))).build()) {
            connection.send(Request.get("/"));

            for (int i = 0; i < 3; i++) {
                RateLimitedException e =
                        catchThrowableOfType(RateLimitedException.class, () -> connection.send(Request.get("/more")));
                assertThat(e.retryAfter()).hasValue(Duration.ofMinutes(2));
                assertThat(e.exchange().orElseThrow().status()).isEmpty();
                assertThat(e).hasMessageContaining("the rate limit permits the next request in 120000 ms");
            }
            connection.send(Request.get("/").timeout(Duration.ofMinutes(3)));
        }
        assertThat(received()).isEqualTo(2);
    }

    @Test
    void retriesCountToo() {
        answering(aResponse().withStatus(503));
        try (HttpConnection connection = connection(RateLimit.of(2, Duration.ofMinutes(10)))
                .retry(RetryPolicy.maxAttempts(4).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(RateLimitedException.class);
        }
        assertThat(received()).isEqualTo(2);
    }

    @Test
    void adaptiveLimitWaitsForTheResetWhenNothingIsLeft() {
        answering(okJson("{}").withHeader("X-RateLimit-Remaining", "0").withHeader("X-RateLimit-Reset", "20"));
        try (HttpConnection connection = connection(RateLimit.adaptive()).build()) {
            connection.send(Request.get("/"));
            assertThat(time.waits).isEmpty();

            connection.send(Request.get("/"));
            assertThat(time.waits).containsExactly(Duration.ofSeconds(20));

            assertThatThrownBy(() -> connection.send(Request.get("/").timeout(Duration.ofSeconds(5))))
                    .isInstanceOf(RateLimitedException.class);
        }
    }

    @Test
    void adaptiveLimitSendsNoMoreThanWhatIsLeftBeforeItHearsAgain() throws Exception {
        answering(okJson("{}").withHeader("X-RateLimit-Remaining", "2").withHeader("X-RateLimit-Reset", "600"));
        try (HttpConnection connection = connection(RateLimit.adaptive()).build()) {
            connection.send(Request.get("/"));
            answering(okJson("{}").withFixedDelay(500));

            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                responses.add(connection.sendAsync(Request.get("/more")));
            }

            int refused = 0;
            for (CompletableFuture<Response> response : responses) {
                try {
                    assertThat(response.get().status()).isEqualTo(200);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(RateLimitedException.class);
                    refused++;
                }
            }
            assertThat(refused).isEqualTo(3);
        }
    }

    @Test
    void oneRefusalHoldsBackAllOthers() {
        answering(aResponse().withStatus(429).withHeader("Retry-After", "300"));
        try (HttpConnection connection = connection(
                        RateLimit.of(50, Duration.ofSeconds(1)).andAdaptive())
                .build()) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(RateLimitedException.class);
            }
            assertThat(received()).isEqualTo(1);

            time.pass(Duration.ofMinutes(5));
            answering(okJson("{}"));
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void resetInTheFarFutureHarmsNobody() {
        answering(aResponse().withStatus(429).withHeader("Retry-After", "999999999999999"));
        try (HttpConnection connection = connection(RateLimit.adaptive()).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(RateLimitedException.class);

            RateLimitedException e =
                    catchThrowableOfType(RateLimitedException.class, () -> connection.send(Request.get("/")));
            assertThat(e.retryAfter()).hasValue(Duration.ofDays(1));
        }
    }

    @Test
    void waitingIsInTheOrderOfComing() throws Exception {
        answering(okJson("{}"));
        try (HttpConnection connection = connection(RateLimit.of(1, Duration.ofMillis(100)))
                .timeSource(TimeSource.SYSTEM)
                .build()) {
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            List<String> order = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 10; i++) {
                String url = "/" + i;
                responses.add(connection.sendAsync(Request.get(url), task -> startAndAwaitWaiting(task)));
            }
            CompletableFuture.allOf(responses.toArray(CompletableFuture[]::new)).get();
            service.getAllServeEvents()
                    .forEach(event -> order.add(0, event.getRequest().getUrl()));

            assertThat(order).containsExactly("/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9");
        }
    }

    private static void startAndAwaitWaiting(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> RateLimit.of(0, Duration.ofSeconds(1)))
                .hasMessage("Invalid rate limit: 0 requests: use 1 to 100000");
        assertThatThrownBy(() -> RateLimit.of(1, Duration.ZERO)).hasMessageContaining("rate limit period");
        assertThat(RateLimit.of(5, Duration.ofSeconds(1)).andAdaptive()).hasToString("5 in PT1S, adaptive");
    }
}
