package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StreamTriggerTest extends StreamTriggerScenario {

    private List<String> ids() {
        return handled.stream().map(TriggerEvent::id).toList();
    }

    @Test
    void deliversEventsAndContinuesAfterARestart() {
        AtomicInteger last = new AtomicInteger(3);
        StreamPeer peer = service(last);
        try (StateStore store = StateStore.file(dir)) {
            StreamTrigger trigger = started(trigger(peer, store));
            eventually(() -> handled.size() == 3);
            assertThat(ids()).containsExactly("1", "2", "3");
            TriggerEvent first = handled.get(0);
            assertThat(first.trigger()).isEqualTo("changes");
            assertThat(first.payload()).hasToString("{\"event\":\"message\",\"id\":\"1\",\"data\":{\"n\":1}}");
            eventually(() -> trigger.status().events() == 3);
            assertThat(trigger.status().phase()).isEqualTo(StreamPhase.OPEN);
            assertThat(trigger.status().lastEventId()).isEqualTo("3");
            assertThat(trigger.stop(Duration.ofSeconds(500))).isTrue();
            assertThat(trigger.status().phase()).isEqualTo(StreamPhase.STOPPED);
        }
        last.set(5);
        try (StateStore store = StateStore.file(dir)) {
            StreamTrigger trigger = started(trigger(peer, store));
            eventually(() -> handled.size() == 5);
            assertThat(ids()).containsExactly("1", "2", "3", "4", "5");
            assertThat(peer.exchanges().get(1).header("Last-Event-ID")).isEqualTo("3");
            trigger.close();
        }
    }

    @Test
    void stopClosesTheSocketAndWaitsForTheHandler() throws Exception {
        StreamPeer peer = service(new AtomicInteger(1));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean wasInterrupted = new AtomicBoolean();
        StreamTrigger trigger = started(trigger(peer, StateStore.inMemory()).handler(event -> {
            running.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                wasInterrupted.set(true);
                throw e;
            }
            handled.add(event);
        }));
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        Thread stopping = new Thread(trigger::close);
        stopping.start();
        pause(100);
        assertThat(stopping.isAlive()).isTrue();
        goOn.countDown();
        stopping.join(5000);
        assertThat(stopping.isAlive()).isFalse();
        assertThat(handled).hasSize(1);
        assertThat(wasInterrupted).isFalse();
        assertThat(peer.exchanges().get(0).isClosedWithin(2000)).isTrue();
    }

    @Test
    void aHandlerStopsItsTriggerWithoutWaiting() {
        StreamPeer peer = closed(new StreamPeer(exchange -> exchange.send(StreamPeer.EVENTS)
                .send("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n")
                .awaitClose()));
        List<StreamTrigger> self = new CopyOnWriteArrayList<>();
        List<Boolean> stopped = new CopyOnWriteArrayList<>();
        StreamTrigger trigger = closed(trigger(peer, StateStore.inMemory())
                .delivery(Delivery.to(event -> stopped.add(self.get(0).stop(Duration.ofHours(10))))
                        .concurrently(3))
                .build());
        self.add(trigger);
        trigger.start();
        eventually(() -> trigger.status().phase() == StreamPhase.STOPPED && !stopped.isEmpty());
        assertThat(stopped).containsOnly(true);
    }

    @Test
    void aHandlerIsInterruptedAfterTheDeadline() throws Exception {
        StreamPeer peer = service(new AtomicInteger(2));
        StateStore store = StateStore.inMemory();
        CountDownLatch running = new CountDownLatch(1);
        StreamTrigger trigger = started(trigger(peer, store).handler(event -> {
            running.countDown();
            new CountDownLatch(1).await();
        }));
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(trigger.stop(Duration.ofSeconds(5))).isFalse();
        eventually(() -> trigger.status().phase() == StreamPhase.STOPPED);
        started(trigger(peer, store));
        eventually(() -> handled.size() == 2);
        assertThat(ids()).containsExactly("1", "2");
    }

    @Test
    void failedEventsAreDeadLetters() {
        StreamPeer peer = service(new AtomicInteger(3));
        AtomicBoolean fails = new AtomicBoolean(true);
        StateStore store = StateStore.inMemory();
        StreamTrigger trigger = started(trigger(peer, store)
                .delivery(Delivery.to(event -> {
                            if (fails.get() && event.id().equals("2")) {
                                throw new IOException("no");
                            }
                            handled.add(event);
                        })
                        .attempts(2)));
        eventually(() -> handled.size() == 2);
        eventually(() -> trigger.deadLetters().size() == 1);
        assertThat(trigger.deadLetters().get(0).event().id()).isEqualTo("2");
        assertThat(trigger.replay("2")).isFalse();
        assertThat(trigger.deadLetters()).hasSize(1);
        trigger.close();
        assertThat(trigger.deadLetters()).hasSize(1);
        fails.set(false);
        assertThat(trigger.replay("2")).isTrue();
        assertThat(trigger.deadLetters()).isEmpty();
        assertThat(trigger.discard("2")).isFalse();
        assertThat(ids()).containsExactly("1", "3", "2");
    }

    @Test
    void theLimitOfDeadLettersStopsTheStream() {
        StreamPeer peer = service(new AtomicInteger(3));
        StreamTrigger trigger = started(trigger(peer, StateStore.inMemory())
                .maxDeadLetters(1)
                .delivery(Delivery.to(event -> {
                            if (!event.id().equals("3")) {
                                throw new IOException("no");
                            }
                            handled.add(event);
                        })
                        .attempts(1)));
        eventually(() -> trigger.status().lastError().orElse("").contains("maxDeadLetters"));
        eventually(() -> trigger.status().failures() >= 1 && trigger.status().phase() == StreamPhase.WAITING);
        trigger.close();
        assertThat(trigger.status().lastEventId()).isEqualTo("1");
        assertThat(trigger.discard("1")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failuresWithoutProgressIncreaseTheDelay(boolean isTooLarge) {
        StreamPeer peer = closed(new StreamPeer(exchange -> {
            boolean isFirst = exchange.number() == 1;
            exchange.send(StreamPeer.EVENTS).send("retry: 1000\n" + (isFirst ? "id: 1\ndata: a\n\n" : ""));
            exchange.send("id: 2\ndata: " + "x".repeat(isTooLarge ? 3000 : 10) + "\n\n");
            if (!isTooLarge) {
                exchange.awaitClose();
            }
        }));
        List<Integer> failures = new CopyOnWriteArrayList<>();
        StreamTrigger trigger = started(trigger(peer, StateStore.inMemory())
                .maxEventBytes(1000)
                .maxDeadLetters(1)
                .delivery(Delivery.to(event -> {
                            throw new IOException("no");
                        })
                        .attempts(1))
                .listener(new StreamListener() {
                    @Override
                    public void onFailure(String id, Exception failure, int consecutive) {
                        failures.add(consecutive);
                    }
                }));

        eventually(() -> failures.size() >= 4);
        trigger.close();

        assertThat(failures.subList(failures.indexOf(2) - 1, 4)).startsWith(1, 2, 3);
        assertThat(trigger.status().failures()).isGreaterThanOrEqualTo(3);
        assertThat(peer.exchanges().size()).isLessThan(9);
    }

    @Test
    void aRequestThatMustNotBeRepeatedIsRejected() {
        StreamPeer peer = closed(new StreamPeer(exchange -> exchange.send(StreamPeer.NO_CONTENT)));
        RequestTemplate chat = RequestTemplate.named("Chat")
                .post("/v1/chat/completions")
                .json("{}")
                .build();
        StreamTriggerBuilder builder = trigger(peer, StateStore.inMemory()).handler(handled::add);

        assertThatThrownBy(() -> builder.request(chat).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("POST")
                .hasMessageContaining("EventStream")
                .hasMessageContaining("idempotent");
        RequestTemplate search = RequestTemplate.named("Search")
                .post("/search")
                .json("{}")
                .idempotent()
                .build();
        assertThat(closed(builder.request(search).build())).isNotNull();
    }

    @Test
    void continuesWithTheNextConnection() {
        StreamPeer peer = closed(new StreamPeer(exchange -> {
            switch (exchange.number()) {
                case 1 -> exchange.send(StreamPeer.EVENTS).send("id: 1\ndata: a\n\ndata: b\n\ndata: b\n\n");
                case 2 -> exchange.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                case 3 -> exchange.send(StreamPeer.EVENTS).send("data: b\n\ndata: b\n\nid: 2\ndata: c\n\n");
                default -> exchange.send(StreamPeer.NO_CONTENT);
            }
        }));
        List<String> notes = new CopyOnWriteArrayList<>();
        StreamTrigger trigger = started(trigger(peer, StateStore.inMemory()).listener(new StreamListener() {
            @Override
            public void onOpen(String id, String lastEventId) {
                notes.add("open " + lastEventId);
            }

            @Override
            public void onEnd(String id, Duration delay) {
                notes.add("end " + delay);
            }

            @Override
            public void onFailure(String id, Exception failure, int failures) {
                notes.add("failure " + failures);
                throw new IllegalStateException("a listener");
            }
        }));
        eventually(() -> trigger.status().phase() == StreamPhase.ENDED);
        assertThat(notes).containsExactly("open ", "end PT3S", "failure 1", "open 1", "end PT3S", "end PT0S");
        // Events without an id of their own are repeated with the same ids.
        assertThat(ids()).hasSize(6);
        assertThat(ids().get(3)).isEqualTo(ids().get(1));
        assertThat(ids().get(4)).isEqualTo(ids().get(2)).isNotEqualTo(ids().get(1));
        assertThat(ids().get(5)).isEqualTo("2");
        trigger.start();
        eventually(() -> peer.exchanges().size() == 5);
        assertThat(peer.exchanges().get(4).header("Last-Event-ID")).isEqualTo("2");
    }

    @Test
    void equalEventsOfAServiceWithoutIdsAreDifferent() {
        StreamPeer peer = closed(new StreamPeer(exchange -> {
            exchange.send(StreamPeer.EVENTS).send("data: tick\n\ndata: tick\n\n");
            if (exchange.number() > 1) {
                exchange.awaitClose();
            }
        }));
        StateStore store = StateStore.inMemory();
        StreamTrigger trigger = started(trigger(peer, store));
        eventually(() -> handled.size() == 4);
        trigger.close();
        started(trigger(peer, store));
        eventually(() -> handled.size() == 6);
        assertThat(ids()).doesNotHaveDuplicates();
    }

    @Test
    void selectsEventsAndTheirIds() {
        StreamPeer peer = closed(new StreamPeer(
                exchange -> exchange.send(StreamPeer.EVENTS).send("""
                        event: ping
                        data: {}

                        event: order
                        id: x
                        data: {"id":7,"order":{"id":1}}

                        event: order
                        id: x
                        data: {"order":{"id":2}}

                        event: order
                        id: x
                        data: plain

                        """).awaitClose()));
        started(trigger(peer, StateStore.inMemory())
                .types("order", "other")
                .id("/id")
                .key("/order/id"));
        eventually(() -> handled.size() == 3);
        assertThat(handled.get(0).id()).isEqualTo("7");
        assertThat(handled.get(0).key()).isEqualTo("1");
        assertThat(handled.get(1).id()).hasSize(32);
        assertThat(handled.get(1).key()).isEqualTo("2");
        assertThat(handled.get(2).payload().path("data").asText()).isEqualTo("plain");
        assertThat(handled.get(2).key()).isEqualTo(handled.get(2).id());
    }

    @Test
    void eventsThatArriveTogetherAreABatch() {
        StringBuilder text = new StringBuilder();
        for (int id = 1; id <= 100; id++) {
            text.append("id: ").append(id).append("\ndata: ").append(id).append("\n\n");
        }
        StreamPeer peer = closed(new StreamPeer(exchange ->
                exchange.send(StreamPeer.EVENTS).send(text.toString()).awaitClose()));
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        NodeStore.Shared shared = new NodeStore.Shared();
        StreamTrigger trigger = started(trigger(peer, new NodeStore(shared))
                .delivery(Delivery.inBatches(50, events -> sizes.add(events.size()))));
        eventually(() -> trigger.status().events() == 100);
        assertThat(sizes).contains(50).hasSizeLessThan(10);
        assertThat(shared.writes()).isLessThan(20);
    }

    @Test
    void deliversNothingWhileTheStateCannotBeWritten() {
        AtomicInteger last = new AtomicInteger(1);
        StreamPeer peer = closed(new StreamPeer(exchange -> {
            exchange.send(StreamPeer.EVENTS);
            int sent = 0;
            while (true) {
                while (sent < last.get()) {
                    exchange.send("id: " + ++sent + "\ndata: x\n\n");
                }
                pause(5);
            }
        }));
        NodeStore store = new NodeStore(new NodeStore.Shared());
        StreamTrigger trigger = started(trigger(peer, store));
        eventually(() -> trigger.status().events() == 1);
        store.failing = true;
        last.set(2);
        eventually(() -> trigger.status().failures() >= 1);
        last.set(3);
        eventually(() -> trigger.status().failures() >= 3);
        assertThat(ids()).containsExactly("1", "2");
        store.failing = false;
        eventually(() -> trigger.status().events() == 3);
        assertThat(ids()).containsExactly("1", "2", "3");
        assertThat(peer.exchanges()).hasSize(1);
    }

    @Test
    void oneNodeReadsTheStream() {
        AtomicInteger last = new AtomicInteger(2);
        StreamPeer peer = service(last);
        NodeStore.Shared shared = new NodeStore.Shared();
        StreamTrigger first = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> handled.size() == 2);
        StreamTrigger second = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> second.status().phase() == StreamPhase.STANDBY);
        // Longer than the lease.
        pause(60_000 / FACTOR);
        assertThat(peer.exchanges()).hasSize(1);
        assertThat(second.status().phase()).isEqualTo(StreamPhase.STANDBY);
        assertThatThrownBy(() -> second.replay("1"))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("another node");
        last.set(3);
        first.close();
        eventually(() -> handled.size() == 3);
        assertThat(second.status().phase()).isEqualTo(StreamPhase.OPEN);
        assertThat(ids()).containsExactly("1", "2", "3");
    }

    @Test
    void anotherNodeContinuesAfterASilentOne() {
        AtomicInteger last = new AtomicInteger(2);
        StreamPeer peer = service(last);
        NodeStore.Shared shared = new NodeStore.Shared();
        NodeStore dead = new NodeStore(shared);
        StreamTrigger first = started(trigger(peer, dead));
        eventually(() -> first.status().events() == 2);
        dead.failing = true;
        StreamTrigger second = started(trigger(peer, new NodeStore(shared)));
        last.set(3);
        eventually(() -> second.status().phase() == StreamPhase.OPEN);
        eventually(() -> handled.size() == 3);
        dead.failing = false;
        // The first node notices it and closes its stream.
        eventually(() -> first.status().phase() == StreamPhase.STANDBY);
        assertThat(ids()).containsExactly("1", "2", "3");
        second.close();
        eventually(() -> first.status().phase() == StreamPhase.OPEN);
    }

    @Test
    void aSecondTriggerOfAProcessWaits() {
        StreamPeer peer = service(new AtomicInteger(1));
        StateStore store = StateStore.inMemory();
        StreamTrigger first = started(trigger(peer, store));
        eventually(() -> first.status().events() == 1);
        StreamTrigger second = started(trigger(peer, store));
        eventually(() -> second.status().phase() == StreamPhase.STANDBY);
        first.close();
        eventually(() -> second.status().phase() == StreamPhase.OPEN);
        assertThat(ids()).containsExactly("1");
    }

    @Test
    void theStateStaysSmall() {
        AtomicInteger last = new AtomicInteger(3000);
        StreamPeer peer = service(last);
        NodeStore.Shared shared = new NodeStore.Shared();
        StreamTrigger trigger = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> trigger.status().events() == 3000);
        trigger.close();
        long[] size = {0};
        new NodeStore(shared).open("x").read(entry -> size[0] += entry.length);
        assertThat(size[0]).isLessThan(80_000);
        assertThat(ids()).hasSize(3000).doesNotHaveDuplicates();
    }

    @Test
    void reportsAllProblems() {
        assertThatThrownBy(() -> StreamTrigger.named(" ")
                        .id("no")
                        .maxDeadLetters(0)
                        .idleTimeout(Duration.ZERO)
                        .types((String) null)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).hasSize(9));
        assertThatThrownBy(() -> StreamTrigger.named("t")
                        .definition(
                                JsonSupport.parse(
                                        "{\"request\":{\"name\":\"R\",\"method\":\"GET\",\"url\":\"/x\"},\"idleTimeot\":\"PT1S\",\"maxDeadLetters\":0}"))
                        .build())
                .hasMessageContaining("/idleTimeot")
                .hasMessageContaining("/maxDeadLetters");
    }

    @Test
    void aDefinitionIsReadAsItWasWritten() {
        StreamTriggerBuilder builder = StreamTrigger.named("t")
                .request(RequestTemplate.named("R").get("/x/{{a.b}}").build())
                .pill("a", java.util.Map.of("b", 1))
                .types("x", "y")
                .id("/id")
                .key("/k")
                .idleTimeout(Duration.ofSeconds(7))
                .maxReconnectDelay(Duration.ofSeconds(8))
                .maxEventBytes(9)
                .maxDeadLetters(10)
                .delivery(Delivery.to(event -> {}).attempts(3));
        assertThat(StreamTrigger.named("t").definition(builder.toJson()).toJson())
                .isEqualTo(builder.toJson());
        assertThat(builder.toJson().path("maxDeadLetters").asInt()).isEqualTo(10);
    }
}
