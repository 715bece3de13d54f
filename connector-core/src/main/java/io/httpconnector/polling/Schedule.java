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
 * When a trigger polls.
 *
 * <pre>{@code
 * Schedule.every(Duration.ofMinutes(5))
 * Schedule.every(Duration.ofMinutes(1)).spread()                                     // thousands of triggers, not all at once
 * Schedule.cron("0 6 * * MON-FRI", ZoneId.of("Europe/Berlin")).misfire(Misfire.CATCH_UP)
 * }</pre>
 *
 * <p>A trigger never overlaps itself: when a poll takes longer than the interval, the next one begins when it is due the next time.
 * Immutable and safe for many threads.
 */
public final class Schedule {

    /** What to do about polls that were missed: because the one before took too long, the trigger was paused, or the clock jumped. */
    public enum Misfire {
        /** Wait until the next one is due. */
        SKIP,
        /** Poll once, at once. */
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
     * Polls in equal distances, from start to start; the first time at once.
     *
     * @param interval up to 366 days; the trigger says how short it may be
     * @return the schedule
     */
    public static Schedule every(Duration interval) {
        require(
                interval != null && !interval.isNegative() && !interval.isZero() && interval.compareTo(LONGEST) <= 0,
                "an interval of " + interval + ": use more than nothing, up to 366 days");
        return new Schedule(interval, null, Duration.ZERO, Duration.ZERO, false, Misfire.SKIP);
    }

    /**
     * Polls at times of the day. It needs the library {@code cron-utils}.
     *
     * @param expression minute, hour, day of month, month and day of week, as Unix has them: {@code 0 6 * * MON-FRI}
     * @param zone where the times count; one that a change to summer time leaves out is
     *     left out
     * @return the schedule
     * @throws InvalidDefinitionException when it is no cron expression: says why
     */
    public static Schedule cron(String expression, ZoneId zone) {
        require(expression != null && zone != null, "the cron expression or its zone is null");
        Cron cron = Cron.parse(expression, zone);
        return new Schedule(null, cron, Duration.ZERO, Duration.ZERO, false, Misfire.SKIP);
    }

    /**
     * Polls up to this much later, at random each time, so that many triggers don't ask at the same moment.
     *
     * @param max up to a day
     * @return another schedule
     */
    public Schedule jitter(Duration max) {
        require(
                max != null && !max.isNegative() && max.compareTo(Duration.ofDays(1)) <= 0,
                "a jitter of " + max + ": use up to a day");
        return new Schedule(interval, cron, max, delay, spread, misfire);
    }

    /**
     * Polls the first time after a delay, instead of at once.
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
     * Polls the first time at a random moment of the first interval, so that many triggers that start together stay apart.
     *
     * @return another schedule
     */
    public Schedule spread() {
        require(interval != null, "a cron expression says itself when it begins");
        return new Schedule(interval, cron, jitter, delay, true, misfire);
    }

    /**
     * Says what to do about polls that were missed. Default: {@link Misfire#SKIP}.
     *
     * @param policy the policy
     * @return another schedule
     */
    public Schedule misfire(Misfire policy) {
        require(policy != null, "the misfire policy is null");
        return new Schedule(interval, cron, jitter, delay, spread, policy);
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new InvalidDefinitionException("schedule", List.of(otherwise));
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

    /** Reads what {@link #toJson} wrote. */
    static Schedule read(JsonObjectReader reader) {
        List<Schedule> found = new ArrayList<>();
        reader.duration("every", interval -> found.add(every(interval)));
        reader.object("cron", Schedule::readCron, found::add);
        reader.exactlyOneOf("every", "cron");
        // A placeholder takes the other members, so that what is wrong with them is found, too.
        Schedule start = found.isEmpty() ? every(Duration.ofDays(1)) : found.get(0);
        return new MemberSteps<>(reader, start)
                .duration("jitter", Schedule::jitter)
                .duration("startAfter", Schedule::startAfter)
                .flag("spread", Schedule::spread)
                .with("misfire", reader.constant("misfire", Misfire.class), Schedule::misfire)
                .value();
    }

    private static @Nullable Schedule readCron(JsonObjectReader reader) {
        String expression = reader.requiredText("expression");
        ZoneId zone = reader.requiredZone("zone");
        if (expression.isEmpty() || zone == null) {
            return null;
        }
        List<Schedule> read = new ArrayList<>();
        reader.attempt("expression", () -> read.add(cron(expression, zone)));
        return read.isEmpty() ? null : read.get(0);
    }

    /** Whether the clock on the wall counts, which may be set; or else the time that passes. */
    boolean isByClock() {
        return cron != null;
    }

    /** What a poll has at least between it and the next. */
    Duration shortest() {
        return interval == null ? Duration.ofMinutes(1) : interval;
    }

    /** When the first poll is due. */
    Due first(Instant now) {
        Instant begin = now.plus(delay);
        if (cron != null) {
            return new Due(cron.after(begin), random(jitter));
        }
        return new Due(spread ? begin.plus(random(shortest())) : begin, random(jitter));
    }

    /**
     * When the next poll is due.
     *
     * @param due when the last one was due, without its jitter
     * @param now when it has ended
     */
    Due next(Instant due, Instant now) {
        if (cron != null) {
            Instant missed = cron.after(due);
            Instant next = missed.isAfter(now) || misfire == Misfire.CATCH_UP ? missed : cron.after(now);
            return new Due(next.isBefore(now) ? now : next, random(jitter));
        }
        Instant next = due.plus(shortest());
        if (next.isAfter(now)) {
            return new Due(next, random(jitter));
        }
        if (misfire == Misfire.CATCH_UP) {
            return new Due(now, Duration.ZERO);
        }
        long missed = Duration.between(next, now).dividedBy(shortest());
        return new Due(next.plus(shortest().multipliedBy(missed + 1)), random(jitter));
    }

    /**
     * A moment.
     *
     * @param time by the schedule
     * @param jitter how much later the poll begins
     */
    record Due(Instant time, Duration jitter) {
        Instant begin() {
            return time.plus(jitter);
        }
    }

    private static Duration random(Duration max) {
        return max.isZero()
                ? Duration.ZERO
                : Duration.ofNanos(ThreadLocalRandom.current().nextLong(max.toNanos()));
    }
}
