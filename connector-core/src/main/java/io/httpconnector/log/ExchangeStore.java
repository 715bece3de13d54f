package io.httpconnector.log;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The store of an exchange log. Implement it for an existing database or search engine. Implementations must be thread-safe; their
 * exceptions are logged and never fail a request.
 */
public interface ExchangeStore extends AutoCloseable {

    /**
     * The age and size up to which entries are kept. The oldest ones are removed first.
     *
     * @param maxAge the maximum age, up to 100 years
     * @param maxBytes the maximum size of all entries together in bytes, approximately
     */
    record Retention(Duration maxAge, long maxBytes) {

        private static final long MAX_DAYS = 36_525;

        /**
         * Checks the values.
         *
         * @param maxAge the maximum age
         * @param maxBytes the maximum size of all entries together in bytes
         * @throws InvalidDefinitionException if the age is not positive or exceeds 100 years, or the size is less than 64 KiB
         */
        public Retention {
            if (maxAge == null
                    || maxAge.isNegative()
                    || maxAge.isZero()
                    || maxAge.toDays() > MAX_DAYS
                    || maxBytes < 64 << 10) {
                throw new InvalidDefinitionException(
                        "retention",
                        List.of(maxAge + " and " + maxBytes
                                + " bytes: use a positive age of at most 100 years, and at least 64 KiB"));
            }
        }
    }

    /**
     * Adds entries, and removes those that need no longer be kept. Called by one thread at a time.
     *
     * @param entries the entries, in the order in which the calls have ended
     */
    void append(List<LoggedExchange> entries);

    /**
     * Finds entries.
     *
     * @param query the conditions
     * @return the entries, the latest ones first
     */
    List<LoggedExchange> search(ExchangeQuery query);

    /** Releases the resources of the store. Does nothing by default. */
    @Override
    default void close() {}

    /**
     * Creates a store in memory.
     *
     * @param retention how long entries are kept
     * @return the store
     */
    static ExchangeStore inMemory(Retention retention) {
        return new MemoryExchangeStore(notNull(retention, "retention"));
    }

    /**
     * Creates a store in a directory, with files that only the owner can read. Several processes may use it together.
     *
     * @param directory the directory, created if it is missing
     * @param retention how long entries are kept
     * @return the store
     * @throws io.httpconnector.state.StateException if the directory is not accessible
     */
    static ExchangeStore file(Path directory, Retention retention) {
        return new FileExchangeStore(notNull(directory, "directory"), notNull(retention, "retention"));
    }
}
