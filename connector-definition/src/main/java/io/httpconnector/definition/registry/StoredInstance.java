package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance as it is stored. Immutable. Contains no secrets.
 *
 * @param id the tenant and the connector
 * @param version the version of the document
 * @param settings what the customer has chosen
 * @param state the state
 * @param reason why the instance needs authorization or has failed; empty otherwise
 * @param created when the instance was added, in milliseconds since 1970
 * @param revision the number of the last change, which is higher than that of an earlier instance with the same ID
 */
public record StoredInstance(
        InstanceId id,
        String version,
        InstanceSettings settings,
        InstanceState state,
        String reason,
        long created,
        long revision) {

    /** Whether the instance neither polls nor receives. */
    boolean isStopped() {
        return state == InstanceState.DISABLED || state == InstanceState.REMOVING;
    }

    StoredInstance with(InstanceState newState, String newReason) {
        return new StoredInstance(id, version, settings, newState, newReason, created, revision + 1);
    }

    StoredInstance with(String newVersion, InstanceSettings newSettings) {
        return new StoredInstance(id, newVersion, newSettings, state, reason, created, revision + 1);
    }

    /** Returns the same revision in another state, without a reason. */
    StoredInstance in(InstanceState newState) {
        return new StoredInstance(id, version, settings, newState, "", created, revision);
    }

    /**
     * Returns the instance as JSON.
     *
     * @return a document for {@link #fromJson}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tenant", id.tenant()).put("connector", id.connector()).put("version", version);
        if (settings.strategy() != null) {
            json.put("strategy", settings.strategy());
        }
        settings.values().forEach(json.putObject("values")::put);
        settings.secrets().forEach(json.putObject("secrets")::put);
        json.put("state", state.name());
        if (!reason.isEmpty()) {
            json.put("reason", reason);
        }
        return json.put("created", created).put("revision", revision);
    }

    /**
     * Reads an instance.
     *
     * @param json the output of {@link #toJson()}
     * @return the instance
     * @throws InvalidDefinitionException if the document is malformed
     */
    public static StoredInstance fromJson(JsonNode json) {
        return JsonObjectReader.read("instance", json, reader -> {
            JsonNode created = reader.any("created");
            JsonNode revision = reader.any("revision");
            String state = reader.requiredText("state");
            String reason = reader.text("reason");
            // Equal texts of many instances share memory.
            StoredInstance read = new StoredInstance(
                    new InstanceId(
                            reader.requiredText("tenant"),
                            reader.requiredText("connector").intern()),
                    reader.requiredText("version").intern(),
                    new InstanceSettings(
                            shared(reader.text("strategy")), texts(reader, "values"), texts(reader, "secrets")),
                    state(state),
                    reason == null ? "" : reason,
                    created == null ? 0 : created.asLong(),
                    revision == null ? 0 : revision.asLong());
            return read;
        });
    }

    private static InstanceState state(String name) {
        try {
            return InstanceState.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException("instance", "/state: \"" + name + "\" is unknown");
        }
    }

    private static @Nullable String shared(@Nullable String text) {
        return text == null ? null : text.intern();
    }

    private static Map<String, String> texts(JsonObjectReader reader, String member) {
        JsonNode object = reader.object(member);
        Map<String, String> texts = new HashMap<>();
        if (object != null) {
            object.properties()
                    .forEach(entry ->
                            texts.put(entry.getKey().intern(), entry.getValue().asText()));
        }
        return texts;
    }
}
