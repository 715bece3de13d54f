package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.TriggerState.Unsaved;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a trigger while it is open: loads it when it is needed, closes it, and keeps changes that could not be stored.
 * Thread-safe.
 */
final class OpenState {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private final TriggerDefinition definition;
    private final @Nullable ParentRecords parents;
    private final StateStore store;
    private final PollingListeners listeners;
    /** Held while the state is loaded, which may take long: nothing else waits for it. */
    private final ReentrantLock loading = new ReentrantLock();

    // Guarded by this.
    private @Nullable TriggerState state;
    /** What was dropped when the state was loaded: shown in the status until the trigger is reset. */
    private @Nullable String damage;

    private Unsaved unsaved = Unsaved.NOTHING;

    OpenState(
            TriggerDefinition definition,
            @Nullable ParentRecords parents,
            StateStore store,
            PollingListeners listeners) {
        this.definition = definition;
        this.parents = parents;
        this.store = store;
        this.listeners = listeners;
    }

    /** Returns the state and loads it if necessary. */
    TriggerState open() {
        loading.lock();
        try {
            TriggerState open = current();
            if (open == null) {
                open = load(store.open(definition.id()));
                setState(open);
            }
            return open;
        } finally {
            loading.unlock();
        }
    }

    synchronized @Nullable TriggerState current() {
        return state;
    }

    private synchronized void setState(TriggerState loaded) {
        state = loaded;
    }

    private TriggerState load(StateLog log) {
        boolean done = false;
        try {
            TriggerState loaded = TriggerState.load(log, unsaved());
            log.dropped().ifPresent(this::setDamage);
            clearUnsaved();
            adapt(loaded);
            done = true;
            return loaded;
        } finally {
            if (!done) {
                log.close();
            }
        }
    }

    private synchronized void setDamage(String dropped) {
        damage = dropped;
    }

    synchronized @Nullable String damage() {
        return damage;
    }

    private synchronized Unsaved unsaved() {
        return unsaved;
    }

    private synchronized void clearUnsaved() {
        unsaved = Unsaved.NOTHING;
    }

    /** Drops state that has no meaning for this definition. */
    private void adapt(TriggerState loaded) {
        ObjectNode identity = JsonNodeFactory.instance
                .objectNode()
                .put("key", definition.identityText())
                .put("cursor", definition.cursorText());
        if (parents != null && !parents.cursorText().isEmpty()) {
            identity.put("parents", parents.cursorText());
        }
        String now = identity.toString();
        String before = loaded.definition();
        if (now.equals(before)) {
            return;
        }
        loaded.definition(now);
        if (before != null) {
            boolean sameCursor =
                    JsonSupport.parse(before).path("cursor").asText().equals(definition.cursorText());
            if (sameCursor && definition.cursor() != null) {
                loaded.resetKeys();
                notifyDefinitionChanged(
                        "the position and the dead letters",
                        "the known records: the most recent records are delivered again");
            } else {
                loaded.reset();
                notifyDefinitionChanged("the dead letters", "everything else: the next poll is a first poll");
            }
        }
        loaded.commit();
    }

    private void notifyDefinitionChanged(String kept, String reset) {
        LOG.warn("{}: key, version or cursor have changed; kept: {}; reset: {}", definition.id(), kept, reset);
        listeners.notify(listener -> listener.onChangedDefinition(definition.id(), kept, reset));
    }

    /** Closes the state; it is loaded again when it is needed. */
    void close() {
        TriggerState dropped = takeState();
        if (dropped != null) {
            dropped.close();
        }
    }

    private synchronized @Nullable TriggerState takeState() {
        TriggerState taken = state;
        state = null;
        if (taken != null) {
            unsaved = taken.unsaved();
        }
        return taken;
    }

    /** Makes a last attempt to store unsaved changes, so that events are not repeated after the next start of the process. */
    void saveUnsaved() {
        if (unsaved().isEmpty()) {
            return;
        }
        try {
            TriggerState unused = open();
        } catch (RuntimeException e) {
            LOG.error(
                    "{}: the record of handled events could not be stored: they are delivered again",
                    definition.id(),
                    e);
        } finally {
            close();
        }
    }

    synchronized boolean isOpen() {
        return state != null;
    }

    /** Deletes the state. */
    void reset() {
        close();
        clearUnsaved();
        store.reset(definition.id());
        synchronized (this) {
            damage = null;
        }
    }
}
