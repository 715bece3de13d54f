package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateRetry;
import io.httpconnector.state.StateStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The stored runs of an operation: a log with an entry for each change of a run. It is open only for the moment of a change, so
 * that all nodes can read and change it. Runs of another connection, such as that of another customer, are an error: this node would
 * send their requests with its own credentials. Thread-safe.
 */
final class RunStore {

    private static final StateRetry RETRY = new StateRetry(50, 1000);
    private static final int MIN_ENTRIES = 64;
    private static final String REMOVED = "removed";

    private final StateStore store;
    private final String id;
    private final Duration retention;
    private final TimeSource time;
    private final String connection;
    private final boolean isShared;

    /**
     * Creates a store of runs.
     *
     * @param connection the name of the connection
     * @param isShared whether connections with other names are those of the same customer
     */
    RunStore(StateStore store, String id, Duration retention, TimeSource time, String connection, boolean isShared) {
        this.store = store;
        this.id = "operation " + id;
        this.retention = retention;
        this.time = time;
        this.connection = connection;
        this.isShared = isShared;
    }

    /** Reports runs of another connection now, unless the store cannot be read now. */
    void checkConnection() {
        try {
            Map<String, StoredRun> unused = isShared ? Map.of() : all();
        } catch (StateException e) {
            OperationLog.LOG.info("{}: the store cannot be read now: {}", id, e.toString());
        }
    }

    /** Returns all runs by key, which must not be modified. */
    Map<String, StoredRun> all() {
        return RETRY.run(this::tryRead);
    }

    Optional<StoredRun> read(String key) {
        return Optional.ofNullable(all().get(key));
    }

    /**
     * Changes a run. If another node changes a run at the same time, the change is made to the state that it has left.
     *
     * @param change receives a copy, or null if there is no run; returns the changed run, or null to change nothing; may be
     *     called several times
     * @return the run after the change
     */
    Optional<StoredRun> update(String key, UnaryOperator<@Nullable StoredRun> change) {
        return RETRY.run(() -> tryUpdate(key, change));
    }

    /** Removes a run. */
    void remove(String key) {
        RETRY.run(() -> {
            try (StateLog log = store.open(id)) {
                Map<String, StoredRun> runs = new LinkedHashMap<>();
                int unused = read(log, runs);
                if (runs.containsKey(key)) {
                    log.append(JsonSupport.write(JsonNodeFactory.instance
                            .objectNode()
                            .put("key", key)
                            .put(REMOVED, true)));
                }
                return Optional.empty();
            }
        });
    }

    private Map<String, StoredRun> tryRead() {
        try (StateLog log = store.open(id)) {
            Map<String, StoredRun> runs = new LinkedHashMap<>();
            int unused = read(log, runs);
            return runs;
        }
    }

    private synchronized Optional<StoredRun> tryUpdate(String key, UnaryOperator<@Nullable StoredRun> change) {
        try (StateLog log = store.open(id)) {
            Map<String, StoredRun> runs = new LinkedHashMap<>();
            int entries = read(log, runs);
            StoredRun before = runs.get(key);
            StoredRun changed = change.apply(before == null ? null : before.copy());
            if (changed == null) {
                return Optional.ofNullable(before);
            }
            changed.connection = connection;
            runs.put(key, changed);
            if (entries < MIN_ENTRIES + 4 * runs.size()) {
                log.append(JsonSupport.write(changed.toJson()));
            } else {
                Instant oldest = time.now().minus(retention);
                List<byte[]> kept = new ArrayList<>();
                for (StoredRun run : runs.values()) {
                    boolean isOld = run.ended != null && run.ended.isBefore(oldest) && run.deadLetter == null;
                    if (!isOld || run == changed) {
                        kept.add(JsonSupport.write(run.toJson()));
                    }
                }
                log.replace(kept);
            }
            return Optional.of(changed);
        }
    }

    private int read(StateLog log, Map<String, StoredRun> runs) {
        int[] entries = new int[1];
        log.read(entry -> {
            entries[0]++;
            try {
                JsonNode json = JsonSupport.read(entry);
                String key = json.path("key").asText();
                if (json.path(REMOVED).asBoolean()) {
                    runs.remove(key);
                } else {
                    runs.put(key, checked(StoredRun.fromJson(json)));
                }
            } catch (IOException | IllegalArgumentException | DateTimeParseException | ClassCastException e) {
                throw new StateException(
                        StateFailure.CORRUPT, "The state of \"" + id + "\" is not that of an operation", e);
            }
        });
        return entries[0];
    }

    private StoredRun checked(StoredRun run) {
        if (!isShared && !run.connection.isEmpty() && !run.connection.equals(connection)) {
            throw new InvalidDefinitionException(
                    "durable " + id,
                    List.of("id: the store has runs of this id by the connection \"" + run.connection
                            + "\", but this connection is \"" + connection
                            + "\": set another id, or this one explicitly if the connection was only renamed"));
        }
        return run;
    }
}
