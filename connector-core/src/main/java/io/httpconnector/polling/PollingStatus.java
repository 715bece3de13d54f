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

/** What a trigger is doing, at one moment. Immutable. */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class PollingStatus {

    /** What a trigger is doing. */
    public enum State {
        /** It waits for the next poll, or for somebody to call it. */
        IDLE,
        /** A poll is due, but no worker of the engine is free yet; or the engine does not work, see {@link #lag()}. */
        WAITING,
        /** It polls. */
        POLLING,
        /** It waits to be resumed. */
        PAUSED,
        /** Somebody must give the credentials anew, and start it again. */
        AUTHORIZATION_NEEDED,
        /** It was not started, or it was stopped. */
        STOPPED
    }

    private final State state;
    private final History history;
    private final @Nullable Instant next;
    private final Duration lag;

    /** What has happened until now. */
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

        /** Below some parents only, it keeps the others from nothing, and so is no failure in a row. */
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
     * What the trigger is doing.
     *
     * @return the state
     */
    @JsonProperty("state")
    public State state() {
        return state;
    }

    /**
     * When a poll came to its end for the last time.
     *
     * @return the time; empty when none has yet
     */
    public Optional<Instant> lastSuccess() {
        return Optional.ofNullable(history.lastSuccess);
    }

    /**
     * Why a poll failed for the last time, without secrets.
     *
     * @return the message; empty when none has yet
     */
    public Optional<String> lastError() {
        return Optional.ofNullable(history.lastError);
    }

    /**
     * When a poll failed for the last time.
     *
     * @return the time; empty when none has yet
     */
    public Optional<Instant> lastErrorTime() {
        return Optional.ofNullable(history.lastErrorTime);
    }

    /**
     * How many polls have failed since the last success. A poll that has failed below some of its parents only does not count: they
     * are in {@link #failedParents()}.
     *
     * @return 0 when all is well
     */
    @JsonProperty("failuresInARow")
    public int consecutiveFailures() {
        return history.failures;
    }

    /**
     * What the last poll could not guarantee, or not yet, and why: pages that may have shifted, a response that was ignored, a cursor
     * that no record has.
     *
     * @return sentences; empty when there is nothing to say
     */
    public List<String> warnings() {
        return history.warnings;
    }

    /**
     * The parents below which the last poll has failed.
     *
     * @return what went wrong, by the keys of the parents, without secrets
     */
    public Map<String, String> failedParents() {
        return history.failedParents;
    }

    /**
     * When the next poll is due.
     *
     * @return the time; empty when nobody has scheduled one
     */
    public Optional<Instant> nextPoll() {
        return Optional.ofNullable(next);
    }

    /**
     * How much later than it was due the last scheduled poll began; or, while one is {@link State#WAITING}, for how long it has been
     * due.
     *
     * @return the time; more than a moment means that there are too few workers, and minutes that the engine does not work
     */
    public Duration lag() {
        return lag;
    }

    /**
     * How many polls there were, since the trigger was built.
     *
     * @return the count
     */
    @JsonProperty("polls")
    public long polls() {
        return history.polls;
    }

    /**
     * What all polls have done together, since the trigger was built.
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

    /** As ISO 8601 text, for any version of Jackson, with or without its modules. */
    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    /**
     * Says it in a line.
     *
     * @return state, counts and the last error
     */
    @Override
    public String toString() {
        return state + ", " + history.polls + " polls, " + history.total.events() + " events"
                + (history.failures == 0 ? "" : ", " + history.failures + " failures in a row: " + history.lastError);
    }
}
