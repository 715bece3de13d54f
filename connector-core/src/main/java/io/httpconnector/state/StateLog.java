package io.httpconnector.state;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The state of one id, as a log of entries: whoever opens it reads them all, and then adds what changes. An entry that was
 * added is on durable storage, if the store has any, before {@code append} returns. Used by one thread at a time.
 *
 * <p>The log knows how far it has read and written. When somebody else has written in the meantime, {@code append} and
 * {@code replace} store nothing and fail with {@link StateException.Reason#CONFLICT}: a machine that froze and woke up can't
 * write over its successor.
 */
public interface StateLog extends AutoCloseable {

    /**
     * Reads all entries, the oldest first, and from then on counts as up to date.
     *
     * @param reader is given each entry
     * @throws StateException when they can't be read, or are not what was written
     */
    void read(Consumer<byte[]> reader);

    /**
     * What the last {@link #read} has left out because it was not whole: the end of what a crash has left, which was never acknowledged,
     * or an entry whose end was damaged later. Events of a damaged entry come again.
     *
     * @return a sentence for status and logs, such as how many bytes were dropped and where; empty when all was read
     */
    default Optional<String> dropped() {
        return Optional.empty();
    }

    /**
     * Adds an entry: all of it, or nothing.
     *
     * @param entry the entry, at most 64 MiB; not changed any more
     * @throws StateException when it was not added
     */
    void append(byte[] entry);

    /**
     * Puts other entries into the place of all that there are, at once: whoever reads finds the old ones or the new ones.
     *
     * @param entries the entries, read once
     * @throws StateException when they were not replaced
     */
    void replace(Iterable<byte[]> entries);

    /** Lets somebody else open it. To close twice does no harm. */
    @Override
    void close();
}
