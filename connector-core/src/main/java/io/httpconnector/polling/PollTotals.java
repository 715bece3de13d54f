package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The totals of a poll over the finished parents. Not thread-safe. */
final class PollTotals {

    private final String trigger;
    private final TimeSource time;
    private final long startTime;
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private PollResult done = PollResult.NOTHING;
    private int succeeded;
    private boolean isComplete;

    PollTotals(String trigger, TimeSource time) {
        this.trigger = trigger;
        this.time = time;
        this.startTime = time.nanos();
    }

    PollResult done() {
        return done;
    }

    void add(PollResult more) {
        done = done.plus(more);
    }

    /** The messages of the parents that failed, by their keys. */
    Map<String, String> failures() {
        return failures;
    }

    Set<String> warnings() {
        return warnings;
    }

    void warn(@Nullable String warning) {
        if (warning != null) {
            warnings.add(warning);
        }
    }

    void countSuccess() {
        succeeded++;
    }

    /** Whether the poll succeeded for any parent. */
    boolean hasSucceeded() {
        return succeeded > 0;
    }

    /** Whether the poll has failed for some parents only. */
    boolean isPartial() {
        return succeeded > 0 && !failures.isEmpty();
    }

    void complete() {
        isComplete = true;
    }

    /** Whether the poll ended without a failure. */
    boolean isComplete() {
        return isComplete;
    }

    PollProgress progress(PollResult soFar) {
        return new PollProgress(trigger, done.plus(soFar), Duration.ofNanos(time.nanos() - startTime));
    }
}
