package io.httpconnector.state;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The state of one id, as a log of entries. After opening it, the caller reads all entries and then appends changes. An
 * appended entry is on durable storage, if the store has any, before {@code append} returns. Used by one thread at a time.
 *
 * <p>The log tracks how far it has read and written. When another writer has changed the state in the meantime, {@code append}
 * and {@code replace} store nothing and fail with {@link StateException.StateFailure#CONFLICT}: a node that was suspended and
 * resumes cannot overwrite the state of its successor.
 */
public interface StateLog extends AutoCloseable {

    /**
     * Reads all entries, oldest first; afterwards the log is up to date.
     *
     * @param reader receives each entry
     * @throws StateException when they cannot be read, or are damaged
     */
    void read(Consumer<byte[]> reader);

    /**
     * Returns the incomplete data that the last {@link #read} has dropped: the unacknowledged end of a write that was interrupted by a
     * crash, or an entry whose end was damaged later. Events of a damaged entry are delivered again.
     *
     * @return a sentence for status and logs, such as how many bytes were dropped and where; empty when everything was read
     */
    default Optional<String> dropped() {
        return Optional.empty();
    }

    /**
     * Appends an entry atomically.
     *
     * @param entry the entry, at most 64 MiB; must not be modified afterwards
     * @throws StateException when it was not appended
     */
    void append(byte[] entry);

    /**
     * Replaces all entries atomically: a reader finds either the old or the new entries.
     *
     * @param entries the new entries, iterated once
     * @throws StateException when they were not replaced
     */
    void replace(Iterable<byte[]> entries);

    /** Closes the log, so that it can be opened again. Closing twice has no effect. */
    @Override
    void close();
}
