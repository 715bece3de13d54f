package io.httpconnector.polling;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of the records that were pushed to a trigger, and of the events that its pushes have missed, since the state of
 * the trigger was created.
 *
 * @param received the number of pushed records, deletions included
 * @param pushedFirst the number of events whose record was pushed before a poll returned it
 * @param polledFirst the number of events whose record a poll returned before it was pushed, without those of the first poll
 * @param missed the number of the latter for which no push arrived within the grace time
 * @param late the number of missed events for which a push arrived later
 * @param duplicates the number of pushed records that had been pushed before
 * @param outdated the number of pushed records without an event: they are older than what is remembered, or their record was
 *     deleted
 * @param lastPushMillis the time of the last push, in milliseconds since 1970; 0 if there was none
 * @param silentSinceMillis when the pushes were found to be silent, in milliseconds since 1970; 0 if they are not
 */
public record PushStatus(
        long received,
        long pushedFirst,
        long polledFirst,
        long missed,
        long late,
        long duplicates,
        long outdated,
        @JsonIgnore long lastPushMillis,
        @JsonIgnore long silentSinceMillis) {

    /**
     * The share of events that the pushes have missed.
     *
     * @return 0 to 1; 0 when there were no events
     */
    @JsonProperty("missedShare")
    public double missedShare() {
        long events = pushedFirst + polledFirst;
        return events == 0 ? 0 : (double) missed / events;
    }

    /**
     * The time of the last push.
     *
     * @return the time; empty if there was none
     */
    @JsonIgnore
    public Optional<Instant> lastPush() {
        return Optional.ofNullable(instant(lastPushMillis));
    }

    /**
     * The time at which the pushes were found to be silent.
     *
     * @return the time; empty if they are not silent
     */
    @JsonIgnore
    public Optional<Instant> silentSince() {
        return Optional.ofNullable(instant(silentSinceMillis));
    }

    /**
     * Whether the pushes are silent although there was something to push.
     *
     * @return whether they are silent
     */
    @JsonProperty("silent")
    public boolean isSilent() {
        return silentSinceMillis > 0;
    }

    @JsonProperty("lastPush")
    private @Nullable String lastPushText() {
        return lastPush().map(Instant::toString).orElse(null);
    }

    @JsonProperty("silentSince")
    private @Nullable String silentSinceText() {
        return silentSince().map(Instant::toString).orElse(null);
    }

    private static @Nullable Instant instant(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }
}
