package io.httpconnector.log;

import io.httpconnector.TimeSource;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** A store in memory. Secrets are removed when an entry is read, which is cheaper for entries that nobody reads. Thread-safe. */
final class MemoryExchangeStore implements ExchangeStore {

    /** The approximate size of an entry without its texts. */
    private static final int OVERHEAD = 500;

    private final Retention retention;
    private final Deque<LoggedExchange> entries = new ArrayDeque<>();
    private long bytes;

    MemoryExchangeStore(Retention retention) {
        this.retention = retention;
    }

    @Override
    public synchronized void append(List<LoggedExchange> added) {
        for (LoggedExchange entry : added) {
            entries.addLast(entry);
            bytes += OVERHEAD + entry.size();
        }
        removeOld();
    }

    private void removeOld() {
        Instant oldest = TimeSource.SYSTEM.now().minus(retention.maxAge());
        while (!entries.isEmpty()
                && (bytes > retention.maxBytes() || entries.getFirst().time().isBefore(oldest))) {
            bytes -= OVERHEAD + entries.removeFirst().size();
        }
    }

    @Override
    public synchronized List<LoggedExchange> search(ExchangeQuery query) {
        removeOld();
        List<LoggedExchange> found = new ArrayList<>();
        Iterator<LoggedExchange> latest = entries.descendingIterator();
        while (found.size() < query.limit() && latest.hasNext()) {
            LoggedExchange entry = latest.next();
            if (query.matches(entry)) {
                found.add(entry);
            }
        }
        return found;
    }
}
