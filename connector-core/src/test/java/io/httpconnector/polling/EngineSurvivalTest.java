package io.httpconnector.polling;

import static io.httpconnector.polling.Waits.eventually;
import static io.httpconnector.polling.Waits.pause;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine polls again after every failure of threads, memory and time. */
@Timeout(60)
class EngineSurvivalTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
    private final List<ExecutorService> executors = new ArrayList<>();

    @AfterEach
    void end() {
        executors.forEach(ExecutorService::shutdownNow);
        connection.close();
        service.close();
    }

    /** Throws this many times before it executes anything. */
    private final class Failing extends AbstractExecutorService {

        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final AtomicInteger left;
        private final Supplier<Throwable> failure;

        Failing(int times, Supplier<Throwable> failure) {
            this.left = new AtomicInteger(times);
            this.failure = failure;
            executors.add(threads);
        }

        @Override
        public void execute(Runnable task) {
            if (left.getAndDecrement() > 0) {
                EngineSurvivalTest.<RuntimeException>sneaky(failure.get());
            }
            threads.execute(task);
        }

        @Override
        public void shutdown() {
            threads.shutdown();
        }

        @Override
        public List<Runnable> shutdownNow() {
            return threads.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return threads.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return threads.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return threads.awaitTermination(timeout, unit);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneaky(Throwable e) throws E {
        throw (E) e;
    }

    private PollingEngine engine(ExecutorService pollers, TimeSource time, ThreadFactory timers) {
        return new PollingEngine(4, time, pollers, new Failing(0, Error::new), timers);
    }

    private PollingTriggerBuilder trigger(String id, PollingEngine engine) {
        return PollingTrigger.named(id)
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .store(StateStore.inMemory())
                .engine(engine)
                .every(SHORT)
                .minInterval(SHORT)
                .handler(event -> {});
    }

    @Test
    void pollWithoutThreadFailsAndIsRetried() {
        List<Supplier<Throwable>> failures = List.of(
                () -> new OutOfMemoryError("unable to create native thread"),
                StackOverflowError::new,
                RejectedExecutionException::new,
                NoClassDefFoundError::new,
                () -> new Exception("checked, as from a proxy"));
        for (Supplier<Throwable> failure : failures) {
            List<String> reported = Collections.synchronizedList(new ArrayList<>());
            PollingListener listener = new PollingListener() {
                @Override
                public void onFailure(String trigger, Exception reason, int inARow) {
                    reported.add(reason.getMessage() + inARow);
                }
            };
            try (PollingEngine engine = engine(new Failing(3, failure), Waits.accelerated(10), Thread::new);
                    PollingTrigger first =
                            trigger("first", engine).listener(listener).build();
                    PollingTrigger second =
                            trigger("second", engine).listener(listener).build()) {
                first.start();
                second.start();
                eventually(() -> reported.size() >= 2);
                assertThat(reported.get(0)).contains("no thread was available");
                eventually(() -> first.status().lastSuccess().isPresent()
                        && second.status().lastSuccess().isPresent());
                assertThat(reported).hasSize(3);
                assertThat(first.status().consecutiveFailures()).isZero();
            }
        }
    }

    @Test
    void pollWithErrorFailsAndIsRetried() {
        AtomicInteger errors = new AtomicInteger();
        try (PollingEngine engine = PollingEngine.create(1, Waits.accelerated(10));
                PollingTrigger trigger = trigger("t", engine)
                        .records(RecordSelector.atRoot().where(record -> {
                            if (errors.incrementAndGet() <= 2) {
                                throw new OutOfMemoryError("Java heap space");
                            }
                            return true;
                        }))
                        .build()) {
            service.behaviour = asked -> MockResponse.json(List.of(java.util.Map.of("id", 1)));
            trigger.start();
            eventually(() -> trigger.status().consecutiveFailures() > 0);
            assertThat(trigger.status().lastError().orElseThrow()).contains("Java heap space");
            eventually(() -> trigger.status().lastSuccess().isPresent());
        }
    }

    @Test
    void timerContinuesAfterEveryFailure() {
        AtomicInteger failures = new AtomicInteger();
        TimeSource broken = new TimeSource() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                switch (failures.getAndIncrement() % 8) {
                    case 1 -> throw new OutOfMemoryError("Java heap space");
                    case 3 -> throw new StackOverflowError();
                    case 5 -> throw new IllegalStateException();
                    case 7 -> throw new InterruptedException();
                    default -> {
                        return gate.await(Math.min(50, time.toMillis()), TimeUnit.MILLISECONDS);
                    }
                }
            }
        };
        try (PollingEngine engine = engine(new Failing(0, Error::new), broken, Thread::new);
                PollingTrigger trigger = trigger("t", engine).build()) {
            trigger.start();
            eventually(() -> trigger.status().polls() >= 5 && failures.get() > 20);
            assertThat(engine.isHealthy()).isTrue();
        }
    }

    @Test
    void interruptedTimerContinues() {
        List<Thread> timers = Collections.synchronizedList(new ArrayList<>());
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task);
            timers.add(thread);
            return thread;
        };
        try (PollingEngine engine = engine(new Failing(0, Error::new), TimeSource.SYSTEM, factory);
                PollingTrigger trigger = trigger("t", engine).build()) {
            trigger.start();
            for (int i = 0; i < 20; i++) {
                timers.get(0).interrupt();
                pause(5);
            }
            long before = trigger.status().polls();
            eventually(() -> trigger.status().polls() > before + 2);
            assertThat(timers).hasSize(1);
        }
    }

    @Test
    void engineReportsTimerThatCannotStartAndRetries() {
        AtomicInteger left = new AtomicInteger(3);
        ThreadFactory factory = task -> {
            if (left.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Thread(task);
        };
        try (PollingEngine engine = engine(new Failing(0, Error::new), TimeSource.SYSTEM, factory);
                PollingTrigger trigger = trigger("t", engine).build()) {
            trigger.start();
            eventually(() -> trigger.status().state() == State.WAITING);
            eventually(() -> trigger.status().lag().toMillis() > 100);
            assertThat(engine.isHealthy()).isFalse();
            eventually(engine::isHealthy);
            eventually(() -> trigger.status().lastSuccess().isPresent());
        }
    }

    @Test
    void idleTimerEndsAndRestarts() {
        List<Thread> timers = Collections.synchronizedList(new ArrayList<>());
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task);
            timers.add(thread);
            return thread;
        };
        TimeSource fast = Waits.accelerated(10);
        TimeSource soon = new TimeSource() {
            @Override
            public long nanos() {
                return fast.nanos();
            }

            @Override
            public Instant now() {
                return fast.now();
            }

            @Override
            public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
                return gate.await(Math.min(20, time.toMillis()), TimeUnit.MILLISECONDS);
            }
        };
        try (PollingEngine engine = engine(new Failing(0, Error::new), soon, factory);
                PollingTrigger trigger = trigger("t", engine).build()) {
            assertThat(timers).isEmpty();
            for (int i = 1; i <= 3; i++) {
                int rounds = i;
                long before = trigger.status().polls();
                trigger.start();
                eventually(() -> trigger.status().polls() > before + 1);
                assertThat(trigger.stop(Duration.ofSeconds(10))).isTrue();
                eventually(() -> timers.stream().noneMatch(Thread::isAlive));
                assertThat(timers).hasSize(rounds);
            }
        }
    }
}
