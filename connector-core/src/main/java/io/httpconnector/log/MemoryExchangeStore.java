package io.httpconnector.log;

import io.httpconnector.Exchange;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.recording.ExchangePacker;
import io.httpconnector.internal.recording.RawExchange;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory. The sending thread adds exchanges as bytes in large arrays, which the garbage collector does not copy; their
 * secrets are removed when they are read, which is cheaper for entries that nobody reads. Old entries are removed in chunks.
 * Thread-safe.
 */
final class MemoryExchangeStore implements ExchangeStore {

    private static final int CHUNKS = 16;
    private static final int MAX_CHUNK = 256 << 10;
    private static final int PACKERS = 16;

    /** The approximate size of an entry that is not packed, without its texts. */
    private static final int OVERHEAD = 500;

    private final Retention retention;
    private final int chunkSize;
    private final UUID firstId = UUID.randomUUID();
    private final AtomicReferenceArray<@Nullable ExchangePacker> packers = new AtomicReferenceArray<>(PACKERS);
    private volatile @Nullable Function<RawExchange, Exchange> redaction;

    private final Deque<ExchangeChunk> chunks = new ArrayDeque<>();
    private byte @Nullable [] unusedArray;
    private long size;
    private long added;
    private int searches;
    private List<NameValuePair> latestSecrets = List.of();

    MemoryExchangeStore(Retention retention) {
        this.retention = retention;
        this.chunkSize = (int) Math.min(retention.maxBytes() / CHUNKS, MAX_CHUNK);
    }

    /**
     * Adds an exchange that has just ended.
     *
     * @param bytes the approximate size of its bodies
     * @param newRedaction removes the secrets; always the same
     */
    void add(
            String connection,
            String source,
            RawExchange exchange,
            long bytes,
            Function<RawExchange, Exchange> newRedaction) {
        if (redaction == null) {
            redaction = newRedaction;
        }
        if (bytes <= chunkSize / 4) {
            // A thread that is suspended must not keep the packer of others.
            int index = (int) (Thread.currentThread().getId() % PACKERS);
            ExchangePacker idle = packers.getAndSet(index, null);
            ExchangePacker packer = idle == null ? new ExchangePacker() : idle;
            packer.write(connection, source, exchange);
            boolean fits = packer.length() <= chunkSize / 2;
            if (fits) {
                add(packer, exchange.secrets(), TimeSource.SYSTEM.now());
            }
            packers.set(index, packer);
            if (fits) {
                return;
            }
        }
        String id = UUID.randomUUID().toString();
        append(List.of(
                bytes <= chunkSize
                        ? LoggedExchange.of(id, connection, source, null, exchange, bytes, newRedaction)
                        // Only the start of a large body is kept.
                        : LoggedExchange.of(id, connection, source, null, newRedaction.apply(exchange))));
    }

    private synchronized void add(ExchangePacker packer, List<NameValuePair> secrets, Instant now) {
        ExchangeChunk chunk = chunks.peekLast();
        if (chunk == null || !chunk.hasSpaceFor(packer)) {
            chunk = addChunk(now);
            byte[] array = unusedArray == null ? new byte[chunkSize] : unusedArray;
            unusedArray = null;
            chunk.use(array);
            size += array.length;
            removeOld(now);
        }
        // A connection usually sends the same credentials again.
        if (!secrets.equals(latestSecrets)) {
            latestSecrets = secrets;
        }
        chunk.add(packer, latestSecrets, now);
        added++;
    }

    private ExchangeChunk addChunk(Instant now) {
        UUID id = new UUID(firstId.getMostSignificantBits(), firstId.getLeastSignificantBits() + added);
        ExchangeChunk chunk = new ExchangeChunk(id, now);
        chunks.addLast(chunk);
        return chunk;
    }

    @Override
    public synchronized void append(List<LoggedExchange> entries) {
        entries.forEach(this::add);
        removeOld(TimeSource.SYSTEM.now());
    }

    private void add(LoggedExchange entry) {
        ExchangeChunk chunk = chunks.peekLast();
        if (chunk == null || chunk.size() >= 2L * chunkSize) {
            chunk = addChunk(entry.time());
        }
        long entrySize = OVERHEAD + entry.size();
        chunk.add(entry, entrySize, entry.time());
        size += entrySize;
        added++;
    }

    private void removeOld(Instant now) {
        Instant oldest = now.minus(retention.maxAge());
        while (!chunks.isEmpty()
                && (size > retention.maxBytes() || chunks.getFirst().latest().isBefore(oldest))) {
            ExchangeChunk removed = chunks.removeFirst();
            size -= removed.size();
            // A search may still read the array.
            unusedArray = searches == 0 ? removed.packed() : null;
        }
    }

    @Override
    public List<LoggedExchange> search(ExchangeQuery query) {
        Instant now = TimeSource.SYSTEM.now();
        List<ExchangeChunk.View> views = new ArrayList<>();
        Function<RawExchange, Exchange> known;
        synchronized (this) {
            removeOld(now);
            for (Iterator<ExchangeChunk> latest = chunks.descendingIterator(); latest.hasNext(); ) {
                views.add(latest.next().view());
            }
            known = redaction;
            searches++;
        }
        try {
            return find(
                    views,
                    query,
                    now.minus(retention.maxAge()),
                    known == null ? MemoryExchangeStore::withoutRedaction : known);
        } finally {
            synchronized (this) {
                searches--;
            }
        }
    }

    /** Never called: a store without redaction has no packed exchanges. */
    private static Exchange withoutRedaction(RawExchange exchange) {
        throw new IllegalStateException("no redaction of " + exchange);
    }

    private static List<LoggedExchange> find(
            List<ExchangeChunk.View> views,
            ExchangeQuery query,
            Instant oldest,
            Function<RawExchange, Exchange> redaction) {
        List<LoggedExchange> found = new ArrayList<>();
        for (ExchangeChunk.View view : views) {
            for (int i = view.count() - 1; i >= 0 && found.size() < query.limit(); i--) {
                LoggedExchange entry = view.find(i, query, oldest, redaction);
                if (entry != null) {
                    found.add(entry);
                }
            }
        }
        return found;
    }
}
