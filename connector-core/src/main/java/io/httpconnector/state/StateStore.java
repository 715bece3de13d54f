package io.httpconnector.state;

import io.httpconnector.InvalidDefinitionException;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps the state of triggers, by their ids. Safe for many threads.
 *
 * <p>Write your own for a database that you have already; {@code io.httpconnector.state.testing.StateStoreTestKit} checks
 * it.
 */
public interface StateStore extends AutoCloseable {

    /**
     * Opens the state of an id; one that is new is empty.
     *
     * @param id any text that is not empty, such as the name of a trigger
     * @return its log, to be closed by the caller
     * @throws StateException when it is in use, or the store does not work. A store for many machines need not know whether
     *     it is in use on another: the first to write wins
     */
    StateLog open(String id);

    /**
     * Forgets what is stored of an id, which is damaged, missing, or not wanted any more: it is new the next time that it is opened.
     *
     * @param id the id, which nobody has open
     * @throws StateException when it is in use, or the store does not work
     */
    default void reset(String id) {
        try (StateLog log = open(id)) {
            log.read(entry -> {});
            log.replace(List.of());
        }
    }

    /** Gives back what the store holds, such as locks. Stores that hold nothing need not do anything. */
    @Override
    default void close() {}

    /**
     * A store that forgets everything with the process: what happens between its end and the next start is not noticed.
     *
     * @return a new, empty store
     */
    static StateStore inMemory() {
        return new MemoryStateStore();
    }

    /**
     * A store in a directory, for one process at a time: a file for each id, only readable by its owner. An entry is forced to
     * the disk before {@code append} returns. A crash while it writes loses at most the entry that it was writing; any other
     * damage is found by checksums and reported. So is a file that is removed while the store is open.
     *
     * @param directory the directory, made when it is missing; on a local disk
     * @return the store, to be closed by the caller
     * @throws StateException when another process uses the directory, or it can't be used
     */
    static StateStore file(Path directory) {
        if (directory == null) {
            throw new InvalidDefinitionException("state store", List.of("the directory is null"));
        }
        return new FileStateStore(directory);
    }
}
