package io.httpconnector.webhook.inbox;

import io.httpconnector.ConnectorException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds records to a log, many at once: whoever writes meanwhile shares the next write. One thread writes, whom no deadline of a
 * handler can interrupt. Safe for many threads.
 */
final class Journal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int MOST_BYTES = 8 << 20;
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final StateLog log;
    private final Supplier<List<byte[]>> everything;
    private final BlockingQueue<Write> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Write end = new Write(new byte[0]);
    private final Write nudge = new Write(new byte[0]);
    private ByteArrayOutputStream later = new ByteArrayOutputStream();
    private boolean closed;
    private long written;
    private long compact;

    /** Something to be written. */
    private static final class Write {

        private final byte[] records;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Write(byte[] records) {
            this.records = records;
        }
    }

    /**
     * Begins to write.
     *
     * @param log a log that was read
     * @param size how large it is
     * @param everything gives all records that still matter, so that the others can be left out
     */
    Journal(String name, StateLog log, long size, Supplier<List<byte[]>> everything) {
        this.log = log;
        this.everything = everything;
        this.written = size;
        this.compact = MOST_BYTES;
        this.thread = new Thread(this::run, "http-connector-webhook-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes records, each with a line break at its end; the future is complete when they are on durable storage. */
    synchronized CompletableFuture<Void> write(byte[] records) {
        Write write = new Write(records);
        if (closed) {
            write.done.completeExceptionally(
                    new StateException(StateException.Reason.UNAVAILABLE, "the inbox is closed"));
        } else {
            waiting.add(write);
        }
        return write.done;
    }

    /**
     * Writes records with the next that are urgent, or after a while: if they are lost in a crash, something is done twice.
     */
    synchronized void writeLater(byte[] records) {
        if (!closed) {
            if (later.size() == 0) {
                waiting.add(nudge);
            }
            later.writeBytes(records);
        }
    }

    private synchronized byte[] takeLater() {
        byte[] records = later.toByteArray();
        later = new ByteArrayOutputStream();
        return records;
    }

    /** Waits until something is on durable storage. */
    static void await(CompletableFuture<Void> written) {
        try {
            written.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ConnectorException known ? known : e;
        }
    }

    private void run() {
        boolean going = true;
        while (going) {
            List<Write> batch = next();
            going = !batch.contains(end);
            batch.removeIf(write -> write == nudge || write == end);
            byte[] records = takeLater();
            if (records.length > 0) {
                batch.add(new Write(records));
            }
            write(batch);
        }
    }

    /** What is to be written now; when nothing of it is urgent, more may come for a while. */
    private List<Write> next() {
        List<Write> batch = new ArrayList<>();
        try {
            batch.add(waiting.take());
            waiting.drainTo(batch);
            if (batch.stream().allMatch(write -> write == nudge)) {
                Write more = waiting.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
                if (more != null) {
                    batch.add(more);
                    waiting.drainTo(batch);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Nobody stops it but its end");
        }
        return batch;
    }

    private void write(List<Write> batch) {
        int from = 0;
        while (from < batch.size()) {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            int to = from;
            while (to < batch.size() && (to == from || entry.size() + batch.get(to).records.length <= MOST_BYTES)) {
                entry.writeBytes(batch.get(to).records);
                to++;
            }
            append(entry.toByteArray(), batch.subList(from, to));
            from = to;
        }
    }

    private void append(byte[] entry, List<Write> writes) {
        try {
            log.append(entry);
            written += entry.length;
            writes.forEach(write -> write.done.complete(null));
        } catch (RuntimeException e) {
            LOG.error("{} records could not be written", writes.size(), e);
            writes.forEach(write -> write.done.completeExceptionally(e));
            return;
        }
        if (written > compact) {
            compact();
        }
    }

    /** Leaves out what does not matter any more, when that is most of it. */
    private void compact() {
        List<byte[]> all = everything.get();
        try {
            log.replace(all);
            written = all.stream().mapToLong(entry -> entry.length).sum();
        } catch (RuntimeException e) {
            LOG.warn("The log could not be made smaller, it grows on", e);
        }
        compact = Math.max(MOST_BYTES, written * 4);
    }

    /** Writes what is waiting, and no more. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            waiting.add(end);
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        log.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
