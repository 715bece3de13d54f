package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a trigger.
 *
 * <pre>{@code
 * Schedule.every(Duration.ofMinutes(5))
 * Schedule.every(Duration.ofMinutes(1)).spread()                                     // distributes thousands of triggers over
 * the interval
 * Schedule.cron("0 6 * * MON-FRI", ZoneId.of("Europe/Berlin")).misfire(Misfire.CATCH_UP)
 * }</pre>
 *
 * <p>A trigger never overlaps itself: when a poll takes longer than the interval, the next one starts at its next due time.
 * Immutable and thread-safe.
 */
public final class Schedule {

    /** The policy for missed polls: because the previous poll took too long, the trigger was paused, or the clock jumped. */
    public enum Misfire {
        /** Skips missed polls and waits for the next due time. */
        SKIP,
        /** Polls once, immediately. */
        CATCH_UP
    }

    private static final Duration LONGEST = Duration.ofDays(366);

    private final @Nullable Duration interval;
    private final @Nullable Cron cron;
    private final Duration jitter;
    private final Duration delay;
    private final boolean spread;
    private final Misfire misfire;

    private Schedule(
            @Nullable Duration interval,
            @Nullable Cron cron,
            Duration jitter,
            Duration delay,
            boolean spread,
            Misfire misfire) {
        this.interval = interval;
        this.cron = cron;
        this.jitter = jitter;
        this.delay = delay;
        this.spread = spread;
        this.misfire = misfire;
    }

    /**
     * Polls at a fixed rate, measured from start to start; the first poll is immediate.
     *
     * @param interval up to 366 days; the minimum is set by {@link PollingTriggerBuilder#minInterval}
     * @return the schedule
     */
    public static Schedule every(Duration interval) {
        require(
                interval != null && !interval.isNegative() && !interval.isZero() && interval.compareTo(LONGEST) <= 0,
                "an interval of " + interval + ": use more than zero, up to 366 days");
        return new Schedule(interval, null, Duration.ZERO, Duration.ZERO, false, Misfire.SKIP);
    }

    /**
     * Polls by a cron expression. Needs the library {@code cron-utils}.
     *
     * @param expression minute, hour, day of month, month and day of week, as in Unix: {@code 0 6 * * MON-FRI}
     * @param zone the time zone; a time that is skipped by a change to daylight saving time is skipped
     * @return the schedule
     * @throws InvalidDefinitionException when it is not a valid cron expression: states why
     */
    public static Schedule cron(String expression, ZoneId zone) {
        require(expression != null && zone != null, "the cron expression or its zone is null");
        Cron cron = Cron.parse(expression, zone);
        return new Schedule(null, cron, Duration.ZERO, Duration.ZERO, false, Misfire.SKIP);
    }

    /**
     * Adds a random delay to each poll, so that many triggers do not poll at the same moment.
     *
     * @param max the maximum delay, up to one day
     * @return another schedule
     */
    public Schedule jitter(Duration max) {
        require(
                max != null && !max.isNegative() && max.compareTo(Duration.ofDays(1)) <= 0,
                "a jitter of " + max + ": use up to one day");
        return new Schedule(interval, cron, max, delay, spread, misfire);
    }

    /**
     * Delays the first poll.
     *
     * @param time up to 366 days
     * @return another schedule
     */
    public Schedule startAfter(Duration time) {
        require(
                time != null && !time.isNegative() && time.compareTo(LONGEST) <= 0,
                "a delay of " + time + ": use up to 366 days");
        return new Schedule(interval, cron, jitter, time, spread, misfire);
    }

    /**
     * Makes the first poll at a random time within the first interval, so that triggers that start together stay distributed.
     *
     * @return another schedule
     */
    public Schedule spread() {
        require(interval != null, "a cron expression determines the first poll itself");
        return new Schedule(interval, cron, jitter, delay, true, misfire);
    }

