package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the first poll makes of the records that are there already. Later polls go on from where the one before came to. */
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
     * They are no events: only what comes after the first poll is.
     *
     * @return the default
     */
    public static StartPosition fromNow() {
        return new StartPosition(null, 0, false);
    }

    /**
     * Each of them is an event.
     *
     * @return the first poll
     */
    public static StartPosition everything() {
        return new StartPosition(null, 0, true);
    }

    /**
     * What has changed since a time is an event. Needs a cursor that is a timestamp.
     *
     * @param time the time
     * @return the first poll
     */
    public static StartPosition from(Instant time) {
        if (time == null) {
            throw new InvalidDefinitionException("first poll", List.of("the time is null"));
        }
        long position = TimestampFormat.nanos(time);
        if (!TimestampFormat.instant(position).equals(time)) {
            throw new InvalidDefinitionException("first poll", List.of(time + " is out of range: use 1678 to 2261"));
        }
        return new StartPosition(position, 0, false);
    }

    /**
     * The newest ones are events: by the cursor, or else the first of the list. Good for somebody who has just set up a trigger
     * and wants to see what comes.
     *
     * @param count how many, 1 to 10,000
     * @return the first poll
     */
    public static StartPosition last(int count) {
        if (count < 1 || count > MAX_LAST) {
            throw new InvalidDefinitionException("first poll", List.of("the last " + count + ": use 1 to " + MAX_LAST));
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

    /** Reads what {@link #toJson} wrote. */
    static StartPosition read(JsonObjectReader reader) {
        reader.exactlyOneOf("fromNow", "everything", "last", "from");
        StartPosition start = reader.isMarked("everything") ? everything() : fromNow();
        boolean unused = reader.isMarked("fromNow");
        return new MemberSteps<>(reader, start)
                .integer("last", (first, count) -> last(count))
                .with("from", reader.instant("from"), (first, time) -> from(time))
                .value();
    }

    /** The time that was given, in nanoseconds since 1970. */
    @Nullable Long position() {
        return position;
    }

    /** How many of those that are there are events; 0 for none, or what the others say. */
    int last() {
        return last;
    }

    boolean isEverything() {
        return all;
    }

    /** Whether records are noted without an event. */
    boolean isSilent() {
        return !all && position == null;
    }
}
