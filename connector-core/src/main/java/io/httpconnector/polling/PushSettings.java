package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a trigger that accepts pushed records in addition to its polls, see {@link PollingTrigger#push}. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * PushSettings.defaults().grace(Duration.ofMinutes(5)).whenSilent(Duration.ofMinutes(1))
 * }</pre>
 */
public final class PushSettings {

    private static final Duration MAX = Duration.ofDays(366);
    private static final int MAX_REMEMBERED = 10_000_000;
    private static final PushSettings DEFAULTS = new PushSettings(
            Duration.ofMinutes(5), Duration.ofDays(1), 100_000, Duration.ofMinutes(10), Duration.ofMinutes(1), null);

    private final Duration grace;
    private final Duration retention;
    private final int maxRemembered;
    private final Duration minSilence;
    private final Duration whenSilent;
    private final @Nullable JsonPaths orderedBy;

    private PushSettings(
            Duration grace,
            Duration retention,
            int maxRemembered,
            Duration minSilence,
            Duration whenSilent,
            @Nullable JsonPaths orderedBy) {
        this.grace = grace;
        this.retention = retention;
        this.maxRemembered = maxRemembered;
        this.minSilence = minSilence;
        this.whenSilent = whenSilent;
        this.orderedBy = orderedBy;
    }

    /**
     * The default settings.
     *
     * @return the settings
     */
    public static PushSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Sets how long a push may arrive after a poll has returned its record. After this time the event counts as missed by the pushes.
     * Default: 5 minutes.
     *
     * @param time more than zero, up to 366 days
     * @return other settings
     */
    public PushSettings grace(Duration time) {
        return new PushSettings(valid("grace", time), retention, maxRemembered, minSilence, whenSilent, orderedBy);
    }

    /**
     * Sets how long the delivered versions of records are remembered, so that a push that is repeated or arrives late is recognized.
     * Default: one day.
     *
     * @param time more than zero, up to 366 days; at least the grace time is used
     * @return other settings
     */
    public PushSettings retention(Duration time) {
        return new PushSettings(grace, valid("retention", time), maxRemembered, minSilence, whenSilent, orderedBy);
    }

    /**
     * Sets how many delivered versions are remembered; each takes about 300 bytes. Default: 100,000.
     *
     * @param versions 1 to 10,000,000
     * @return other settings
     */
    public PushSettings maxRemembered(int versions) {
        if (versions < 1 || versions > MAX_REMEMBERED) {
            throw invalid("maxRemembered: " + versions + " is out of range: use 1 to " + MAX_REMEMBERED);
        }
        return new PushSettings(grace, retention, versions, minSilence, whenSilent, orderedBy);
    }

    /**
     * Sets the minimum time without a push after which the trigger polls to find out whether something was to be pushed; the actual
     * time is at least twice as long as the longest recent pause between pushes. Default: 10 minutes.
     *
     * @param time more than zero, up to 366 days
     * @return other settings
     */
    public PushSettings minSilence(Duration time) {
        return new PushSettings(grace, retention, maxRemembered, valid("minSilence", time), whenSilent, orderedBy);
    }

    /**
     * Sets the maximum interval of polls while the pushes are silent although there is something to push. Default: 1 minute.
     *
     * @param interval more than zero, up to 366 days
     * @return other settings
     */
    public PushSettings whenSilent(Duration interval) {
        return new PushSettings(grace, retention, maxRemembered, minSilence, valid("whenSilent", interval), orderedBy);
    }

    /**
     * Sets the field that grows with each change of a record, such as a time of modification or a revision number: by it, a push that
     * arrives late is recognized as older than what is known. Default: the field of the cursor, if the cursor is a time or a number;
     * otherwise the versions of a record have no order, and a version that was pushed last counts as the newest.
     *
     * @param field a JSON pointer (RFC 6901) from the record
     * @return other settings
     */
    public PushSettings orderedBy(String field) {
        return new PushSettings(
                grace, retention, maxRemembered, minSilence, whenSilent, JsonPaths.of("orderedBy", field));
    }

    private static Duration valid(String name, Duration time) {
        if (time == null || time.toMillis() < 1 || time.compareTo(MAX) > 0) {
            throw invalid(name + ": " + time + " is out of range: use PT0.001S to " + MAX);
        }
        return time;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("push", List.of(problem));
    }

    long graceMillis() {
        return grace.toMillis();
    }

    long retentionMillis() {
        return Math.max(retention.toMillis(), 2 * grace.toMillis());
    }

    int maxRemembered() {
        return maxRemembered;
    }

    long minSilenceMillis() {
        return minSilence.toMillis();
    }

    long whenSilentMillis() {
        return whenSilent.toMillis();
    }

    boolean hasOrder() {
        return orderedBy != null;
    }

    /** The order of a version by the configured field. */
    long order(JsonNode record) {
        if (orderedBy == null) {
            return Occurrence.UNORDERED;
        }
        JsonNode value = orderedBy.resolveValue(record);
        Long instant = TimestampFormat.instantWithOffset(value);
        if (instant != null) {
            return instant;
        }
        boolean isNumber = value.isIntegralNumber() ? value.canConvertToLong() : isNumber(value.asText());
        return isNumber ? value.asLong() : Occurrence.UNORDERED;
    }

    private static boolean isNumber(String text) {
        return text.matches("-?\\d{1,18}");
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("grace", grace.toString())
                .put("retention", retention.toString())
                .put("maxRemembered", maxRemembered)
                .put("minSilence", minSilence.toString())
                .put("whenSilent", whenSilent.toString());
        return orderedBy == null ? json : json.put("orderedBy", orderedBy.toString());
    }

    /** Reads the output of {@link #toJson}. */
    static PushSettings read(JsonObjectReader reader) {
        return new MemberSteps<>(reader, DEFAULTS)
                // "grace": How long a push may arrive after a poll has returned its record; after it, the event is
                // missed.
                // Default: 5 minutes.
                .duration("grace", PushSettings::grace)
                // "retention": How long delivered versions are remembered. Default: 1 day.
                .duration("retention", PushSettings::retention)
                // "maxRemembered": How many delivered versions are remembered, 1 to 10,000,000. Default: 100,000.
                .integer("maxRemembered", PushSettings::maxRemembered)
                // "minSilence": The minimum time without a push after which the trigger polls. Default: 10 minutes.
                .duration("minSilence", PushSettings::minSilence)
                // "whenSilent": The maximum interval of polls while pushes are missing. Default: 1 minute.
                .duration("whenSilent", PushSettings::whenSilent)
                // "orderedBy": The field that grows with each change of a record, as a JSON Pointer. Default: the field
                // of
                // a cursor that is a time or a number.
                .text("orderedBy", PushSettings::orderedBy)
                .value();
    }
}
