package io.httpconnector.definition.registry;

import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.jdbc.JdbcDocuments;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store of instances in a database, for any number of nodes. Thread-safe. */
record JdbcInstances(JdbcDocuments documents) implements InstanceStore {

    private static final String PREFIX = "instance ";
    private static final char SEPARATOR = '\n';

    /** An ID of a connector has no line break. */
    private static String key(InstanceId id) {
        return PREFIX + id.connector() + SEPARATOR + id.tenant();
    }

    @Override
    public List<StoredInstance> list() {
        return documents.all().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(PREFIX))
                .map(entry -> StoredInstance.fromJson(JsonSupport.parse(entry.getValue())))
                .toList();
    }

    @Override
    public Optional<StoredInstance> find(InstanceId id) {
        return documents.find(key(id)).map(text -> StoredInstance.fromJson(JsonSupport.parse(text)));
    }

    @Override
    public Map<InstanceId, Long> revisions() {
        Map<InstanceId, Long> revisions = new HashMap<>();
        documents.revisions().forEach((key, revision) -> {
            int end = key.indexOf(SEPARATOR);
            if (key.startsWith(PREFIX) && end > 0) {
                revisions.put(new InstanceId(key.substring(end + 1), key.substring(PREFIX.length(), end)), revision);
            }
        });
        return revisions;
    }

    @Override
    public void put(StoredInstance instance, long replaced) {
        documents.put(key(instance.id()), instance.toJson().toString(), instance.revision(), replaced);
    }

    @Override
    public void remove(StoredInstance instance) {
        documents.remove(key(instance.id()), instance.revision());
    }
}
