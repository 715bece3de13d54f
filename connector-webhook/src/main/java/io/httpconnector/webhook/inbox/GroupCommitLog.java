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
 * Adds records to a log, many at once: whoever writes meanwhile shares the next write. One thread writes, whom no deadline of a
 * handler can interrupt. Safe for many threads.
 *
 * @param <T> what records are about
 */
final class GroupCommitLog<T> implements BackgroundThread.BackgroundTask, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitLog.class);
    private static final int MAX_BYTES = 8 << 20;
    /** Less is not worth it. */
    private static final int MIN_COMPACTED = 1 << 17;

    /** After a failure; longer after each. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final int CHAINS = 6;
    private static final Duration PATIENCE = Duration.ofMillis(50);

    /** Whoever waits for less wakes too late. */
    private static final Duration MIN_PAUSE = Duration.ofNanos(100_000);

    private static final Duration MAX_PAUSE = Duration.ofMillis(5);

    private final RecoveringLog log;
    private final TimeSource time;
    private final Owner<T> owner;
    private final BackgroundThread thread;
    /** Whether something was lost by the log that memory still has. */
    private boolean unsaved;

    private int tries;
    private long nextTry;
    private int lastUrgent;
    private Duration pause = Duration.ZERO;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** By the lock, as are the batches until they are taken out, and what follows. */
    private final Deque<Batch<T>> waiting = new ArrayDeque<>();

    private boolean closed;
    private int expected;

    /** Whose records they are. */
    interface Owner<T> {

        /** Takes an entry that was in the log already. */
        void restore(byte[] entry);

        /** What the records of a write were about is on durable storage; those who wait for it don't know yet. */
        void stored(List<T> about);

        /** What the records of a write were about could not be stored. */
        void refused(List<T> about);

        /** All entries that still matter, so that the others can be left out. */
        List<byte[]> everything();

        /** How many bytes these have, about. */
        long size();
    }

    /** Records that are written at once. */
    static final class Batch<T> {

        private final ByteArrayOutputStream records = new ByteArrayOutputStream();
        private final List<T> about = new ArrayList<>();
        private int urgent;

        /** Each wakes one of those who wait for it, who wakes the next: so the journal can write meanwhile. */
        private final List<CountDownLatch> ends =
                Stream.generate(() -> new CountDownLatch(1)).limit(CHAINS).toList();

        private volatile @Nullable RuntimeException failure;

        /**
         * Waits until the records are on durable storage, also when the thread is interrupted.
         *
         * @param timeout how long to wait
         * @throws io.httpconnector.ConnectorException when they could not be written, or not in time: then they may be later
         */
        void await(Duration timeout) {
            CountDownLatch end = ends.get(ThreadLocalRandom.current().nextInt(CHAINS));
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
                        StateException.Reason.UNAVAILABLE, "the inbox was not written within " + timeout);
            }
        }

        private void end(@Nullable RuntimeException why) {
            failure = why;
            ends.forEach(CountDownLatch::countDown);
        }
    }

    /** Reads the log, and begins to write. */
    GroupCommitLog(String name, StateLog log, TimeSource time, Owner<T> owner) {
        this.log = new RecoveringLog(log);
        this.time = time;
        this.owner = owner;
        this.log.read(owner::restore);
        this.nextTry = time.nanos();
        if (isWorthCompacting()) {
            boolean unused = compact();
        }
        this.thread = new BackgroundThread("http-connector-webhook-" + name, time, this);
        thread.ensureRunning();
    }

    /** Writes records, each with a line break at its end, with those of others. */
    Batch<T> write(byte[] records, List<T> about) {
        lock.lock();
        try {
            if (!closed) {
                Batch<T> batch = add(records);
                batch.about.addAll(about);
                batch.urgent++;
                if (batch.urgent == 1 || batch.urgent == expected) {
                    changed.signal();
                }
                return batch;
            }
        } finally {
            lock.unlock();
        }
        // Not by the lock: the owner may have one of its own, by which it writes.
        owner.refused(about);
        Batch<T> late = new Batch<>();
        late.end(new StateException(StateException.Reason.UNAVAILABLE, "the inbox is closed"));
        return late;
    }

    /**
     * Writes records with the next that are urgent, or after a while: if they are lost in a crash, something is done twice.
     */
    void writeLater(byte[] records) {
        lock.lock();
        try {
            if (!closed) {
                boolean isFirst = waiting.isEmpty();
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
        Batch<T> batch = waiting.peekLast();
        if (batch == null || batch.records.size() + records.length > MAX_BYTES) {
            batch = new Batch<>();
            waiting.add(batch);
        }
        batch.records.writeBytes(records);
        return batch;
    }

    @Override
    public void step() throws InterruptedException {
        Batch<T> batch = next();
        boolean works = batch != null && write(batch);
        if (unsaved ? works || isTimeToTry() : isWorthCompacting()) {
            boolean unused = compact();
        }
    }

    @Override
    public boolean isEnded() {
        lock.lock();
        try {
            if (!closed || !waiting.isEmpty()) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        // By the thread that writes, so that nobody else has the log while it does.
        try {
            boolean unused = !unsaved || compact();
        } finally {
            log.close();
        }
        return true;
    }

    /**
     * What is to be written now. When nothing of it is urgent, more may come for a while; and those who were in the last write come
     * again at once, if many send: a pause that is short beside the write lets them share the next one. Null at the end, and after
     * a while when there is something left to do after a failure.
     */
    private @Nullable Batch<T> next() throws InterruptedException {
        lock.lock();
        try {
            Batch<T> begun = waiting.peek();
            expected = lastUrgent + (begun == null ? 0 : begun.urgent);
            while (waiting.isEmpty() && !closed) {
                if (!unsaved) {
                    changed.await();
                } else if (!changed.await(RETRY.toNanos(), TimeUnit.NANOSECONDS)) {
                    return null;
                }
            }
            gather(1, PATIENCE);
            gather(expected, pause);
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets more come, until there are so many. */
    private void gather(int enough, Duration max) throws InterruptedException {
        long left = max.toNanos();
        while (left > 0 && waiting.size() == 1 && waiting.getFirst().urgent < enough && !closed) {
            left = changed.awaitNanos(left);
        }
    }

    private boolean write(Batch<T> batch) {
        long begin = time.nanos();
        Throwable failure = append(batch);
        if (failure != null && hasGarbage() && isTimeToTry() && compact()) {
            // The disk was full of what does not matter any more.
            failure = append(batch);
        }
        if (failure != null) {
            refuse(batch, failure);
            return false;
        }
        lastUrgent = batch.urgent;
        pause = pauseAfter(Duration.ofNanos(time.nanos() - begin));
        try {
            owner.stored(batch.about);
        } finally {
            batch.end(null);
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

    private void refuse(Batch<T> batch, Throwable e) {
        // Some of them nobody writes again, such as that an event is done.
        unsaved = true;
        RuntimeException told = e instanceof RuntimeException known
                ? known
                : new StateException(StateException.Reason.UNAVAILABLE, "the inbox can't be written: " + e, e);
        try {
            LOG.error("{} bytes of records could not be written", batch.records.size(), e);
        } finally {
            try {
                owner.refused(batch.about);
            } finally {
                batch.end(told);
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

    /** When more than two thirds don't matter any more, so that each byte is written again half a time at most. */
    private boolean isWorthCompacting() {
        return log.size() > MIN_COMPACTED + 3 * owner.size() && isTimeToTry();
    }

    private boolean isTimeToTry() {
        return time.nanos() - nextTry >= 0;
    }

    /** Leaves out what does not matter any more; false when that is not possible now, and is to be tried later. */
    private boolean compact() {
        try {
            log.replace(owner.everything());
            unsaved = false;
            tries = 0;
            return true;
        } catch (RuntimeException | Error e) {
            tries++;
            Duration wait = RETRY.multipliedBy(1L << Math.min(tries - 1, 6));
            nextTry = time.nanos() + wait.toNanos();
            LOG.warn("The log could not be made smaller, which is tried again in {}", wait, e);
            return false;
        }
    }

    /** Writes what is waiting, and no more. */
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
            LOG.error("The inbox can't be written, it is given back when it can");
        }
    }
}
