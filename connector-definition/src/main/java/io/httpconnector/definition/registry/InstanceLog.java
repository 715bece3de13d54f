package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A store of instances in a log of a {@link StateStore}: an entry for each change. Thread-safe. */
final class InstanceLog implements InstanceStore {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceLog.class);
    private static final String ID = "connector-registry";
    private static final String REMOVED = "removed";
    private static final int MIN_COMPACTION = 1000;

    private final StateStore store;
    private final boolean ownsStore;
    private final StateLog log;
    private final Map<InstanceId, StoredInstance> instances = new HashMap<>();
    private int entries;

    InstanceLog(StateStore store, boolean ownsStore) {
        this.store = store;
        this.ownsStore = ownsStore;
        try {
            this.log = store.open(ID);
        } catch (RuntimeException e) {
            if (ownsStore) {
                store.close();
            }
            throw e;
        }
        log.read(this::read);
    }

    private void read(byte[] entry) {
        entries++;
        JsonNode json = JsonSupport.parse(new String(entry, StandardCharsets.UTF_8));
        if (json.has(REMOVED)) {
            instances.remove(new InstanceId(
                    json.path("tenant").asText(), json.path("connector").asText()));
        } else {
            StoredInstance instance = StoredInstance.fromJson(json);
            instances.put(instance.id(), instance);
        }
    }

    @Override
    public synchronized List<StoredInstance> list() {
        return List.copyOf(instances.values());
    }

    @Override
    public synchronized Optional<StoredInstance> find(InstanceId id) {
        return Optional.ofNullable(instances.get(id));
    }

    @Override
    public synchronized void put(StoredInstance instance, long replaced) {
        check(instance.id(), replaced);
        append(instance.toJson());
        instances.put(instance.id(), instance);
        compact();
    }

    @Override
    public synchronized void remove(StoredInstance instance) {
        InstanceId id = instance.id();
        check(id, instance.revision());
        append(JsonNodeFactory.instance
                .objectNode()
                .put(REMOVED, true)
                .put("tenant", id.tenant())
                .put("connector", id.connector()));
        instances.remove(id);
        compact();
    }

    private void check(InstanceId id, long revision) {
        StoredInstance stored = instances.get(id);
        if ((stored == null ? 0 : stored.revision()) != revision) {
            throw new StateException(StateFailure.CONFLICT, id + " was changed concurrently: read it again");
        }
    }

    private void append(JsonNode entry) {
        log.append(bytes(entry));
        entries++;
    }

    private static byte[] bytes(JsonNode entry) {
        return entry.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Removes obsolete entries when most of them are. A failure does not affect the change, which is stored already. */
    private void compact() {
        if (entries <= MIN_COMPACTION + 4 * instances.size()) {
            return;
        }
        try {
            log.replace(instances.values().stream()
                    .map(instance -> bytes(instance.toJson()))
                    .toList());
            entries = instances.size();
        } catch (StateException e) {
            LOG.warn("The log of the connector instances could not be compacted; the next change tries again", e);
        }
    }

    @Override
    public void close() {
        log.close();
        if (ownsStore) {
            store.close();
        }
    }
}
