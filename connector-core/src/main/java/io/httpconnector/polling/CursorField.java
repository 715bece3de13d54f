package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Diagnoses whether the records of a poll have the cursor field. Not thread-safe. */
final class CursorField {

    /** So many records without the member are no coincidence. */
    private static final int MANY_RECORDS = 10;

    private final ValueSource field;
    private final boolean hasPosition;
    private boolean hasValues;
    private boolean hasRecordsWithoutValue;
    private int recordsWithoutMember;
    /** A member of a record that could be meant. */
    private @Nullable String misspelt;

    /**
     * Creates a diagnosis for one poll.
     *
     * @param hasPosition whether an earlier poll has found a value
     */
    CursorField(ValueSource field, boolean hasPosition) {
        this.field = field;
        this.hasPosition = hasPosition;
    }

    /** Called for a record with a value. */
    void found() {
        hasValues = true;
    }

    /** Called for a record without a value. */
    void missingIn(JsonNode item) {
        hasRecordsWithoutValue = true;
        if (!hasValues && !hasPosition && field.in(item).isMissingNode()) {
            recordsWithoutMember++;
            misspelt = misspelt == null ? field.misspelt(item) : misspelt;
        }
    }

    /** The reason why the poll fails: the cursor names a member that the records do not have; null when there is none. */
    @Nullable String failure() {
        boolean isWrong = misspelt != null || recordsWithoutMember >= MANY_RECORDS;
        if (hasValues || hasPosition || !isWrong) {
            return null;
        }
        return "No record of the poll has the cursor " + field + ", so its position never moves"
                + (misspelt == null ? ": use a member that the records have" : ": did you mean " + misspelt + "?");
    }

    /** A warning for the status; null when there is none. */
    @Nullable String warning() {
        return !hasValues && hasRecordsWithoutValue
                ? "no record of the last poll has a value at the cursor field: the position does not move"
                : null;
    }
}
