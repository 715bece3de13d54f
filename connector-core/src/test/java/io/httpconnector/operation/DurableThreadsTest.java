package io.httpconnector.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests durable runs whose steps several threads of a process want to execute, in real time. */
@Timeout(60)
class DurableThreadsTest {

    private static final int RUNS = 8;

    private final JobLedger ledger = new JobLedger(TimeSource.SYSTEM);
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(ledger.service().baseUrl()).build();
    private final Map<String, AtomicInteger> deliveries = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> active = new ConcurrentHashMap<>();
    private final List<String> concurrent = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        connection.close();
        ledger.close();
    }

    private DurableOperation runs() {
        ledger.duration = Duration.ofMillis(150);
        return JobLedger.withIdempotencyKey()
                .pollEvery(Duration.ofMillis(100), Duration.ofMillis(100))
                .build()
                .durable(StateStore.inMemory())
                .connection(connection)
                .delivery(Delivery.to(event -> handle(event.key())))
                .build();
    }

    private void handle(String key) throws InterruptedException {
        if (active.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet() > 1) {
            concurrent.add(key);
        }
        Thread.sleep(30);
        deliveries.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet();
        active.get(key).decrementAndGet();
    }

    private void assertDeliveredOnce() {
        assertThat(concurrent).isEmpty();
        assertThat(deliveries).hasSize(RUNS);
        assertThat(deliveries.values()).allMatch(count -> count.get() == 1);
        assertThat(ledger.executed).hasSize(RUNS);
    }

    @Test
    void aThreadThatWaitsAndTheThreadOfTheLibraryDeliverAResultOnce() throws Exception {
        try (DurableOperation runs = runs()) {
            runs.start();
            for (int i = 0; i < RUNS; i++) {
                OperationResult unused = runs.await("run " + i, Pills.none());
            }
            Thread.sleep(500);
        }
        assertDeliveredOnce();
    }

    @Test
    void manyThreadsThatWaitForTheSameRunDeliverItOnce() throws Exception {
        try (DurableOperation runs = runs()) {
            runs.start();
            List<CompletableFuture<OperationResult>> waiting = IntStream.range(0, RUNS * 4)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> runs.await("run " + i % RUNS, Pills.none())))
                    .toList();
            waiting.forEach(CompletableFuture::join);
            Thread.sleep(500);
        }
        assertDeliveredOnce();
    }

    @Test
    void aHandlerThatWaitsForItsRunReceivesTheResult() {
        AtomicReference<DurableOperation> runs = new AtomicReference<>();
        List<String> ids = new CopyOnWriteArrayList<>();
        runs.set(JobLedger.withIdempotencyKey()
                .build()
                .durable(StateStore.inMemory())
                .connection(connection)
                .delivery(Delivery.to(
                        event -> ids.add(runs.get().await(event.key()).id())))
                .build());
        ledger.duration = Duration.ZERO;
        OperationResult unused = runs.get().await("run", Pills.none());
        assertThat(ids).containsExactly("1");
    }
}