    /**
     * Sets the policy for missed polls. Default: {@link Misfire#SKIP}.
     *
     * @param policy the policy
     * @return another schedule
     */
    public Schedule misfire(Misfire policy) {
        require(policy != null, "the misfire policy is null");
        return new Schedule(interval, cron, jitter, delay, spread, policy);
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("schedule", List.of(problem));
        }
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (interval != null) {
            json.put("every", interval.toString());
        }
        if (cron != null) {
            json.putObject("cron")
                    .put("expression", cron.expression())
                    .put("zone", cron.zone().getId());
        }
        json.put("jitter", jitter.toString()).put("startAfter", delay.toString());
        return json.put("spread", spread).put("misfire", misfire.name());
    }

    /** Reads the output of {@link #toJson}. */
    static Schedule read(JsonObjectReader reader) {
        List<Schedule> found = new ArrayList<>();
        reader.duration("every", interval -> found.add(every(interval)));
        reader.object("cron", Schedule::readCron, found::add);
        reader.exactlyOneOf("every", "cron");
        // A placeholder accepts the other members, so that their problems are reported too.
        Schedule start = found.isEmpty() ? every(Duration.ofDays(1)) : found.get(0);
        return new MemberSteps<>(reader, start)
                .duration("jitter", Schedule::jitter)
                .duration("startAfter", Schedule::startAfter)
                .flag("spread", Schedule::spread)
                .with("misfire", reader.constant("misfire", Misfire.class), Schedule::misfire)
                .value();
    }

    private static @Nullable Schedule readCron(JsonObjectReader reader) {
        int before = reader.problems();
        // "expression": Minute, hour, day of month, month and day of week, as in Unix: `0 6 * * MON-FRI`.
        String expression = reader.requiredText("expression");
        // "zone": The time zone.
        ZoneId zone = reader.requiredZone("zone");
        if (reader.problems() > before || zone == null) {
            return null;
        }
        List<Schedule> read = new ArrayList<>();
        reader.attempt("expression", () -> read.add(cron(expression, zone)));
        return read.isEmpty() ? null : read.get(0);
    }

    /** Whether wall-clock time is used, which may be adjusted, instead of monotonic time. */
    boolean isByClock() {
        return cron != null;
    }

    /** The minimum time between two polls. */
    Duration minInterval() {
        return interval == null ? Duration.ofMinutes(1) : interval;
    }

    /** The due time of the first poll. */
    Due first(Instant now) {
        Instant start = now.plus(delay);
        if (cron != null) {
            return new Due(cron.after(start), random(jitter));
        }
        return new Due(spread ? start.plus(random(minInterval())) : start, random(jitter));
    }

    /**
     * The due time of the next poll.
     *
     * @param due the due time of the last poll, without jitter
     * @param now the time at which it ended
     */
    Due next(Instant due, Instant now) {
        if (cron != null) {
            Instant missed = cron.after(due);
            Instant next = missed.isAfter(now) || misfire == Misfire.CATCH_UP ? missed : cron.after(now);
            return new Due(next.isBefore(now) ? now : next, random(jitter));
        }
        Instant next = due.plus(minInterval());
        if (next.isAfter(now)) {
            return new Due(next, random(jitter));
        }
        if (misfire == Misfire.CATCH_UP) {
            return new Due(now, Duration.ZERO);
        }
        long missed = Duration.between(next, now).dividedBy(minInterval());
        return new Due(next.plus(minInterval().multipliedBy(missed + 1)), random(jitter));
    }

    /**
     * A due time.
     *
     * @param time the time by the schedule
     * @param jitter the additional delay of the poll
     */
    record Due(Instant time, Duration jitter) {
        Instant start() {
            return time.plus(jitter);
        }
    }

    private static Duration random(Duration max) {
        return max.isZero()
                ? Duration.ZERO
                : Duration.ofNanos(ThreadLocalRandom.current().nextLong(max.toNanos()));
    }
}
