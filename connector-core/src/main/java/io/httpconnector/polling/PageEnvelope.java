package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The content of a response outside its records. Kept in memory, up to a limit. */
final class PageEnvelope {

    /** The maximum number of values. */
    private static final int MAX_VALUES = 100_000;

    private final ObjectNode tree = JsonNodeFactory.instance.objectNode();
    private boolean blank;
    private boolean bodyEmpty;
    private boolean listAbsent;
    private boolean incomplete;
    private List<String> columns = List.of();
    private int values;
    private boolean full;
    /** The number of elements of the list that the first {@code *} of the path selects; negative without one. */
    private int elements = -1;

    PageEnvelope() {
        this(false);
    }

    private PageEnvelope(boolean blank) {
        this.blank = blank;
    }

    /** The envelope of an empty response. */
    static PageEnvelope empty() {
        return new PageEnvelope(true);
    }

    /** The envelope of a body without content: an empty list in JSON Lines, and no list in other formats. */
    static PageEnvelope ofEmptyBody(RecordSelector.Format format) {
        PageEnvelope envelope = empty();
        envelope.bodyEmpty = format != RecordSelector.Format.JSON_LINES;
        return envelope;
    }

    /** Whether there is no content that could be a list. */
    boolean isBodyEmpty() {
        return bodyEmpty;
    }

    /** Marks the list as null or missing, which is different from an empty list. */
    void markListMissing() {
        blank = true;
    }

    /** Marks the response as declaring itself empty. */
    void markEmpty() {
        blank = false;
        incomplete = false;
    }

    boolean isBlank() {
        return blank;
    }

    /** Marks the list of an XML document as absent beside other elements, which an empty list and an error have in common. */
    void markListAbsent() {
        listAbsent = true;
    }

    /** Whether it is unknown whether there is an empty list or an error. */
    boolean isListAbsent() {
        return listAbsent;
    }

    /** Marks a list as missing or malformed: the response does not prove that it has no other records. */
    void markListIncomplete() {
        incomplete = true;
    }

    /** Whether the response contains each list of records, with or without records. */
    boolean showsList() {
        return !blank && !incomplete;
    }

    /** Sets the columns of a CSV document without rows. */
    void columnsWithoutRows(List<String> names) {
        columns = List.copyOf(names);
        incomplete = true;
    }

    /** The columns of a CSV document without rows; otherwise empty. */
    List<String> columns() {
        return columns;
    }

    /** Adds the content of a further document of the same response. */
    void add(PageEnvelope other) {
        other.tree.properties().forEach(member -> put(tree, member.getKey(), member.getValue()));
        blank &= other.blank;
        incomplete |= other.incomplete;
        if (other.elements >= 0) {
            addElements(other.elements);
        }
        columns = columns.isEmpty() ? other.columns : columns;
    }

    void addElements(int count) {
        elements = Math.max(0, elements) + count;
    }

    /** The number of elements that the service counts: those of the list that the first {@code *} selects, otherwise the records. */
    int elementsOr(int records) {
        return elements < 0 ? records : elements;
    }

    ObjectNode tree() {
        return tree;
    }

    boolean isFull() {
        return full;
    }

    void put(ObjectNode into, String name, JsonNode value) {
        values += size(value);
        full = values > MAX_VALUES;
        JsonNode earlier = into.get(name);
        if (earlier == null) {
            into.set(name, value);
        } else if (earlier instanceof ArrayNode list) {
            list.add(value);
        } else {
            // XML elements with the same name.
            into.putArray(name).add(earlier).add(value);
        }
    }

    private static int size(JsonNode value) {
        int size = 1;
        for (JsonNode child : value) {
            size += size(child);
        }
        return size;
    }
}
