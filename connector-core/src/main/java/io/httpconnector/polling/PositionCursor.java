package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import org.jspecify.annotations.Nullable;

/**
 * A cursor by a value of the records. Positions are integers in the unit of the cursor: nanoseconds since 1970 for timestamps,
 * the number itself otherwise.
 */
abstract sealed class PositionCursor extends Cursor permits TimeCursor, NumberCursor {

    /** A position before every record. */
    static final long BEFORE_ALL_RECORDS = Long.MIN_VALUE / 2;

    final ValueSource field;

    PositionCursor(ValueSource field, Common common) {
        super(common);
        this.field = field;
    }

    /**
     * The position of the record; null when the field has no value.
     *
     * @throws RuntimeException when the value is invalid
     */
    abstract @Nullable TimeRange position(JsonNode item);

    /** The distance of two positions that the service may not distinguish. */
    abstract long resolution();

    abstract long lookback();

    /** Whether marks are times. */
    abstract boolean isTime();

    /** Formats a position for the service. */
    abstract String format(long position);

    /** Formats the start of a query for the service. */
    String formatQueryStart(long position) {
        return format(position);
    }

    /** The position at which a query must start to find all records from a position on. */
    long queryStart(long position) {
        return floor(minus(minus(position, lookback()), resolution()));
    }

    /** Never less than the minimum position, however long the lookback is. */
    private static long minus(long position, long distance) {
        long difference = position - distance;
        boolean isBelow = difference > position || difference < BEFORE_ALL_RECORDS;
        return isBelow ? BEFORE_ALL_RECORDS : difference;
    }

    /** The position rounded down to the resolution. */
    long floor(long position) {
        return position;
    }

    /** The start of the next query of the same poll. */
    long nextQueryFrom(long position) {
        return queryStart(position);
    }

    /** Whether each query looks back, because the position does not show when the record was created. */
    boolean looksBackEachTime() {
        return false;
    }

    /** The value that requests all records; null where the parameter can be omitted. */
    @Nullable String startValue() {
        ParameterLocation location = location();
        return location != null && location.isTemplate() ? format(0) : null;
    }

    /** Whether the service filters by the cursor. */
    boolean isSent() {
        return location() != null || windows() != null;
    }

    /** The time up to which all records can be found at the given time. */
    long settled(long now) {
        return now;
    }

    /** The latest time that a record stored at the given time can have. */
    long unsettled(long time) {
        return time;
    }

    /** The latest instant that the time of a record stored by now can be read as. */
    long latestNow(long now) {
        return unsettled(now);
    }
}
