package io.httpconnector.log;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of exchanges: who has sent which request when, and what the response was, without secrets.
 *
 * <pre>{@code
 * ExchangeStore store = ExchangeStore.file(Path.of("exchanges"), new Retention(Duration.ofDays(30), 1L << 30));
 * ExchangeLog log = ExchangeLog.to(store).open();
 * HttpConnection jira = HttpConnection.named("Jira").baseUrl(url).listener(log.connections()).build();
 * PollingTrigger issues = PollingTrigger.named("issues").connection(jira).listener(log.triggers())....build();
 *
 * log.search(ExchangeQuery.latest(50).connection("Jira").failed());
 * }</pre>
 *
 * <p>A thread of the log removes the secrets and writes the entries, so that sending is not delayed. Calls never fail because of the
 * log: if the store is too slow or fails, entries are dropped and counted. Entries are written within a moment; those of a process
 * that is killed may be lost. Thread-safe.
 */
public final class ExchangeLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLog.class);

    /** The maximum number of exchanges that wait to be written, and of bytes of their bodies. */
    private static final int MAX_WAITING = 10_000;

    private static final long MAX_WAITING_BYTES = 64L << 20;
    private static final int MAX_BATCH = 200;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final ExchangeStore store;
    private final double share;
    private final boolean errorsOnly;

    private final BlockingQueue<UnwrittenExchange> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final BackgroundThread writer;
    private volatile boolean closed;

    /** The trigger or receiver that the thread works for. */
    private final ThreadLocal<String> source = new ThreadLocal<>();

    /** An exchange whose secrets are not yet removed. */
    private record UnwrittenExchange(
            String connection, String source, ExchangeResult result, Instant time, long bytes) {}

    private ExchangeLog(ExchangeStore store, double share, boolean errorsOnly) {
        this.store = store;
        this.share = share;
        this.errorsOnly = errorsOnly;
        this.writer = new BackgroundThread("http-connector exchange log", TimeSource.SYSTEM, new LogWriter());
    }

    /**
     * Creates a builder for a log.
     *
     * @param store the store, which is closed with the log
     * @return a builder
     * @throws InvalidDefinitionException if the store is null
     */
    public static Builder to(ExchangeStore store) {
        require(store != null, "the store is null");
        return new Builder(store);
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("exchange log", List.of(problem));
        }
    }

    /** Builds an {@link ExchangeLog}. Not thread-safe. */
    public static final class Builder {

        private final ExchangeStore store;
        private double share = 1;
        private boolean errorsOnly;

        private Builder(ExchangeStore store) {
            this.store = store;
        }

        /**
         * Logs a random part of the successful calls. Failed calls are always logged. Default: all.
         *
         * @param part the part, from 0 to 1
         * @return this
         * @throws InvalidDefinitionException if the part is out of range
         */
        public Builder sample(double part) {
            require(part >= 0 && part <= 1, "a sample of " + part + ": use 0 to 1");
            this.share = part;
            return this;
        }

        /**
         * Logs failed calls only, and responses with a status from 400 on.
         *
         * @return this
         */
        public Builder errorsOnly() {
            this.errorsOnly = true;
            return this;
        }

        /**
         * Opens the log.
         *
         * @return the log, to be closed by the caller
         */
        public ExchangeLog open() {
            return new ExchangeLog(store, share, errorsOnly);
        }
    }

    /**
     * Returns the listener for connections.
     *
     * @return the listener, for any number of connections
     */
    public ExchangeListener connections() {
        return start -> new Call(start.connection(), source.get() == null ? "" : source.get());
    }

    /**
     * Returns the listener for polling triggers. With it, the entries of their polls and handlers name the trigger.
     *
     * @return the listener, for any number of triggers
     */
    public PollingListener triggers() {
        return new TriggerSource();
    }

    /**
     * Returns the listener for deliveries of webhook receivers: {@code receiver.delivery(delivery ->
     * delivery.listener(log.deliveries()))}. With it, the entries of their handlers name the receiver.
     *
     * @return the listener, for any number of receivers
     */
    public DeliveryListener deliveries() {
        return new TriggerSource();
    }

    /**
     * Finds entries, also those of calls that have ended just now.
     *
     * @param query the conditions
     * @return the entries, the latest ones first
     * @throws io.httpconnector.ConnectorException if the store cannot be read
     */
    public List<LoggedExchange> search(ExchangeQuery query) {
        awaitWritten(accepted.get(), Duration.ofSeconds(2));
        return store.search(query);
    }

    /**
     * Returns the number of exchanges that were not logged because the store was too slow or has failed.
     *
     * @return the number since the log was opened
     */
    public long dropped() {
        return dropped.get();
    }

    /** Writes the waiting entries, for at most 10 seconds, and closes the store. Later calls are not logged. */
    @Override
    public void close() {
        closed = true;
        awaitWritten(accepted.get(), CLOSE_TIMEOUT);
        store.close();
    }

    private void awaitWritten(long number, Duration timeout) {
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        try {
            while (finished.get() < number && TimeSource.SYSTEM.nanos() - end < 0 && writer.tryRunning()) {
                var unused = never.await(1, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(String connection, String from, ExchangeResult result) {
        boolean isError = result.failure().isPresent() || result.status().orElse(0) >= 400;
        boolean isWanted = isError
                || (!errorsOnly && (share >= 1 || ThreadLocalRandom.current().nextDouble() < share));
        // Without a request there is nothing to log.
        boolean hasRequest = result.status().isPresent() || result.exchange().isPresent();
        if (closed || !isWanted || !hasRequest) {
            return;
        }
        long bytes = Math.max(0, result.sentBytes()) + result.receivedBytes();
        if (waitingBytes.get() + bytes <= MAX_WAITING_BYTES
                && waiting.offer(new UnwrittenExchange(connection, from, result, TimeSource.SYSTEM.now(), bytes))) {
            waitingBytes.addAndGet(bytes);
            accepted.incrementAndGet();
            boolean unused = writer.tryRunning();
        } else {
            dropped.incrementAndGet();
        }
    }

    /** Observes one call. */
    private final class Call implements ExchangeListener.CallObserver {

        private final String connection;
        private final String from;

        Call(String connection, String from) {
            this.connection = connection;
            this.from = from;
        }

        @Override
        public void ended(ExchangeResult report) {
            add(connection, from, report);
        }
    }

    /** Remembers the trigger that a thread works for. */
    private final class TriggerSource implements PollingListener {

        @Override
        public void onStart(String trigger, Duration lag) {
            source.set(trigger);
        }

        @Override
        public void onSuccess(String trigger, PollResult result) {
            source.remove();
        }

        @Override
        public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
            source.remove();
        }

        @Override
        public AttemptObserver onAttempt(DeliveryAttempt attempt) {
            String before = source.get();
            source.set(attempt.events().get(0).trigger());
            return (result, failure) -> {
                if (before == null) {
                    source.remove();
                } else {
                    source.set(before);
                }
            };
        }
    }

    /** Writes the waiting exchanges, and ends when there have been none for a while. */
    private final class LogWriter implements BackgroundThread.BackgroundTask {

        @Override
        public void step() throws InterruptedException {
            UnwrittenExchange first = waiting.poll(1, TimeUnit.SECONDS);
            if (first == null) {
                return;
            }
            List<UnwrittenExchange> batch = new ArrayList<>(List.of(first));
            waiting.drainTo(batch, MAX_BATCH - 1);
            try {
                store.append(batch.stream().map(this::entry).toList());
            } catch (RuntimeException e) {
                dropped.addAndGet(batch.size());
                LOG.warn("{} exchanges could not be logged: {}", batch.size(), e.toString());
            } finally {
                batch.forEach(pending -> waitingBytes.addAndGet(-pending.bytes()));
                finished.addAndGet(batch.size());
            }
        }

        private LoggedExchange entry(UnwrittenExchange unwritten) {
            ExchangeResult result = unwritten.result();
            return new LoggedExchange(
                    UUID.randomUUID().toString(),
                    unwritten.connection(),
                    unwritten.source(),
                    result.failure()
                            .map(failure -> String.valueOf(failure.getMessage()))
                            .orElse(null),
                    unwritten.time(),
                    unwritten.bytes(),
                    () -> result.exchange().orElseThrow());
        }

        @Override
        public boolean isEnded() {
            return waiting.isEmpty();
        }
    }
}
