package io.httpconnector.log;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries that wait until a background thread writes them to a store. The thread writes what has arrived within a period of
 * time, because waking it for each entry would cost more than sending the request. Thread-safe.
 */
final class ExchangeQueue {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLog.class);

    /** The maximum number of entries that wait to be written, and of bytes of their bodies. */
    private static final int MAX_WAITING = 10_000;

    private static final long MAX_WAITING_BYTES = 64L << 20;

    private static final Duration PERIOD = Duration.ofMillis(50);
    /** The number of waiting entries, and of their bytes, at which the thread does not wait for the end of the period. */
    private static final int URGENT = MAX_WAITING / 4;

    private static final long URGENT_BYTES = MAX_WAITING_BYTES / 4;
    private static final int MAX_BATCH = 200;
    private static final int CHECK_INTERVAL = 64;

    private final ExchangeStore store;
    private final AtomicReference<@Nullable Waiting> latest = new AtomicReference<>();
    private final AtomicLong bytesInProgress = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore urgent = new Semaphore(0);
    private final BackgroundThread writer;

    ExchangeQueue(ExchangeStore store) {
        this.store = store;
        this.writer = new BackgroundThread("http-connector exchange log", TimeSource.SYSTEM, new LogWriter());
    }

    /** Creates an entry from its id. Called by the thread that writes. */
    interface EntrySource {
        LoggedExchange entry(String id);
    }

    /**
     * A waiting entry, linked to the one that arrived before.
     *
     * @param depth the number of entries up to this one
     * @param bytes the number of their bytes
     */
    private record Waiting(EntrySource source, @Nullable Waiting previous, int depth, long bytes) {

        static Waiting after(@Nullable Waiting previous, EntrySource source, long bytes) {
            return previous == null
                    ? new Waiting(source, null, 1, bytes)
                    : new Waiting(source, previous, previous.depth + 1, previous.bytes + bytes);
        }
    }

    /**
     * Adds an entry, or drops it if too many wait.
     *
     * @param bytes its approximate size
     */
    void add(EntrySource entry, long bytes) {
        Waiting before;
        Waiting added;
        do {
            before = latest.get();
            added = Waiting.after(before, entry, bytes);
            if (added.depth > MAX_WAITING || added.bytes + bytesInProgress.get() > MAX_WAITING_BYTES) {
                dropped.incrementAndGet();
                return;
            }
        } while (!latest.compareAndSet(before, added));
        accepted.incrementAndGet();
        if (before == null) {
            arrived.release();
        }
        // The thread cannot end while entries wait. The repetition helps if it could not be started.
        if (before == null || added.depth % CHECK_INTERVAL == 0) {
            boolean unused = writer.tryRunning();
        }
        if (added.depth == URGENT || (added.bytes >= URGENT_BYTES && added.bytes - bytes < URGENT_BYTES)) {
            urgent.release();
        }
    }

    /** Writes the waiting entries, and drops those for which the time is too short. */
    void close(Duration timeout) {
        awaitWritten(timeout);
        long lost = accepted.get() - finished.get();
        if (lost > 0) {
            dropped.addAndGet(lost);
            LOG.warn(
                    "{} exchanges could not be logged, because the store has not accepted them within {}",
                    lost,
                    timeout);
        }
    }

    /** Counts an entry that could not be added. */
    void drop() {
        dropped.incrementAndGet();
    }

    long dropped() {
        return dropped.get();
    }

    /** Waits until the entries that were added so far have been written. */
    void awaitWritten(Duration timeout) {
        long number = accepted.get();
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        try {
            while (finished.get() < number && TimeSource.SYSTEM.nanos() - end < 0 && writer.tryRunning()) {
                urgent.release();
                var unused = never.await(1, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the waiting entries, and ends when there have been none for a while. */
    private final class LogWriter implements BackgroundThread.BackgroundTask {

        private final UUID firstId = UUID.randomUUID();
        private long number;
        private boolean hasFailed;

        @Override
        public void step() throws InterruptedException {
            if (latest.get() == null && !arrived.tryAcquire(1, TimeUnit.SECONDS)) {
                return;
            }
            var unused = urgent.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
            arrived.drainPermits();
            urgent.drainPermits();
            Waiting last = latest.getAndSet(null);
            if (last != null) {
                bytesInProgress.set(last.bytes);
                List<Waiting> all = new ArrayList<>(last.depth);
                for (Waiting one = last; one != null; one = one.previous) {
                    all.add(one);
                }
                Collections.reverse(all);
                try {
                    for (int start = 0; start < all.size(); start += MAX_BATCH) {
                        write(all.subList(start, Math.min(all.size(), start + MAX_BATCH)));
                    }
                } finally {
                    bytesInProgress.set(0);
                }
            }
        }

        private void write(List<Waiting> batch) {
            try {
                store.append(batch.stream().map(this::entry).toList());
                hasFailed = false;
            } catch (RuntimeException | Error e) {
                dropped.addAndGet(batch.size());
                if (!hasFailed) {
                    LOG.warn(
                            "Exchanges could not be logged, and are dropped until the store accepts them again: {}",
                            e.toString());
                }
                hasFailed = true;
            } finally {
                finished.addAndGet(batch.size());
            }
        }

        /** Consecutive ids need no random numbers, and are close to each other in an index. */
        private LoggedExchange entry(Waiting waiting) {
            UUID id = new UUID(firstId.getMostSignificantBits(), firstId.getLeastSignificantBits() + number);
            number++;
            return waiting.source().entry(id.toString());
        }

        @Override
        public boolean isEnded() {
            return latest.get() == null;
        }
    }
}
