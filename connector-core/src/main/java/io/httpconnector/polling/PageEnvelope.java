package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What an answer says beside its records. It is kept in memory, up to a limit. */
final class PageEnvelope {

    /** How many values are kept. */
    private static final int MOST = 100_000;

    private final ObjectNode tree = JsonNodeFactory.instance.objectNode();
    private boolean blank;
    private boolean incomplete;
    private List<String> columns = List.of();
    private int values;
    private boolean full;

    PageEnvelope() {
        this(false);
    }

    private PageEnvelope(boolean blank) {
        this.blank = blank;
    }

    /** Of an answer without anything. */
    static PageEnvelope ofNothing() {
        return new PageEnvelope(true);
    }

    /** Notes that the list is null, or not there: that is no list without records. */
    void hasNoList() {
        blank = true;
    }

    /** Notes that the response itself says that it has no records. */
    void saysEmpty() {
        blank = false;
        incomplete = false;
    }

    boolean isBlank() {
        return blank;
    }

    /** Notes that a list is not there, or not as a list: the response does not show that it has no other records. */
    void lacksList() {
        incomplete = true;
    }

    /** Whether the response shows each list of records, with or without records. */
    boolean showsList() {
        return !blank && !incomplete;
    }

    /** Notes the columns of a CSV document that has no row. */
    void columnsWithoutRows(List<String> names) {
        columns = List.copyOf(names);
        incomplete = true;
    }

    /** The columns of a CSV document without rows; none for anything else. */
    List<String> columns() {
        return columns;
    }

    ObjectNode tree() {
        return tree;
    }

    boolean isFull() {
        return full;
    }

    void put(ObjectNode into, String name, JsonNode value) {
        values += size(value);
        full = values > MOST;
        JsonNode earlier = into.get(name);
        if (earlier == null) {
            into.set(name, value);
        } else if (earlier instanceof ArrayNode list) {
            list.add(value);
        } else {
            // Elements of one name in XML.
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
