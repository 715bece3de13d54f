package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the innermost value that a schema does not permit. Not thread-safe. */
final class SchemaMismatch {

    private static final int MAX_DEPTH = 50;

    private final JsonNode root;
    private final SchemaReferences references;
    private final SchemaValidator validator;

    SchemaMismatch(JsonNode schema) {
        this.root = schema;
        this.references = new SchemaReferences(schema);
        this.validator = new SchemaValidator(references);
    }

    /** Returns the JSON Pointer of the value; null if all are permitted. */
    @Nullable String find(JsonNode value) {
        return find(root, value, "", 0);
    }

    private @Nullable String find(JsonNode reference, JsonNode value, String pointer, int depth) {
        validator.reset();
        if (depth > MAX_DEPTH || validator.isValid(reference, value)) {
            return null;
        }
        JsonNode schema = references.resolve(reference);
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode member = value.path(property.getKey());
            String at = pointer + "/" + JsonObjectReader.token(property.getKey());
            String found = member.isMissingNode() ? null : find(property.getValue(), member, at, depth + 1);
            if (found != null) {
                return found;
            }
        }
        for (int i = 0; value.isArray() && schema.path("items").isObject() && i < value.size(); i++) {
            String found = find(schema.path("items"), value.get(i), pointer + "/" + i, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return pointer;
    }
}
