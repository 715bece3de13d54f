package io.httpconnector.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.trigger.DeliveryListener.AttemptObserver;
import io.httpconnector.trigger.DeliveryListener.DeliveryAttempt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeliveryTest {

    private final FakeTime time = new FakeTime();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void eventsAreDeliveredInOrder() {
        DeliveryResult delivered = deliver(Delivery.to(event -> seen.add(event.key())), events(5));

        assertThat(seen).containsExactly("k0", "k1", "k2", "k3", "k4");
        assertThat(delivered.handled()).hasSize(5);
        assertThat(delivered.deadLetters()).isEmpty();
    }

    /** A listener by a function. */
    private static DeliveryListener listener(Function<DeliveryAttempt, AttemptObserver> onAttempt) {
        return new DeliveryListener() {
            @Override
            public AttemptObserver onAttempt(DeliveryAttempt attempt) {
                return onAttempt.apply(attempt);
            }
        };
    }

    @Test
    void listenersObserveEachAttemptOnTheThreadOfTheHandler() {
        List<String> observed = new ArrayList<>();
        Delivery delivery = Delivery.to(event -> {
                    observed.add("handler");
                    throw new IllegalStateException("down");
                })
                .attempts(2)
                .listener(listener(attempt -> {
                    throw new IllegalStateException("a listener that fails before the handler");
                }))
                .listener(listener(attempt -> null))
                .listener(listener(attempt -> {
                    observed.add("first " + attempt.number() + " "
                            + Thread.currentThread().getName());
                    return (result, failure) -> observed.add("first " + result.outcome() + " "
                            + failure.orElseThrow().getMessage());
                }))
                .listener(listener(attempt -> {
                    observed.add("second " + attempt.events().size());
                    return (result, failure) -> {
                        observed.add("second " + result.deadLetters().size());
                        throw new IllegalStateException("a listener that fails after the handler");
                    };
                }));
        String thread = Thread.currentThread().getName();

        assertThat(deliver(delivery, events(1)).deadLetters()).hasSize(1);

        assertThat(observed)
                .containsExactly(
                        "first 1 " + thread,
                        "second 1",
                        "handler",
                        "second 0",
                        "first RETRY down",
                        "first 2 " + thread,
                        "second 1",
                        "handler",
                        "second 1",
                        "first DEAD_LETTER down");
    }

    @Test
    void retriesUseDoublingBackoff() throws InterruptedException {
        AtomicInteger attempts = new AtomicInteger();
        Delivery delivery = Delivery.to(event -> {
                    if (attempts.incrementAndGet() < 6) {
                        throw new IllegalStateException("down");
                    }
                })
                .attempts(6)
                .backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

        DeliveryResult delivered = deliver(delivery, events(1));

        assertThat(delivered.handled()).extracting(TriggerEvent::id).containsExactly("id0");
        assertThat(time.waits).hasSize(5);
        List<Integer> max = List.of(1000, 2000, 4000, 5000, 5000);
        for (int i = 0; i < 5; i++) {
            assertThat(time.waits.get(i).toMillis()).isBetween(max.get(i) / 2L, (long) max.get(i));
        }
    }

    @Test
    void retryAfterOfCalledServiceIsRespected() throws IOException {
        Queue<String> responses = new ConcurrentLinkedQueue<>(List.of("429 90", "503 100", "429 99999"));
        HttpServer crm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        crm.createContext("/", exchange -> {
            String[] response =
                    Objects.requireNonNullElse(responses.poll(), "200 0").split(" ", -1);
            exchange.getResponseHeaders().set("Retry-After", response[1]);
            exchange.sendResponseHeaders(Integer.parseInt(response[0]), -1);
            exchange.close();
        });
        crm.start();
        try (HttpConnection connection = HttpConnection.named("CRM")
                .baseUrl("http://127.0.0.1:" + crm.getAddress().getPort())
                .retry(RetryPolicy.none())
                .build()) {
            Delivery delivery = Delivery.to(event -> {
                try {
                    connection.send(Request.get("/"));
                } catch (ConnectorException e) {
                    throw new IllegalStateException("the CRM", e);
                }
            });
            DeliveryResult postponed = deliver(delivery, events(2));

            assertThat(time.waits).containsExactly(Duration.ofSeconds(90), Duration.ofSeconds(100));
            assertThat(postponed.retryAfter()).hasValue(Duration.ofHours(1));
            assertThat(postponed.handled()).isEmpty();
            assertThat(postponed.deadLetters()).isEmpty();
            assertThat(deliver(delivery, events(2)).handled()).hasSize(2);
        } finally {
            crm.stop(0);
        }
    }

    @Test
    void unhandledEventBecomesDeadLetterAndOthersContinue() throws InterruptedException {
        Delivery delivery = Delivery.to(event -> {
                    if (event.key().equals("k1")) {
                        throw new IllegalStateException("no such customer");
                    }
                    seen.add(event.key());
                })
                .attempts(3);

        DeliveryResult delivered = deliver(delivery, events(3));

        assertThat(seen).containsExactly("k0", "k2");
        assertThat(delivered.handled()).extracting(TriggerEvent::id).containsExactlyInAnyOrder("id0", "id2");
        assertThat(delivered.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.event().key()).isEqualTo("k1");
            assertThat(letter.error()).isEqualTo("java.lang.IllegalStateException: no such customer");
            assertThat(letter.attempts()).isEqualTo(3);
            assertThat(letter.time()).isAfter(FakeTime.START);
            assertThat(DeadLetter.fromJson(JsonSupport.parse(letter.toJson().toString())))
                    .isEqualTo(letter);
        });
    }

    @Test
    void batchesFailAsWhole() throws InterruptedException {
        List<Integer> sizes = new ArrayList<>();
        Delivery delivery = Delivery.inBatches(4, events -> {
                    sizes.add(events.size());
                    if (events.get(0).key().equals("k4")) {
                        throw new IllegalStateException("rejected");
                    }
                })
                .attempts(2);

        DeliveryResult delivered = deliver(delivery, events(10));

        assertThat(sizes).containsExactly(4, 4, 4, 2);
        assertThat(delivered.handled()).hasSize(6);
        assertThat(delivered.deadLetters())
                .extracting(letter -> letter.event().key())
                .containsExactly("k4", "k5", "k6", "k7");
    }

    @Test
    void handlersRunConcurrentlyUpToLimit() throws InterruptedException {
        CyclicBarrier four = new CyclicBarrier(4);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        Delivery delivery = Delivery.to(event -> {
                    limit.accumulateAndGet(running.incrementAndGet(), Math::max);
                    four.await(10, TimeUnit.SECONDS);
                    running.decrementAndGet();
                })
                .concurrently(4);

        DeliveryResult delivered = deliver(delivery, events(40));

        assertThat(delivered.handled()).hasSize(40);
        assertThat(limit).hasValue(4);
    }

    @Test
    void eventsOfOneRecordStayInOrder() throws InterruptedException {
        Map<String, List<String>> byKey = new ConcurrentHashMap<>();
        Delivery delivery = Delivery.to(event -> byKey.computeIfAbsent(
                                event.key(), key -> Collections.synchronizedList(new ArrayList<>()))
                        .add(event.id()))
                .concurrently(8);
        List<TriggerEvent> events = IntStream.range(0, 1000)
                .mapToObj(i -> event("k" + i % 10, "id" + i))
                .toList();

        deliver(delivery, events);

        for (int key = 0; key < 10; key++) {
            int rest = key;
            assertThat(byKey.get("k" + key))
                    .isEqualTo(IntStream.range(0, 1000)
                            .filter(i -> i % 10 == rest)
                            .mapToObj(i -> "id" + i)
                            .toList());
        }
    }

    @Test
    void stopEndsBackoffAndDelivery() throws InterruptedException {
        Delivery delivery = Delivery.to(event -> {
                    seen.add(event.key());
                    if (event.key().equals("k1")) {
                        stop.countDown();
                        throw new IllegalStateException("down");
                    }
                })
                .attempts(100);

        DeliveryResult delivered = delivery.deliver(events(5), TimeSource.SYSTEM, stop, threads);

        assertThat(seen).containsExactly("k0", "k1");
        assertThat(delivered.handled()).extracting(TriggerEvent::id).containsExactly("id0");
        assertThat(delivered.deadLetters()).isEmpty();
    }

    @Test
    void interruptReachesHandlersAndNothingCountsAsHandled() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(3);
        AtomicInteger interrupted = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(3);
        Delivery delivery = Delivery.to(event -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                        throw e;
                    } finally {
                        ended.countDown();
                    }
                })
                .concurrently(3);
        Thread main = Thread.currentThread();
        threads.execute(() -> {
            try {
                begun.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            main.interrupt();
        });

        DeliveryResult delivered = deliver(delivery, events(10));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(delivered.handled()).isEmpty();
        assertThat(delivered.deadLetters()).isEmpty();

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).hasValue(3);
    }

    @Test
    void callerDeliversEverythingWithoutFreeThreads() throws InterruptedException {
        Executor full = task -> {
            throw new RejectedExecutionException("full");
        };

        DeliveryResult delivered =
                Delivery.to(event -> seen.add(event.key())).concurrently(4).deliver(events(9), time, stop, full);

        assertThat(delivered.handled()).hasSize(9);
    }

    @Test
    void missingHelpersAreNotAwaited() throws InterruptedException {
        Executor lazy = task -> {};

        DeliveryResult delivered =
                Delivery.to(event -> seen.add(event.key())).concurrently(4).deliver(events(9), time, stop, lazy);

        assertThat(delivered.handled()).hasSize(9);
    }

    @Test
    void invalidSettingsAreRejected() {
        Delivery delivery = Delivery.to(event -> {});
        assertThatThrownBy(() -> Delivery.to(null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the handler is null");
        assertThatThrownBy(() -> Delivery.inBatches(0, events -> {})).hasMessageContaining("use 1 to 100000");
        assertThatThrownBy(() -> delivery.attempts(0)).hasMessageContaining("0 attempts: use 1 to 10000");
        assertThatThrownBy(() -> delivery.concurrently(1001)).hasMessageContaining("use 1 to 1000");
        assertThatThrownBy(() -> delivery.backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("PT2S to PT1S");
    }

    @Test
    void eventSurvivesSerialization() {
        TriggerEvent deleted = new TriggerEvent(
                "id",
                "trigger",
                ChangeType.DELETED,
                "key",
                MissingNode.getInstance(),
                JsonSupport.parse("{\"id\": 1}"),
                Instant.EPOCH);

        assertThat(TriggerEvent.fromJson(JsonSupport.parse(deleted.toJson().toString())))
                .isEqualTo(deleted);
        assertThat(deleted).hasToString("trigger: DELETED key (id)");
        assertThatThrownBy(() -> TriggerEvent.fromJson(JsonSupport.parse("{\"id\": 1}")))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    private DeliveryResult deliver(Delivery delivery, List<TriggerEvent> events) {
        return delivery.deliver(events, time, stop, threads);
    }

    private static List<TriggerEvent> events(int count) {
        return IntStream.range(0, count).mapToObj(i -> event("k" + i, "id" + i)).toList();
    }

    private static TriggerEvent event(String key, String id) {
        return new TriggerEvent(
                id,
                "test",
                ChangeType.NEW,
                key,
                JsonSupport.tree(Map.of("key", key)),
                MissingNode.getInstance(),
                FakeTime.START);
    }
}
