package io.httpconnector.polling;

import static io.httpconnector.polling.Waits.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a handler, a listener or another thread to a trigger during a poll: no overlap, no deadlock, no repetition. */
@Timeout(20)
class CallsFromHandlersTest {

    @TempDir
    Path directory;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();
    private final PollingEngine engine = PollingEngine.create(4);
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<PollingTrigger> own = new AtomicReference<>();

    CallsFromHandlersTest() {
        service.behaviour = asked -> MockResponse.json(
                IntStream.rangeClosed(1, 5).mapToObj(i -> Map.of("id", i)).toList());
    }

    @AfterEach
    void end() {
        engine.close();
        connection.close();
        service.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closeByHandlerRepeatsNothing(int threads) {
        repeatsNothing(threads, trigger -> trigger.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void stopByHandlerRepeatsNothing(int threads) {
        repeatsNothing(
                threads,
                trigger -> assertThat(trigger.stop(Duration.ofSeconds(15))).isTrue());
    }

    /**
     * The handler succeeds after it has stopped the trigger; the remaining events are delivered after the next start, each
     * once.
     */
    private void repeatsNothing(int threads, Consumer<PollingTrigger> stop) {
        try (StateStore store = StateStore.file(directory)) {
            AtomicBoolean stopped = new AtomicBoolean();
            PollingTriggerBuilder builder = trigger(store)
                    .delivery(Delivery.to(event -> {
                                if (stopped.compareAndSet(false, true)) {
                                    stop.accept(own.get());
                                }
                                handled.add(event.key());
                            })
                            .concurrently(threads));
            try (PollingTrigger trigger = builder.build()) {
                own.set(trigger);
                assertThat(trigger.pollOnce().stopped()).isTrue();
                assertThat(handled).hasSizeBetween(1, 4);
                assertThat(trigger.status().state()).isEqualTo(PollingStatus.State.STOPPED);
                assertThat(trigger.status().consecutiveFailures()).isZero();
            }
            try (PollingTrigger trigger = builder.build()) {
                own.set(trigger);
                trigger.pollOnce();
            }
        }
        assertThat(handled).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
    }

    @Test
    void lastEventIsNotRepeatedWhenItsHandlerClosesTheTrigger() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1)));
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder = trigger(store).handler(event -> {
                handled.add(event.key());
                own.get().close();
                own.get().close();
            });
            for (int i = 0; i < 3; i++) {
                try (PollingTrigger trigger = builder.build()) {
                    own.set(trigger);
                    trigger.pollOnce();
                }
            }
        }
        assertThat(handled).containsExactly("1");
    }

    @Test
    void closeByHandlerStopsScheduledTrigger() {
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder = trigger(store)
                    .every(Duration.ofHours(1))
                    .handler(event -> {
                        handled.add(event.key());
                        own.get().close();
                    });
            try (PollingTrigger trigger = builder.build()) {
                own.set(trigger);
                trigger.start();
                eventually(() -> trigger.status().state() == PollingStatus.State.STOPPED);
                assertThat(handled).containsExactly("1");
                // The state is free, and the trigger may be started again.
                trigger.start();
                eventually(() -> handled.size() == 2);
                eventually(() -> trigger.status().state() == PollingStatus.State.STOPPED);
            }
        }
        assertThat(handled).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void pollFromHandlerIsRejected(int threads) {
        List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
        try (PollingTrigger trigger = trigger(StateStore.inMemory())
                .delivery(Delivery.to(event -> {
                            handled.add(event.key());
                            try {
                                own.get().pollOnce();
                            } catch (PollingException e) {
                                refused.add(e);
                            }
                        })
                        .concurrently(threads))
                .build()) {
            own.set(trigger);
            assertThat(trigger.pollOnce().events()).isEqualTo(5);
            trigger.pollOnce();
        }
        assertThat(handled).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        assertThat(refused)
                .hasSize(5)
                .allSatisfy(e -> assertThat(((PollingException) e).reason()).isEqualTo(Reason.BUSY));
        assertThat(service.requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void resetFromHandlerIsRejected(int threads) {
        try (PollingTrigger trigger = trigger(StateStore.inMemory())
                .delivery(Delivery.to(event -> {
                            handled.add(event.key());
                            assertThatThrownBy(() -> own.get().reset())
                                    .isInstanceOfSatisfying(
                                            PollingException.class,
                                            e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
                        })
                        .attempts(1)
                        .concurrently(threads))
                .build()) {
            own.set(trigger);
            assertThat(trigger.pollOnce().deadLetters()).isZero();
            assertThat(trigger.pollOnce().events()).isZero();
        }
        assertThat(handled).hasSize(5);
    }

    @Test
    void startAndPauseFromHandlerAreHarmless() {
        try (PollingTrigger trigger = trigger(StateStore.inMemory())
                .every(Duration.ofHours(1))
                .handler(event -> {
                    handled.add(event.key());
                    own.get().start();
                    own.get().pause();
                    own.get().resume();
                })
                .build()) {
            own.set(trigger);
            trigger.pollOnce();
        }
        assertThat(handled).containsExactly("1", "2", "3", "4", "5");
    }

    /** A handler stops the trigger and starts it again: it continues by the schedule, and nothing is repeated. */
    @Test
    void restartFromHandlerRepeatsNothing() {
        AtomicBoolean once = new AtomicBoolean();
        try (StateStore store = StateStore.file(directory);
                PollingTrigger trigger = trigger(store)
                        .every(Duration.ofSeconds(1))
                        .handler(event -> {
                            handled.add(event.key());
                            if (once.compareAndSet(false, true)) {
                                own.get().stop(Duration.ofSeconds(10));
                                own.get().start();
                            }
                        })
                        .build()) {
            own.set(trigger);
            trigger.start();
            eventually(() -> handled.size() >= 5 && trigger.status().polls() >= 2);
        }
        assertThat(handled).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void listenerMayCloseTrigger() {
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder = trigger(store)
                    .listener(new PollingListener() {
                        @Override
                        public void onPage(PollProgress progress) {
                            own.get().close();
                        }

                        @Override
                        public void onSuccess(String id, PollResult result) {
                            own.get().close();
                        }
                    })
                    .handler(event -> handled.add(event.key()));
            for (int i = 0; i < 3; i++) {
                try (PollingTrigger trigger = builder.build()) {
                    own.set(trigger);
                    trigger.pollOnce();
                }
            }
        }
        assertThat(handled).containsExactly("1", "2", "3", "4", "5");
    }

    /** Another thread closes the trigger while its handler runs; the handler may finish. */
    @Test
    void closeByAnotherThreadRepeatsNothing() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder = trigger(store).handler(event -> {
                running.countDown();
                assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
                handled.add(event.key());
            });
            try (PollingTrigger trigger = builder.build()) {
                CompletableFuture<PollResult> poll = CompletableFuture.supplyAsync(trigger::pollOnce);
                assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
                CompletableFuture<Void> close = CompletableFuture.runAsync(trigger::close);
                assertThatThrownBy(trigger::reset).isInstanceOf(PollingException.class);
                assertThatThrownBy(trigger::pollOnce).isInstanceOf(PollingException.class);
                goOn.countDown();
                close.get(10, TimeUnit.SECONDS);
                poll.get(10, TimeUnit.SECONDS);
            }
            try (PollingTrigger trigger = builder.build()) {
                trigger.pollOnce();
            }
        }
        assertThat(handled).containsExactly("1", "2", "3", "4", "5");
    }

    /** A dead letter that was handled is removed, even if the state is closed in the meantime. */
    @ParameterizedTest
    @ValueSource(strings = {"close", "failing poll"})
    void replayedDeadLetterIsRemovedAlthoughStateWasClosedMeanwhile(String how) {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1)));
        AtomicBoolean works = new AtomicBoolean();
        try (StateStore store = StateStore.file(directory)) {
            PollingTriggerBuilder builder = trigger(store)
                    .delivery(Delivery.to((TriggerEvent event) -> {
                                if (!works.get()) {
                                    throw new IllegalStateException("down");
                                }
                                handled.add(event.key());
                                if (how.equals("close")) {
                                    own.get().close();
                                } else {
                                    service.behaviour = asked -> MockResponse.status(500);
                                    assertThatThrownBy(() -> own.get().pollOnce())
                                            .hasMessageContaining("500");
                                }
                            })
                            .attempts(1));
            try (PollingTrigger trigger = builder.build()) {
                own.set(trigger);
                assertThat(trigger.pollOnce().deadLetters()).isEqualTo(1);
                works.set(true);
                assertThat(trigger.replayAll()).isEqualTo(1);
            }
            try (PollingTrigger trigger = builder.build()) {
                own.set(trigger);
                assertThat(trigger.deadLetters()).isEmpty();
            }
        }
        assertThat(handled).containsExactly("1");
    }

    private PollingTriggerBuilder trigger(StateStore store) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine);
    }
}
