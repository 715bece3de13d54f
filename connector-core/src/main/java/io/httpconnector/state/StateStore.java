package io.httpconnector.state;

import io.httpconnector.InvalidDefinitionException;
import java.nio.file.Path;
import java.util.List;

/**
 * Stores the state of triggers by id. Thread-safe.
 *
 * <p>Implement this interface to use an existing database; {@code io.httpconnector.state.testing.StateStoreTestKit} verifies
 * an implementation.
 */
public interface StateStore extends AutoCloseable {

    /**
     * Opens the state of an id; the state of a new id is empty.
     *
     * @param id any non-empty text, such as the id of a trigger
     * @return its log, to be closed by the caller
     * @throws StateException when it is in use, or the store is unavailable. A store for a cluster need not detect that it is
     *     in use on another node: the first node to write wins
     */
    StateLog open(String id);

    /**
     * Deletes the state of an id, because it is damaged, missing or obsolete: the next {@link #open} returns an empty state.
     *
     * @param id the id, which must not be open
     * @throws StateException when it is in use, or the store is unavailable
     */
    default void reset(String id) {
        try (StateLog log = open(id)) {
            log.read(entry -> {});
            log.replace(List.of());
        }
    }

    /**
     * Returns whether {@link #open} fails while the state is open anywhere else. Stream triggers on a store that is shared by several nodes
     * agree through the state which of them reads the stream.
     *
     * @return false by default, for a store that nodes share
     */
    default boolean isExclusive() {
        return false;
    }

    /** Releases the resources of the store, such as locks. The default does nothing. */
    @Override
    default void close() {}

    /**
     * Creates a store in memory. Its content is lost with the process, so changes between the end of the process and its next
     * start are not detected.
     *
     * @return a new, empty store
     */
    static StateStore inMemory() {
        return new MemoryStateStore();
    }

    /**
     * Opens a store in a directory, for one process at a time, with one file per id that only its owner can read. An entry is
     * forced to the disk before {@code append} returns. A crash during a write loses at most the entry being written; any
     * other damage is detected by checksums and reported, as is a file that is removed while the store is open.
     *
     * @param directory the directory on a local disk; created if it does not exist
     * @return the store, to be closed by the caller
     * @throws StateException when another process uses the directory, or it is not accessible
     */
    static StateStore file(Path directory) {
        if (directory == null) {
            throw new InvalidDefinitionException("state store", List.of("the directory is null"));
        }
        return new FileStateStore(directory);
    }
}
