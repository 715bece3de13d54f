package io.httpconnector.definition.registry;

import io.httpconnector.internal.Arguments;
import io.httpconnector.state.StateStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stores the instances of a {@link ConnectorRegistry}. When a method returns, the change is on durable storage, if the store has
 * any. Implementations must be thread-safe. Implement this interface to use an existing table.
 */
public interface InstanceStore extends AutoCloseable {

    /**
     * Returns all instances.
     *
     * @return the instances
     * @throws io.httpconnector.state.StateException if they cannot be read
     */
    List<StoredInstance> list();

    /**
     * Stores an instance.
     *
     * @param instance the instance
     * @param replaced the revision of the stored instance that it replaces; 0 if there is none
     * @throws io.httpconnector.state.StateException if it could not be stored; with the reason {@code CONFLICT} if the stored
     *     instance has another revision, because another node has changed it: then nothing is changed
     */
    void put(StoredInstance instance, long replaced);

    /**
     * Removes an instance.
     *
     * @param instance the instance as it is stored
     * @throws io.httpconnector.state.StateException as for {@link #put}
     */
    void remove(StoredInstance instance);

    /**
     * Finds an instance.
     *
     * @param id its ID
     * @return the instance; empty if there is none
     */
    default Optional<StoredInstance> find(InstanceId id) {
        return list().stream().filter(instance -> instance.id().equals(id)).findFirst();
    }

    /**
     * Returns the revisions of all instances, to find those that another node has changed.
     *
     * @return the revisions
     */
    default Map<InstanceId, Long> revisions() {
        Map<InstanceId, Long> revisions = new HashMap<>();
        list().forEach(instance -> revisions.put(instance.id(), instance.revision()));
        return revisions;
    }

    /** Releases the resources of the store. The default does nothing. */
    @Override
    default void close() {}

    /**
     * Creates a store in memory, for tests.
     *
     * @return a new, empty store
     */
    static InstanceStore inMemory() {
        return new InstanceLog(StateStore.inMemory(), true);
    }

    /**
     * Opens a store in a directory, for one process at a time.
     *
     * @param directory the directory on a local disk; created if it does not exist
     * @return the store, to be closed by the caller
     * @throws io.httpconnector.state.StateException if another process uses the directory, or it is not accessible
     */
    static InstanceStore file(Path directory) {
        return new InstanceLog(StateStore.file(directory), true);
    }

    /**
     * Creates a store in a state store, for one process at a time, such as the store of the triggers.
     *
     * @param store the state store, to be closed by the application
     * @return the store
     */
    static InstanceStore in(StateStore store) {
        return new InstanceLog(Arguments.notNull(store, "state store"), false);
    }
}
