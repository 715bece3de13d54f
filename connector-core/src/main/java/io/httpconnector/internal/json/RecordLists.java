package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the list of records in a response. */
public final class RecordLists {

    private static final int MAX_DEPTH = 4;

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
