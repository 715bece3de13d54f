package io.httpconnector.webhook.inbox;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: appends records to a log, and records that arrive during a write share the next one. A single thread writes,
 * which the deadline of a handler cannot interrupt. Thread-safe.
 *
 * @param <T> the type of the items that records refer to
 */
final class GroupCommitLog<T> implements BackgroundThread.BackgroundTask, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitLog.class);
    private static final int MAX_BYTES = 8 << 20;
    /** Compacting a smaller log is not worthwhile. */
    private static final int MIN_COMPACTED = 1 << 17;

    /** The first delay after a failure; doubled after each further failure. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final int CHAINS = 6;
    private static final Duration BATCH_DELAY = Duration.ofMillis(50);

    /** Threads that wait for less time wake up too late. */
    private static final Duration MIN_PAUSE = Duration.ofNanos(100_000);

    private static final Duration MAX_PAUSE = Duration.ofMillis(5);

    private final RecoveringLog log;
    private final TimeSource time;
    private final Owner<T> owner;
    private final BackgroundThread thread;
    /** Whether records were lost by the log that are still in memory. */
    private boolean unsaved;

    private int failedAttempts;
    private long nextAttempt;
    private int lastUrgent;
    private Duration pause = Duration.ZERO;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, like the batches until they are removed, and the following fields. */
    private final Deque<Batch<T>> pending = new ArrayDeque<>();

    private boolean closed;
    private int expected;

    /** The owner of the records. */
    interface Owner<T> {

        /** Restores an entry that was already in the log. */
        void restore(byte[] entry);

        /** Called when the items of a write are on durable storage, before the threads that wait for them are woken. */
        void stored(List<T> about);

        /** Called when the items of a write could not be stored. */
        void failed(List<T> about);

        /** Returns all relevant entries, so that the others can be dropped. */
        List<byte[]> entries();

        /** Returns the approximate size of these entries in bytes. */
        long size();
    }

    /** Records that are written together. */
    static final class Batch<T> {

        private final ByteArrayOutputStream records = new ByteArrayOutputStream();
        private final List<T> items = new ArrayList<>();
        private int urgent;

        /** Latches of the waiting threads. Several chains let the log continue to write while threads are woken. */
        private final List<CountDownLatch> latches =
                Stream.generate(() -> new CountDownLatch(1)).limit(CHAINS).toList();

        private volatile @Nullable RuntimeException failure;

        /**
         * Waits until the records are on durable storage, even if the thread is interrupted.
         *
         * @param timeout the maximum time to wait
         * @throws io.httpconnector.ConnectorException if the records could not be written, or not in time; in the latter case
         *     they may still be written later
         */
        void await(Duration timeout) {
            CountDownLatch end = latches.get(ThreadLocalRandom.current().nextInt(CHAINS));
            long until = TimeSource.SYSTEM.nanos() + timeout.toNanos();
            boolean interrupted = false;
            boolean ended = false;
            long left = timeout.toNanos();
            while (!ended && left > 0) {
                try {
                    ended = end.await(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                left = until - TimeSource.SYSTEM.nanos();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            RuntimeException why = failure;
            if (why != null) {
                throw why;
            }
            if (!ended && end.getCount() > 0) {
                throw new StateException(
                        StateException.StateFailure.UNAVAILABLE,
                        "the inbox was not written within the timeout of " + timeout);
            }
        }

        private void complete(@Nullable RuntimeException why) {
            failure = why;
            latches.forEach(CountDownLatch::countDown);
        }
    }

    /** Reads the log and starts the writing thread. */
    GroupCommitLog(String name, StateLog log, TimeSource time, Owner<T> owner) {
        this.log = new RecoveringLog(log);
        this.time = time;
        this.owner = owner;
        this.log.read(owner::restore);
        this.nextAttempt = time.nanos();
        if (isWorthCompacting()) {
            boolean unused = compact();
        }
        this.thread = new BackgroundThread("http-connector-webhook-" + name, time, this);
        thread.ensureRunning();
    }

    /** Writes records, each ending with a line break, together with those of other threads. */
    Batch<T> write(byte[] records, List<T> about) {
        lock.lock();
        try {
            if (!closed) {
                Batch<T> batch = add(records);
                batch.items.addAll(about);
                batch.urgent++;
                if (batch.urgent == 1 || batch.urgent == expected) {
                    changed.signal();
                }
                return batch;
            }
        } finally {
            lock.unlock();
        }
        // Not while holding the lock: the owner may hold a lock of its own while it writes.
        owner.failed(about);
        Batch<T> late = new Batch<>();
        late.complete(new StateException(StateException.StateFailure.UNAVAILABLE, "the inbox is closed"));
        return late;
    }

    /**
     * Writes records with the next urgent ones, or after a short delay. If they are lost in a crash, an event is handled twice.
     */
    void writeLater(byte[] records) {
        lock.lock();
        try {
            if (!closed) {
                boolean isFirst = pending.isEmpty();
                Batch<T> unused = add(records);
                if (isFirst) {
                    changed.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Batch<T> add(byte[] records) {
        Batch<T> batch = pending.peekLast();
        if (batch == null || batch.records.size() + records.length > MAX_BYTES) {
            batch = new Batch<>();
            pending.add(batch);
        }
        batch.records.writeBytes(records);
        return batch;
    }

    @Override
    public void step() throws InterruptedException {
        Batch<T> batch = next();
        boolean works = batch != null && write(batch);
        if (unsaved ? works || isRetryDue() : isWorthCompacting()) {
            boolean unused = compact();
        }
    }

    @Override
    public boolean isEnded() {
        lock.lock();
        try {
            if (!closed || !pending.isEmpty()) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        // Done by the writing thread, so that no other thread has the log at the same time.
        try {
            boolean unused = !unsaved || compact();
        } finally {
            log.close();
        }
        return true;
    }

    /**
     * Waits for the next batch. If none of its records is urgent, waits a while for more. If many threads send, those of the last
     * write soon return with new records: a pause that is short compared to the write lets them share the next one. Returns null
     * when the log is closed, and periodically while there is work left after a failure.
     */
    private @Nullable Batch<T> next() throws InterruptedException {
        lock.lock();
        try {
            Batch<T> begun = pending.peek();
            expected = lastUrgent + (begun == null ? 0 : begun.urgent);
            while (pending.isEmpty() && !closed) {
                if (!unsaved) {
                    changed.await();
                } else if (!changed.await(RETRY.toNanos(), TimeUnit.NANOSECONDS)) {
                    return null;
                }
            }
            awaitMore(1, BATCH_DELAY);
            awaitMore(expected, pause);
            return pending.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for more urgent records, up to the given number. */
    private void awaitMore(int enough, Duration max) throws InterruptedException {
        long left = max.toNanos();
        while (left > 0 && pending.size() == 1 && pending.getFirst().urgent < enough && !closed) {
            left = changed.awaitNanos(left);
        }
    }

    private boolean write(Batch<T> batch) {
        long start = time.nanos();
        Throwable failure = append(batch);
        if (failure != null && hasGarbage() && isRetryDue() && compact()) {
            // The disk was full of irrelevant records.
            failure = append(batch);
        }
        if (failure != null) {
            fail(batch, failure);
            return false;
        }
        lastUrgent = batch.urgent;
        pause = pauseAfter(Duration.ofNanos(time.nanos() - start));
        try {
            owner.stored(batch.items);
        } finally {
            batch.complete(null);
        }
        return true;
    }

    private @Nullable Throwable append(Batch<T> batch) {
        try {
            log.append(batch.records.toByteArray());
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    private void fail(Batch<T> batch, Throwable e) {
        // Some records are not written again by anyone, such as that an event is done.
        unsaved = true;
        RuntimeException reported = e instanceof RuntimeException known
                ? known
                : new StateException(StateException.StateFailure.UNAVAILABLE, "the inbox cannot be written: " + e, e);
        try {
            LOG.error("{} bytes of records could not be written", batch.records.size(), e);
        } finally {
            try {
                owner.failed(batch.items);
            } finally {
                batch.complete(reported);
            }
        }
    }

    private static Duration pauseAfter(Duration write) {
        Duration pause = write.dividedBy(8);
        if (pause.compareTo(MIN_PAUSE) < 0) {
            return Duration.ZERO;
        }
        return pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause;
    }

    private boolean hasGarbage() {
        return log.size() > owner.size();
    }

    /** Compacts when more than two thirds are irrelevant, so that each byte is rewritten half a time at most. */
    private boolean isWorthCompacting() {
        return log.size() > MIN_COMPACTED + 3 * owner.size() && isRetryDue();
    }

    private boolean isRetryDue() {
        return time.nanos() - nextAttempt >= 0;
    }

    /** Drops irrelevant records; returns false if that fails and must be retried later. */
    private boolean compact() {
        try {
            log.replace(owner.entries());
            unsaved = false;
            failedAttempts = 0;
            return true;
        } catch (RuntimeException | Error e) {
            failedAttempts++;
            Duration wait = RETRY.multipliedBy(1L << Math.min(failedAttempts - 1, 6));
            nextAttempt = time.nanos() + wait.toNanos();
            LOG.warn("The log could not be compacted; next attempt in {}", wait, e);
            return false;
        }
    }

    /** Writes the pending records and stops. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (!thread.join(GRACE)) {
            LOG.error("The inbox cannot be written; its log is released as soon as it can");
        }
    }
}
