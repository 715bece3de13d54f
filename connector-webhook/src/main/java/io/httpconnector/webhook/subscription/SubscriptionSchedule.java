package io.httpconnector.webhook.subscription;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PlannedPolls;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.state.StateException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Executes the steps of a started subscription when they are due, in the threads of a {@link PollingEngine}, which all
 * subscriptions and polling triggers share. With another time source than that of the system, it has a thread of its own, so that
 * virtual time advances only between steps. Thread-safe.
 */
final class SubscriptionSchedule {

    /** A change of the clock, and the steps of other nodes, are noticed within this time. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final String id;
    private final String origin;
    private final Supplier<Instant> steps;
    private final SubscriptionNotifier notifier;
    private final TimeSource time;
    private final @Nullable PollingEngine engine;
    private final BackgroundThread thread;

    /** Held while steps are executed. */
    private final ReentrantLock executing = new ReentrantLock();

    private int storeFailures;

    // Guarded by this.
    private boolean isStarted;
    private CountDownLatch wakeUp = new CountDownLatch(1);
    private @Nullable PlannedPolls planned;

    /**
     * Creates a schedule that is not started.
     *
     * @param steps executes the steps that are due, and returns when the next one is
     * @param chosen the engine; null for that of this JVM
     */
    SubscriptionSchedule(
            String name,
            String origin,
            Supplier<Instant> steps,
            SubscriptionNotifier notifier,
            TimeSource time,
            @Nullable PollingEngine chosen) {
        this.id = "webhook subscription " + name + " " + UUID.randomUUID();
        this.origin = origin;
        this.steps = steps;
        this.notifier = notifier;
        this.time = time;
        this.engine = chosen == null && time == TimeSource.SYSTEM ? PollingEngine.shared() : chosen;
        this.thread = new BackgroundThread("webhook subscription " + name, time, new OwnThread());
    }

    /** Executes the steps from now on. */
    synchronized void start() {
        isStarted = true;
        wake();
        if (engine == null) {
            thread.ensureRunning();
        }
    }

    /** Looks for steps that have become due. Has no effect unless the schedule is started. */
    synchronized void wake() {
        if (!isStarted) {
            return;
        }
        wakeUp.countDown();
        if (engine != null) {
            if (planned != null) {
                planned.close();
            }
            Instant now = time.now();
            planned = engine.plan(id, origin, new PlannedPoll(now, now, 0, false), due -> execute());
        }
    }

    private PlannedPoll execute() {
        executing.lock();
        try {
            if (!isStarted()) {
                return new PlannedPoll(time.now(), time.now(), 0, true);
            }
            Instant latest = time.now().plus(MAX_WAIT);
            Instant due = next(latest);
            Instant start = due.isBefore(latest) ? due : latest;
            return new PlannedPoll(start, start, 0, false);
        } finally {
            executing.unlock();
        }
    }

    private Instant next(Instant afterFailure) {
        try {
            Instant due = steps.get();
            storeFailures = 0;
            return due;
        } catch (StateException e) {
            storeFailures++;
            notifier.failed(SubscriptionAction.STORE, e, storeFailures);
            return afterFailure;
        }
    }

    private synchronized boolean isStarted() {
        return isStarted;
    }

    private synchronized CountDownLatch gate() {
        if (wakeUp.getCount() == 0) {
            wakeUp = new CountDownLatch(1);
        }
        return wakeUp;
    }

    /** Executes the steps, and waits for the next one. */
    private final class OwnThread implements BackgroundThread.BackgroundTask {

        @Override
        public void step() throws InterruptedException {
            CountDownLatch gate = gate();
            Duration wait = Duration.between(time.now(), execute().start());
            boolean unused = time.await(gate, wait.isNegative() ? Duration.ZERO : wait);
        }

        @Override
        public boolean isEnded() {
            return !isStarted();
        }
    }

    /**
     * Executes no more steps, and waits for the current one.
     *
     * @return whether it has ended in time
     */
    boolean end(Duration timeout) {
        synchronized (this) {
            isStarted = false;
            wakeUp.countDown();
            if (planned != null) {
                planned.close();
            }
            planned = null;
        }
        try {
            boolean isIdle = executing.tryLock() || executing.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (isIdle) {
                executing.unlock();
            }
            return isIdle;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
