package io.httpconnector.polling;

import static io.httpconnector.polling.Waits.eventually;
import static io.httpconnector.polling.Waits.pause;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The state of a trigger is closed, even if closing is interrupted or blocked. */
@Timeout(90)
class OwnershipTest {

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final Locked store = new Locked();
    private final PollingEngine engine = PollingEngine.create(4, Waits.accelerated(20));

    OwnershipTest() {
        AtomicInteger id = new AtomicInteger();
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", id.incrementAndGet())));
    }

    @AfterEach
    void end() {
        store.lock.countDown();
        engine.close();
        connection.close();
        service.close();
    }

    /** A store whose database waits for a lock and ignores interrupts. */
    private static final class Locked implements StateStore {

        private final StateStore store = StateStore.inMemory();
        private volatile CountDownLatch lock = new CountDownLatch(0);
        private final AtomicInteger waiting = new AtomicInteger();

        private void await() {
            CountDownLatch now = lock;
            boolean interrupted = false;
            waiting.incrementAndGet();
            while (now.getCount() > 0) {
                try {
                    now.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            waiting.decrementAndGet();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public StateLog open(String id) {
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    await();
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    await();
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    await();
                    log.replace(entries);
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }

    private PollingTriggerBuilder trigger() {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine)
                .every(Duration.ofHours(1))
                .handler(event -> {});
    }

    /** The state is locked while the first event is handled. */
    private PollingTriggerBuilder locking() {
        AtomicBoolean locked = new AtomicBoolean();
        return trigger().handler(event -> {
            if (locked.compareAndSet(false, true)) {
                store.lock = new CountDownLatch(1);
            }
        });
    }

    /** Closes the trigger in a thread that is interrupted before or during the call. */
    private static void closeInterrupted(PollingTrigger trigger, boolean before) throws InterruptedException {
        AtomicBoolean kept = new AtomicBoolean();
        Thread closing = new Thread(() -> {
            if (before) {
                Thread.currentThread().interrupt();
            }
            trigger.close();
            kept.set(Thread.currentThread().isInterrupted());
        });
        closing.start();
        if (!before) {
            Thread.sleep(100);
            closing.interrupt();
        }
        closing.join();
        assertThat(kept).as("the thread is still interrupted").isTrue();
    }

    private void assertFree() {
        try (PollingTrigger next = trigger().build()) {
            assertThat(next.pollOnce().events()).isPositive();
        }
    }

    @Test
    void interruptedCloseOfIdleTriggerClosesState() throws Exception {
        PollingTrigger trigger = trigger().build();
        trigger.pollOnce();
        closeInterrupted(trigger, true);
        assertThat(trigger.status().state()).isEqualTo(State.STOPPED);
        assertFree();
    }

    @Test
    void interruptedCloseInterruptsHandlerAndClosesState() throws Exception {
        for (boolean before : List.of(true, false)) {
            CountDownLatch handling = new CountDownLatch(1);
            PollingTrigger trigger = trigger()
                    .handler(event -> {
                        handling.countDown();
                        Thread.sleep(60_000);
                    })
                    .build();
            trigger.start();
            handling.await();
            closeInterrupted(trigger, before);
            assertFree();
        }
    }

    @Test
    void interruptedCloseWaitsForStoreLock() throws Exception {
        for (boolean before : List.of(true, false)) {
            PollingTrigger trigger = locking().build();
            trigger.start();
            eventually(() -> store.waiting.get() == 1);
            assertThat(trigger.status().state()).as("not held up by the store").isEqualTo(State.POLLING);
            Thread unlocking = new Thread(() -> {
                pause(200);
                store.lock.countDown();
            });
            unlocking.start();
            closeInterrupted(trigger, before);
            unlocking.join();
            assertFree();
        }
    }

    @Test
    void stateLockedForLongIsClosedLater() throws Exception {
        PollingTrigger trigger = locking().build();
        trigger.start();
        eventually(() -> store.waiting.get() == 1);
        closeInterrupted(trigger, true);
        assertThat(store.waiting).as("the poll still waits").hasValue(1);
        store.lock.countDown();
        eventually(() -> trigger.status().state() == State.STOPPED);
        assertFree();
        trigger.start();
        eventually(() -> trigger.status().lastSuccess().isPresent());
        trigger.close();
        assertFree();
    }
}
