package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The policy by which the first poll treats existing records. Later polls continue from the previous one. */
public final class StartPosition {

    static final int MAX_LAST = 10_000;

    private final @Nullable Long position;
    private final int last;
    private final boolean all;

    private StartPosition(@Nullable Long position, int last, boolean all) {
        this.position = position;
        this.last = last;
        this.all = all;
    }

    /**
     * Emits no events for existing records, only for records created after the start.
     *
     * @return the default
     */
    public static StartPosition fromNow() {
        return new StartPosition(null, 0, false);
    }

    /**
     * Emits an event for each existing record.
     *
     * @return the start position
     */
    public static StartPosition everything() {
        return new StartPosition(null, 0, true);
    }

    /**
     * Emits events for records that have changed since a time. Needs a timestamp cursor.
     *
     * @param time the time
     * @return the start position
     */
    public static StartPosition from(Instant time) {
        if (time == null) {
            throw new InvalidDefinitionException("start position", List.of("the time is null"));
        }
        long position = TimestampFormat.nanos(time);
        if (!TimestampFormat.instant(position).equals(time)) {
            throw new InvalidDefinitionException(
                    "start position", List.of(time + " is out of range: use 1678 to 2261"));
        }
        return new StartPosition(position, 0, false);
    }

    /**
     * Emits events for the newest records: by the cursor, or without one the first of the list. Useful to see sample events
     * after setting up a trigger.
     *
     * @param count the number of records, 1 to 10,000
     * @return the start position
     */
    public static StartPosition last(int count) {
        if (count < 1 || count > MAX_LAST) {
            throw new InvalidDefinitionException(
                    "start position", List.of("the last " + count + ": use 1 to " + MAX_LAST));
        }
        return new StartPosition(null, count, false);
    }

    /** As JSON: {@code {"last": 10}}. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (all) {
            return json.put("everything", true);
        }
        if (position != null) {
            return json.put("from", TimestampFormat.instant(position).toString());
        }
        return last > 0 ? json.put("last", last) : json.put("fromNow", true);
    }

    /** Reads the output of {@link #toJson}. */
    static StartPosition read(JsonObjectReader reader) {
        reader.exactlyOneOf("fromNow", "everything", "last", "from");
        StartPosition start = reader.isMarked("everything") ? everything() : fromNow();
        boolean unused = reader.isMarked("fromNow");
        return new MemberSteps<>(reader, start)
                .integer("last", (first, count) -> last(count))
                .with("from", reader.instant("from"), (first, time) -> from(time))
                .value();
    }

    /** The configured time, in nanoseconds since 1970. */
    @Nullable Long position() {
        return position;
    }

    /** The number of newest records that are events; 0 if not configured by {@link #last(int)}. */
    int last() {
        return last;
    }

    boolean isEverything() {
        return all;
    }

    /** Whether existing records are recorded without an event. */
    boolean isSilent() {
        return !all && position == null;
    }
}
