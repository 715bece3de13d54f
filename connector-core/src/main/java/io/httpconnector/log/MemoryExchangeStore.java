package io.httpconnector.log;

import io.httpconnector.Exchange;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.recording.RawExchange;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory. It refers to requests and responses and removes their secrets when they are read, because copying them or
 * searching them for secrets would cost a send more than keeping them. Thread-safe.
 */
final class MemoryExchangeStore implements ExchangeStore {

    /** The size of the objects of an exchange without bodies and header fields of the response. */
    private static final int OVERHEAD = 2_000;

    /** The maximum size of an exchange that is kept as a whole. */
    private static final int MAX_WHOLE = 256 << 10;
    /** The part of the store that it may fill. */
    private static final int MAX_PART = 16;

    /** The number of entries that are added until old ones are removed. */
    private static final int CHECK_INTERVAL = 64;

    private final Retention retention;
    private final UUID firstId = UUID.randomUUID();
    private final Deque<KeptExchange> entries = new ArrayDeque<>();
    private long size;
    private long added;
    private long dropped;

    MemoryExchangeStore(Retention retention) {
        this.retention = retention;
    }

    /** An exchange in the store, whose id is its number. */
    private interface KeptExchange {

        /** Returns the approximate size in bytes. */
        long size();

        Instant time();

        LoggedExchange read(String id);
    }

    /**
     * An exchange with its secrets.
     *
     * @param bytes its approximate size
     * @param redaction removes the secrets
     */
    private record WithSecrets(
            String connection,
            String source,
            @Nullable String failure,
            Supplier<RawExchange> exchange,
            long bytes,
            Function<RawExchange, Exchange> redaction)
            implements KeptExchange {

        @Override
        public long size() {
            return bytes + OVERHEAD;
        }

        @Override
        public Instant time() {
            return exchange.get().timing().startedAt();
        }

        @Override
        public LoggedExchange read(String id) {
            return LoggedExchange.of(id, connection, source, failure, exchange.get(), redaction);
        }
    }

    /**
     * An entry whose secrets have been removed.
     *
     * @param size its approximate size
     */
    private record WithoutSecrets(LoggedExchange exchange, long size) implements KeptExchange {

        static WithoutSecrets of(LoggedExchange entry) {
            return new WithoutSecrets(entry, size(entry.exchange()));
        }

        static long size(Exchange exchange) {
            return OVERHEAD
                    + (long) exchange.requestBody().length()
                    + exchange.responseBody().length()
                    + exchange.responseHeaders().toString().length();
        }

        @Override
        public Instant time() {
            return exchange.time();
        }

        @Override
        public LoggedExchange read(String id) {
            return exchange;
        }
    }

    /**
     * Adds an exchange that has just ended.
     *
     * @param failure the message of the exception with which the call failed; null if it succeeded
     * @param exchange returns the exchange, which takes some time
     * @param bytes its approximate size
     * @param redaction removes the secrets
     */
    void add(
            String connection,
            String source,
            @Nullable String failure,
            Supplier<RawExchange> exchange,
            long bytes,
            Function<RawExchange, Exchange> redaction) {
        // Of a large exchange, only the start of its bodies is kept.
        add(
                bytes <= Math.min(MAX_WHOLE, retention.maxBytes() / MAX_PART)
                        ? new WithSecrets(connection, source, failure, exchange, bytes, redaction)
                        : WithoutSecrets.of(LoggedExchange.of(
                                UUID.randomUUID().toString(),
                                connection,
                                source,
                                failure,
                                shortened(redaction.apply(exchange.get())))));
    }

    /** Returns an exchange whose bodies are cut if it would fill the whole store. */
    private Exchange shortened(Exchange exchange) {
        if (WithoutSecrets.size(exchange) <= retention.maxBytes()) {
            return exchange;
        }
        return new Exchange(
                exchange.name(),
                exchange.method(),
                exchange.url(),
                exchange.requestHeaders(),
                cut(exchange.requestBody()),
                exchange.status(),
                exchange.responseHeaders(),
                cut(exchange.responseBody()),
                exchange.startedAt(),
                exchange.elapsed(),
                exchange.attempts());
    }

    private String cut(String body) {
        int max = (int) Math.min(MAX_WHOLE, retention.maxBytes() / MAX_PART);
        return body.length() <= max ? body : body.substring(0, max) + "… (cut)";
    }

    /** Returns the number of exchanges that were larger than the store, because of their header fields. */
    synchronized long dropped() {
        return dropped;
    }

    @Override
    public void append(List<LoggedExchange> more) {
        more.forEach(entry -> add(WithoutSecrets.of(entry)));
    }

    private synchronized void add(KeptExchange entry) {
        if (entry.size() > retention.maxBytes()) {
            // It would replace all others and not be kept itself.
            dropped++;
            return;
        }
        entries.addLast(entry);
        size += entry.size();
        while (size > retention.maxBytes()) {
            removeFirst();
        }
        if (added++ % CHECK_INTERVAL == 0) {
            removeOld(TimeSource.SYSTEM.now().minus(retention.maxAge()));
        }
    }

    private void removeFirst() {
        size -= entries.removeFirst().size();
    }

    private void removeOld(Instant oldest) {
        while (!entries.isEmpty() && entries.getFirst().time().isBefore(oldest)) {
            removeFirst();
        }
    }

    @Override
    public List<LoggedExchange> search(ExchangeQuery query) {
        Instant oldest = TimeSource.SYSTEM.now().minus(retention.maxAge());
        KeptExchange[] all;
        long first;
        synchronized (this) {
            removeOld(oldest);
            all = entries.toArray(new KeptExchange[0]);
            first = added - all.length;
        }
        List<LoggedExchange> found = new ArrayList<>();
        for (int i = all.length - 1; i >= 0; i--) {
            LoggedExchange entry = all[i].read(id(first + i));
            if (!entry.time().isBefore(oldest) && query.matches(entry)) {
                found.add(entry);
            }
        }
        // The store has them in the order in which they have ended.
        found.sort(Comparator.comparing(LoggedExchange::time).reversed());
        return List.copyOf(found.subList(0, Math.min(found.size(), query.limit())));
    }

    private String id(long number) {
        return new UUID(firstId.getMostSignificantBits(), firstId.getLeastSignificantBits() + number).toString();
    }
}
