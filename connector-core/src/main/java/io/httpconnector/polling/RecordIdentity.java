package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.ConnectorException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;

/**
 * The fields that identify a record and its version.
 *
 * @param key the fields of the key; none when the whole record is the key
 * @param version the fields of the version; none when there is no version or the whole record is the version
 * @param hashed whether the whole record is the version
 * @param ignored the fields to ignore when the whole record is the version
 */
record RecordIdentity(List<JsonPaths> key, List<JsonPaths> version, boolean hashed, List<JsonPaths> ignored) {

    /** A record with its key and version. */
    record Item(JsonNode tree, String key, Fingerprint print, long version) {}

    boolean hasKey() {
        return !key.isEmpty();
    }

    boolean hasVersions() {
        return hashed || !version.isEmpty();
    }

    /** Whether these columns of a table include the key. */
    boolean isIn(Collection<String> columns) {
        return !key.isEmpty()
                && key.stream()
                        .allMatch(field -> columns.contains(
                                field.pointer().tail() != null
                                                && field.pointer().tail().matches()
                                        ? field.pointer().getMatchingProperty()
                                        : ""));
    }

    Item of(JsonNode item, MessageDigest digest) {
        String text = key.isEmpty() ? Fingerprint.of(counted(item)).toString() : text(key, item);
        return new Item(item, text, Fingerprint.of(text, digest), version(item) & DeduplicationIndex.VERSION);
    }

    private long version(JsonNode item) {
        if (hashed) {
            return Fingerprint.of(counted(item)).high();
        }
        return version.isEmpty()
                ? 0
                : Fingerprint.of(comparable(values(version, item))).high();
    }

    /** The text of a single field, or several fields as a JSON array. */
    private static String text(List<JsonPaths> fields, JsonNode item) {
        if (fields.size() == 1) {
            return text(fields.get(0), item);
        }
        fields.forEach(field -> text(field, item));
        return values(fields, item).toString();
    }

    private static String text(JsonPaths field, JsonNode item) {
        JsonNode value = field.resolveValue(item);
        String text = value.isNull() ? "" : value.asText();
        if (text.isEmpty()) {
            throw new ConnectorException("A record has no key: at \"" + field + "\" there is "
                    + (value.isContainerNode() ? "an object or a list" : "nothing")
                    + "; choose another key, the location of the records in the response (records),"
                    + " or wholeRecordAsKey()");
        }
        return text;
    }

    private static ArrayNode values(List<JsonPaths> fields, JsonNode item) {
        ArrayNode values = JsonNodeFactory.instance.arrayNode();
        for (JsonPaths field : fields) {
            JsonNode value = field.resolveValue(item);
            values.add(value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value);
        }
        return values;
    }

    /** The values with equal instants in one form, however they are written. */
    private static ArrayNode comparable(ArrayNode values) {
        ArrayNode comparable = JsonNodeFactory.instance.arrayNode();
        for (JsonNode value : values) {
            Long instant = TimestampFormat.instantWithOffset(value);
            comparable.add(instant == null ? value : TextNode.valueOf("instant " + instant));
        }
        return comparable;
    }

    private JsonNode counted(JsonNode item) {
        if (ignored.isEmpty()) {
            return item;
        }
        JsonNode copy = item.deepCopy();
        for (JsonPaths field : ignored) {
            if (copy.at(field.pointer().head()) instanceof ObjectNode holder) {
                holder.remove(field.pointer().last().getMatchingProperty());
            }
        }
        return copy;
    }
}
