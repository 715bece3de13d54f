package io.httpconnector.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.TransferException;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TestingTest {

    private final MockService service = MockService.start();
    private final VirtualTime time = new VirtualTime();
    private final HttpConnection connection = HttpConnection.named("Shop")
            .baseUrl(service.baseUrl())
            .timeSource(time)
            .build();

    @AfterEach
    void close() {
        connection.close();
        service.close();
    }

    @Test
    void retriesWaitInVirtualTime() {
        service.on(
                "GET",
                "/orders",
                MockResponse.connectionReset(),
                MockResponse.status(503).header("Retry-After", "20"),
                MockResponse.json("[1]"));
        long start = System.nanoTime();

        assertThat(connection.send(Request.get("/orders?page=1")).json().get(0).asInt())
                .isEqualTo(1);

        assertThat(time.waits()).hasSize(2);
        assertThat(time.waits().get(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(20));
        assertThat(time.now()).isAfter(Instant.parse("2026-01-01T00:00:20Z"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(service.requests())
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.uri()).hasToString("/orders?page=1"));
    }

    @Test
    void requestsAreRecordedAndComputed() {
        service.on(
                "POST",
                "/orders",
                request -> MockResponse.json("{\"length\": " + request.body().length() + "}"));

        assertThat(connection
                        .send(Request.post("/orders")
                                .header("X-Tenant", "7")
                                .body(io.httpconnector.Body.text("hello", "text/plain")))
                        .json()
                        .get("length")
                        .asInt())
                .isEqualTo(5);

        assertThat(service.requests().get(0).header("x-tenant")).hasValue("7");
        assertThat(service.requests().get(0).header("absent")).isEmpty();
    }

    @Test
    void aRequestWithoutAScriptGets404() {
        assertThatThrownBy(() -> connection.send(Request.get("/unknown")))
                .isInstanceOfSatisfying(
                        StatusException.class,
                        e -> assertThat(e.body()).isEqualTo("MockService has no script for GET /unknown"));
    }

    @Test
    void theNetworkMayFail() {
        service.on("POST", "/orders", MockResponse.connectionReset());

        assertThatThrownBy(() -> connection.send(Request.post("/orders"))).isInstanceOf(TransferException.class);
    }

    @Test
    void mistakesOfATestAreReported() {
        assertThatThrownBy(() -> service.on("GET", "/orders")).hasMessageContaining("give at least one");
        assertThatThrownBy(() -> MockResponse.status(99)).hasMessageContaining("use 200 to 599");
        assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1))).hasMessageContaining("negative");
        assertThatThrownBy(() -> HttpConnection.named("Shop")
                        .baseUrl(service.baseUrl())
                        .timeSource(null)
                        .build())
                .hasMessageContaining("timeSource");
    }

    @Test
    void anOpenGateNeedsNoTime() throws InterruptedException {
        assertThat(time.await(new CountDownLatch(0), Duration.ofHours(1))).isTrue();
        assertThat(time.waits()).isEmpty();

        time.advance(Duration.ofDays(1));
        assertThat(time.now()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
    }

    @Test
    void aPollFailsWithItsStoreAndLosesNothing() {
        service.on("GET", "/orders", MockResponse.json("[{\"id\": 1}, {\"id\": 2}]"));
        FailingStateStore store = new FailingStateStore();
        List<String> keys = new CopyOnWriteArrayList<>();
        try (PollingTrigger trigger = trigger(store, keys, PollingEngine.shared())) {
            store.fail();
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateException.StateFailure.UNAVAILABLE));
            store.recover();
            trigger.pollOnce();
        }
        assertThat(keys).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void aDayOfScheduledPollsTakesNoTime() throws InterruptedException {
        service.on("GET", "/orders", MockResponse.json("[]"));
        CountDownLatch polls = new CountDownLatch(24);
        service.on("GET", "/orders", request -> {
            polls.countDown();
            return MockResponse.json("[]");
        });
        try (PollingEngine engine = PollingEngine.create(1, time);
                PollingTrigger trigger = trigger(new FailingStateStore(), new CopyOnWriteArrayList<>(), engine)) {
            trigger.start();
            assertThat(polls.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(time.now()).isAfter(Instant.parse("2026-01-01T22:59:00Z"));
    }

    @Test
    void clockMayBeSetBackWithoutAnEffectOnElapsedTime() {
        time.advance(Duration.ofMinutes(7));
        time.adjustClock(Duration.ofMinutes(-5));

        assertThat(time.now()).isEqualTo("2026-01-01T00:02:00Z");
        assertThat(time.nanos()).isEqualTo(Duration.ofMinutes(7).toNanos());
    }

    @Test
    void awaitEndsWhenTheConditionIsMetAndFailsWhenItIsNot() {
        AtomicInteger evaluations = new AtomicInteger();

        Await.until(() -> evaluations.incrementAndGet() == 3);

        assertThat(evaluations).hasValue(3);
        assertThatThrownBy(() -> Await.until(Duration.ofMillis(20), () -> false))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("PT0.02S");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Await.until(() -> false)).isInstanceOf(IllegalStateException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private PollingTrigger trigger(FailingStateStore store, List<String> keys, PollingEngine engine) {
        return PollingTrigger.named("orders")
                .connection(connection)
                .request(RequestTemplate.named("Orders").get("/orders").build())
                .records(RecordSelector.atRoot())
                .key("/id")
                .startPosition(StartPosition.everything())
                .every(Duration.ofHours(1))
                .store(store)
                .engine(engine)
                .handler(event -> keys.add(event.key()))
                .build();
    }
}
