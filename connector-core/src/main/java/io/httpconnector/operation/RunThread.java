package io.httpconnector.operation;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.internal.threads.DefaultExecutors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A thread that executes the steps of all runs when they are due. With the time source of the system, steps of different runs are
 * executed concurrently; with another one, this thread executes them, so that virtual time advances only between steps.
 * Thread-safe.
 */
final class RunThread implements BackgroundThread.BackgroundTask {

    /** Runs of other nodes are noticed within this time. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final DurableOperation runs;
    private final TimeSource time;
    private final BackgroundThread thread;
    private final Executor executor;
    private final Set<String> executing = ConcurrentHashMap.newKeySet();
    /** The earliest times of the next steps of runs whose step another node executes, or whose last step has failed. */
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    private volatile boolean isStarted;

    RunThread(DurableOperation runs, TimeSource time) {
        this.runs = runs;
        this.time = time;
        this.executor = time == TimeSource.SYSTEM ? DefaultExecutors.forSending() : Runnable::run;
        this.thread = new BackgroundThread("operation " + runs.id(), time, this);
    }

    void start() {
        isStarted = true;
        thread.ensureRunning();
    }

    void close() {
        isStarted = false;
        runs.wake();
        boolean unused = thread.join(CLOSE_TIMEOUT);
    }

    @Override
    public boolean isEnded() {
        return !isStarted && executing.isEmpty();
    }

    @Override
    public void step() throws InterruptedException {
        CountDownLatch gate = runs.gate();
        Instant now = time.now();
        Instant next = now.plus(MAX_WAIT);
        for (RunStatus run : isStarted ? runs.open() : List.<RunStatus>of()) {
            Instant planned = run.next().orElse(next);
            Instant earliest = notBefore.getOrDefault(run.key(), planned);
            Instant due = planned.isAfter(earliest) ? planned : earliest;
            if (due.isAfter(now)) {
                next = due.isBefore(next) ? due : next;
            } else if (executing.add(run.key())) {
                execute(run.key());
            }
        }
        Duration wait = Duration.between(time.now(), next);
        if (!wait.isNegative() && !wait.isZero()) {
            boolean unused = time.await(gate, wait);
        }
    }

    private void execute(String key) {
        try {
            executor.execute(() -> executeStep(key));
        } catch (RejectedExecutionException e) {
            OperationLog.LOG.warn("{}: the step of run {} is delayed: {}", runs.id(), key, e.toString());
            finished(key, time.now().plus(MAX_WAIT));
        }
    }

    private void executeStep(String key) {
        Instant latest = time.now().plus(MAX_WAIT);
        Instant due = latest;
        try {
            due = runs.step(key).orElse(Instant.MIN);
        } catch (RuntimeException | Error e) {
            OperationLog.LOG.error("{}: the step of run {} failed; continuing", runs.id(), key, e);
        } finally {
            finished(key, due.isBefore(latest) ? due : latest);
        }
    }

    private void finished(String key, Instant due) {
        if (due.isAfter(time.now())) {
            notBefore.put(key, due);
        } else {
            notBefore.remove(key);
        }
        executing.remove(key);
        runs.wake();
    }
}
