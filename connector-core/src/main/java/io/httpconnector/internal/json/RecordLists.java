package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the list of records in a response. */
public final class RecordLists {

    private static final int MAX_DEPTH = 4;

    /** Members that identify a record, most likely first. */
    private static final List<String> IDS = List.of("id", "_id", "Id", "ID", "uuid", "guid", "sid", "gid");

    /** Members that often identify a record, most likely first. */
    private static final List<String> KEYS = Stream.concat(IDS.stream(), Stream.of("key", "number", "code", "name"))
            .toList();

    private RecordLists() {}

    /**
     * Returns the JSON Pointer to the longest list of objects that is not inside another list.
     *
     * @param body the response
     * @return the JSON Pointer, empty for the whole response; null if there is no list of objects
     */
    public static @Nullable String find(JsonNode body) {
        return find(body, "", 0);
    }

    /**
     * Returns the member that identifies a record, by its name and its values.
     *
     * @param records the records of a list
     * @return the name of a member that all records have, with different values; null if there is none
     */
    public static @Nullable String keyOf(JsonNode records) {
        return KEYS.stream().filter(name -> isUnique(records, name)).findFirst().orElse(null);
    }

    /**
     * Returns the id of the records: if they have different ids, equal records are the same ones and not equal by chance.
     *
     * @param records the records of a list
     * @return the name of a member such as {@code id} or {@code uuid} that identifies them; null if there is none
     */
    public static @Nullable String idOf(Iterable<JsonNode> records) {
        return IDS.stream().filter(name -> isUnique(records, name)).findFirst().orElse(null);
    }

    private static boolean isUnique(Iterable<JsonNode> records, String name) {
        Set<JsonNode> values = new HashSet<>();
        for (JsonNode record : records) {
            JsonNode value = record.path(name);
            if (!value.isValueNode() || value.isNull() || !values.add(value)) {
                return false;
            }
        }
        return !values.isEmpty();
    }

    private static @Nullable String find(JsonNode root, String at, int depth) {
        JsonNode value = root.at(at);
        if (value.isArray()) {
            return !value.isEmpty() && value.get(0).isObject() ? at : null;
        }
        String longest = null;
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String found =
                    depth < MAX_DEPTH ? find(root, at + "/" + JsonObjectReader.token(field.getKey()), depth + 1) : null;
            if (found != null
                    && (longest == null
                            || root.at(found).size() > root.at(longest).size())) {
                longest = found;
            }
        }
        return longest;
    }
}
