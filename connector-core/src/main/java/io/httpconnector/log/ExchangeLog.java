package io.httpconnector.log;

import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.recording.RawExchange;
import io.httpconnector.internal.recording.RawExchangeObserver;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
 * <p>A thread of the log removes the secrets and writes the entries several times a second, so that sending is not delayed; for a
 * store in memory, the secrets are removed when an entry is read. Of a response that is read
 * while it is received, the log has the first 16 KB of the body. Calls never fail because of the log: if the store is too slow or
 * fails, entries are dropped and counted. Those of a process that is killed may be lost. Thread-safe.
 */
public final class ExchangeLog implements AutoCloseable {

    private static final Duration SEARCH_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final ExchangeStore store;
    private final @Nullable MemoryExchangeStore memory;
    private final double share;
    private final boolean errorsOnly;
    private final ExchangeQueue queue;
    private volatile boolean closed;

    @SuppressWarnings("ThreadLocalUsage") // each log has its own, and removes the value at the end of the work
    private final ThreadLocal<CurrentSource> current = new ThreadLocal<>();

    /**
     * The trigger or receiver that a thread works for.
     *
     * @param name its id
     * @param outer the one whose handler polls the trigger; null if the engine does
     */
    private record CurrentSource(String name, @Nullable CurrentSource outer) {}

    private ExchangeLog(ExchangeStore store, double share, boolean errorsOnly) {
        this.store = store;
        this.memory = store instanceof MemoryExchangeStore inMemory ? inMemory : null;
        this.share = share;
        this.errorsOnly = errorsOnly;
        this.queue = new ExchangeQueue(store);
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
        return new CallListener(null);
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
     * @throws ConnectorException if the store cannot be read
     * @throws InvalidDefinitionException if the query is null
     */
    public List<LoggedExchange> search(ExchangeQuery query) {
        require(query != null, "the query is null");
        queue.awaitWritten(SEARCH_TIMEOUT);
        return store.search(query);
    }

    /**
     * Returns the number of exchanges that were not logged because the store was too slow, too small or has failed.
     *
     * @return the number since the log was opened
     */
    public long dropped() {
        return queue.dropped() + (memory == null ? 0 : memory.dropped());
    }

    /** Writes the waiting entries, for at most 10 seconds, and closes the store. Later calls are not logged. */
    @Override
    public void close() {
        closed = true;
        queue.close(CLOSE_TIMEOUT);
        store.close();
    }

    private boolean isWanted(boolean isError) {
        if (closed) {
            return false;
        }
        return isError
                || (!errorsOnly && (share >= 1 || ThreadLocalRandom.current().nextDouble() < share));
    }

    private void add(ExchangeQueue.EntrySource entry, long bytes) {
        if (memory == null) {
            queue.add(entry, bytes);
        } else {
            memory.append(List.of(entry.entry(UUID.randomUUID().toString())));
        }
    }

    /** Observes calls. */
    private final class CallListener implements ExchangeListener {

        /** The trigger or receiver that has passed the call to another thread; null if the thread knows it. */
        private final @Nullable String caller;

        CallListener(@Nullable String caller) {
            this.caller = caller;
        }

        @Override
        public CallObserver started(ExchangeStarted start) {
            return new Call(start.connection(), caller == null ? source() : caller);
        }

        @Override
        public ExchangeListener inCurrentContext() {
            String current = source();
            return current == null ? this : new CallListener(current);
        }
    }

    /** Observes one call. */
    private final class Call implements ExchangeListener.CallObserver, RawExchangeObserver {

        private final String connection;
        private final String from;

        Call(String connection, @Nullable String from) {
            this.connection = connection;
            this.from = from == null ? "" : from;
        }

        @Override
        public boolean records(int status) {
            return isWanted(status == 0 || status >= 400);
        }

        @Override
        public void ended(
                Supplier<RawExchange> exchange,
                long bytes,
                @Nullable String failure,
                Function<RawExchange, Exchange> redaction) {
            try {
                if (memory != null) {
                    memory.add(connection, from, failure, exchange, bytes, redaction);
                } else {
                    add(id -> LoggedExchange.of(id, connection, from, failure, exchange.get(), redaction), bytes);
                }
            } catch (OutOfMemoryError e) {
                queue.drop();
            }
        }

        @Override
        public void ended(ExchangeResult result) {
            Throwable failure = result.failure().orElse(null);
            boolean isError = failure != null || result.status().orElse(0) >= 400;
            Exchange exchange = isWanted(isError) ? result.exchange().orElse(null) : null;
            if (exchange != null) {
                String message = failure == null ? null : message(failure);
                long bytes = (long) exchange.requestBody().length()
                        + exchange.responseBody().length();
                add(id -> LoggedExchange.of(id, connection, from, message, exchange), bytes);
            }
        }
    }

    /** Only the library's own messages are known to have no secret. */
    private static String message(Throwable failure) {
        return failure instanceof ConnectorException
                ? String.valueOf(failure.getMessage())
                : failure.getClass().getName();
    }

    private @Nullable String source() {
        CurrentSource known = current.get();
        return known == null ? null : known.name;
    }

    private void continueWith(@Nullable CurrentSource outer) {
        if (outer == null) {
            current.remove();
        } else {
            current.set(outer);
        }
    }

    /** Remembers the trigger that a thread works for. */
    private final class TriggerSource implements PollingListener {

        @Override
        public void onStart(String trigger, Duration lag) {
            current.set(new CurrentSource(trigger, current.get()));
        }

        @Override
        public void onSuccess(String trigger, PollResult result) {
            ended();
        }

        @Override
        public void onFailure(String trigger, Exception failure, int consecutiveFailures) {
            ended();
        }

        private void ended() {
            CurrentSource poll = current.get();
            continueWith(poll == null ? null : poll.outer);
        }

        @Override
        public AttemptObserver onAttempt(DeliveryAttempt attempt) {
            CurrentSource before = current.get();
            current.set(new CurrentSource(attempt.events().get(0).trigger(), null));
            return (result, failure) -> continueWith(before);
        }
    }
}
