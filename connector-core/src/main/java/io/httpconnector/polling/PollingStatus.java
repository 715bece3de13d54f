package io.httpconnector.polling;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A snapshot of the status of a trigger. Immutable. */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class PollingStatus {

    /** The state of a trigger. */
    public enum State {
        /** Waits for the next scheduled poll, or for a call of the application. */
        IDLE,
        /** A poll is due, but no worker of the engine is free; or the engine does not work, see {@link #lag()}. */
        WAITING,
        /** A poll is running. */
        POLLING,
        /** Paused until it is resumed. */
        PAUSED,
        /** A user must authorize the connection again and start the trigger. */
        AUTHORIZATION_NEEDED,
        /** Not started, or stopped. */
        STOPPED
    }

    private final State state;
    private final History history;
    private final @Nullable Instant next;
    private final Duration lag;

    /** The history of polls. */
    record History(
            @Nullable Instant lastSuccess,
            @Nullable String lastError,
            @Nullable Instant lastErrorTime,
            int failures,
            long polls,
            PollResult total,
            List<String> warnings,
            Map<String, String> failedParents) {
        static final History NONE = new History(null, null, null, 0, 0, PollResult.NOTHING, List.of(), Map.of());

        History succeeded(Instant at, PollResult result, List<String> found) {
            return new History(at, lastError, lastErrorTime, 0, polls + 1, sum(result), found, Map.of());
        }

        /** A failure for some parents only does not prevent the others from being polled, and is not a consecutive failure. */
        History failed(
                Instant at,
                String error,
                PollResult result,
                boolean isPartial,
                List<String> found,
                Map<String, String> below) {
            int inARow = isPartial ? 0 : failures + 1;
            return new History(lastSuccess, error, at, inARow, polls + 1, sum(result), found, below);
        }

        private PollResult sum(PollResult result) {
            PollResult sum = total.plus(result);
            return new PollResult(
                    sum.pages(), sum.records(), sum.events(), sum.deadLetters(), sum.ignored(), false, false);
        }
    }

    PollingStatus(State state, History history, @Nullable Instant next, Duration lag) {
        this.state = state;
        this.history = history;
        this.next = next;
        this.lag = lag;
    }

    /**
     * The state of the trigger.
     *
     * @return the state
     */
    @JsonProperty("state")
    public State state() {
        return state;
    }

    /**
     * The time of the last successful poll.
     *
     * @return the time; empty when there was none
     */
    public Optional<Instant> lastSuccess() {
        return Optional.ofNullable(history.lastSuccess);
    }

    /**
     * The message of the last failure, without secrets.
     *
     * @return the message; empty when there was none
     */
    public Optional<String> lastError() {
        return Optional.ofNullable(history.lastError);
    }

    /**
     * The time of the last failure.
     *
     * @return the time; empty when there was none
     */
    public Optional<Instant> lastErrorTime() {
        return Optional.ofNullable(history.lastErrorTime);
    }

    /**
     * The number of failed polls since the last success. A poll that failed for some of its parents only does not count: see
     * {@link #failedParents()}.
     *
     * @return 0 after a success
     */
    @JsonProperty("consecutiveFailures")
    public int consecutiveFailures() {
        return history.failures;
    }

    /**
     * The guarantees that the last poll could not give, or not yet, and why: pages that may have shifted, an ignored response,
     * records without a cursor value.
     *
     * @return sentences; empty when there are none
     */
    @JsonProperty("warnings")
    public List<String> warnings() {
        return history.warnings;
    }

    /**
     * The parents for which the last poll has failed. A parent of parents is one of them when those below it could not be listed.
     *
     * @return the error messages by the keys of the parents, without secrets
     */
    @JsonProperty("failedParents")
    public Map<String, String> failedParents() {
        return history.failedParents;
    }

    /**
     * The time of the next poll.
     *
     * @return the time; empty when none is scheduled
     */
    public Optional<Instant> nextPoll() {
        return Optional.ofNullable(next);
    }

    /**
     * The delay between the due time and the start of the last scheduled poll; in state {@link State#WAITING}, the time since
     * the pending poll was due.
     *
     * @return the time; more than a moment means that there are too few workers, minutes mean that the engine does not work
     */
    public Duration lag() {
        return lag;
    }

    /**
     * The number of polls since the trigger was built.
     *
     * @return the count
     */
    @JsonProperty("polls")
    public long polls() {
        return history.polls;
    }

    /**
     * The total result of all polls since the trigger was built.
     *
     * @return the sum
     */
    @JsonProperty("total")
    public PollResult total() {
        return history.total;
    }

    @JsonProperty("lastSuccess")
    private @Nullable String lastSuccessText() {
        return text(history.lastSuccess);
    }

    @JsonProperty("lastError")
    private @Nullable String lastErrorText() {
        return history.lastError;
    }

    @JsonProperty("lastErrorTime")
    private @Nullable String lastErrorTimeText() {
        return text(history.lastErrorTime);
    }

    @JsonProperty("nextPoll")
    private @Nullable String nextPollText() {
        return text(next);
    }

    @JsonProperty("lag")
    private String lagText() {
        return lag.toString();
    }

    /** ISO 8601 text, which any version of Jackson can write, with or without its modules. */
    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    /**
     * A one-line summary.
     *
     * @return state, counts and the last error
     */
    @Override
    public String toString() {
        return state + ", " + history.polls + " polls, " + history.total.events() + " events"
                + (history.failures == 0 ? "" : ", " + history.failures + " failures in a row: " + history.lastError);
    }
}
