package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.polling.Lanes.Client;
import io.httpconnector.polling.PollingEngine.Job;
import io.httpconnector.polling.PollingEngine.Task;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.polling.Schedule.Due;
import io.httpconnector.state.StateException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Schedules the polls of a trigger, with backoff after failures. */
final class TriggerScheduler implements Task {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);
    private static final Duration FIRST_BACKOFF = Duration.ofMinutes(1);
    private static final Duration MAX_BACKOFF = Duration.ofHours(1);
    /** The maximum delay that is accepted from a service; more is considered an error. */
    private static final Duration MAX_ASKED = Duration.ofDays(1);
    /** A clock change is noticed within this time. */
    private static final Duration MAX_SLEEP = Duration.ofMinutes(1);

    private final String id;
    private final @Nullable Schedule schedule;
    private final PollingEngine engine;
    private final Poller poller;
    private final TimeSource time;
    private final long epoch;
    private final Instant epochTime;
    private final Client client;
    private final @Nullable PushMonitor monitor;

    // Guarded by this.
    private boolean started;
    private boolean paused;
    private boolean needsAuthorization;
    private boolean running;
    /** Whether a poll was requested in addition to the schedule. */
    private boolean requested;
    /** No poll starts earlier, after a failure or at the request of the service. */
    private @Nullable Instant notBefore;

    private @Nullable Due due;
    private @Nullable Job job;
    private Duration lag = Duration.ZERO;

    TriggerScheduler(String id, @Nullable Schedule schedule, PollingEngine engine, Poller poller) {
        this.id = id;
        this.schedule = schedule;
        this.engine = engine;
        this.poller = poller;
        this.time = poller.time();
        this.epoch = time.nanos();
        this.epochTime = time.now();
        this.client = new Client(poller.origin());
        this.monitor = poller.monitor();
    }

    /** Wall-clock time for cron schedules; otherwise monotonic time, independent of clock changes. */
    private Instant now() {
        return schedule != null && schedule.isByClock() ? time.now() : epochTime.plusNanos(time.nanos() - epoch);
    }

    /**
     * Starts the schedule.
     *
     * @param pollsNow whether the first poll is immediate, whatever the schedule
     */
    synchronized void start(boolean pollsNow) {
        if (schedule == null) {
            throw new ConnectorException("The trigger has no schedule: set one by every(...), or call pollOnce()");
        }
        if (!started) {
            if (!engine.claim(id)) {
                throw new StateException(
                        StateException.StateFailure.IN_USE,
                        "A trigger \"" + id + "\" is started already: use a different id for each trigger");
            }
            started = true;
            paused = false;
            needsAuthorization = false;
            notBefore = null;
            requested = pollsNow;
            scheduleAt(schedule.first(now()));
        } else if (pollsNow) {
            boolean unused = pollNow();
        }
    }

    /**
     * Requests a poll as soon as possible: after the running one, and not before the delay after a failure has passed.
     *
     * @return false when the trigger is not running
     */
    synchronized boolean pollNow() {
        requested = started;
        if (started && !paused && !running && due != null) {
            cancel();
            scheduleAt(due);
        }
        return started;
    }

    synchronized void pause() {
        paused = true;
        cancel();
    }

    synchronized void resume() {
        if (needsAuthorization && !started && schedule != null) {
            start(true);
            return;
        }
        // After a poll that is still running, the next one is scheduled anyway.
        if (paused && started && !running && schedule != null && due != null) {
            Instant now = now();
            scheduleAt(due.start().isAfter(now) ? due : schedule.next(due.time(), now));
        }
        paused = false;
    }

    synchronized void stop() {
        markStopped();
        due = null;
        cancel();
    }

    private void markStopped() {
        if (started) {
            started = false;
            engine.release(id);
        }
    }

    private void cancel() {
        if (job != null) {
            engine.cancel(job);
            job = null;
        }
    }

    private void scheduleAt(Due next) {
        due = next;
        Instant now = now();
        Instant earlier = earlierPoll(now);
        Duration delay =
                Duration.between(now, earlier == null || earlier.isAfter(next.start()) ? next.start() : earlier);
        job = engine.schedule(this, client, delay.compareTo(MAX_SLEEP) < 0 ? delay : MAX_SLEEP);
    }

    /** The time of a poll that is required in addition to the schedule; null when there is none. */
    private @Nullable Instant earlierPoll(Instant now) {
        Long left = monitor == null ? null : monitor.untilNextPoll();
        Instant at = requested ? now : (left == null ? null : now.plusMillis(left));
        return at != null && notBefore != null && at.isBefore(notBefore) ? notBefore : at;
    }

    @Override
    public void run() {
        Due planned = takeDuePoll();
        if (planned == null) {
            return;
        }
        Duration atLeast = Duration.ZERO;
        boolean ends = false;
        try {
            PollResult unused = poller.poll(lag());
            atLeast = poller.requestedInterval();
        } catch (ConnectorException e) {
            atLeast = backoff(e, poller.recorder().history().failures());
            ends = e.needsAuthorization();
        } catch (RuntimeException | Error e) {
            LOG.error("A poll failed unexpectedly", e);
            atLeast = backoff(poller.recorder().history().failures());
        } finally {
            scheduleNext(planned, atLeast, ends);
        }
    }

    @Override
    public void rejected(Throwable reason) {
        poller.recorder().rejected(reason);
    }

    /** Returns the poll that is due now; null when none is. */
    private synchronized @Nullable Due takeDuePoll() {
        if (!started || paused || due == null) {
            return null;
        }
        Instant now = now();
        Instant earlier = earlierPoll(now);
        if (now.isBefore(due.start())) {
            if (earlier == null || earlier.isAfter(now)) {
                scheduleAt(due);
                return null;
            }
            due = new Due(now, Duration.ZERO);
        }
        requested = false;
        running = true;
        lag = Duration.between(due.start(), now);
        return due;
    }

    private synchronized Duration lag() {
        return lag;
    }

    private synchronized void scheduleNext(Due planned, Duration atLeast, boolean ends) {
        running = false;
        if (ends) {
            LOG.warn("The trigger stops: authorize the connection again, then start the trigger");
            markStopped();
            needsAuthorization = true;
            due = null;
        }
        if (!started || schedule == null) {
            return;
        }
        Instant now = now();
        due = next(schedule, planned.time(), now, poller.recorder().history().failures() > 0, atLeast);
        notBefore = atLeast.isZero() ? null : now.plus(atLeast);
        if (!paused) {
            scheduleAt(due);
        }
    }

    /** After a failure the planned poll is made later. */
    private static Due next(Schedule schedule, Instant planned, Instant now, boolean failing, Duration atLeast) {
        Due next = schedule.next(planned, now);
        Instant earliest = now.plus(atLeast.compareTo(MAX_ASKED) < 0 ? atLeast : MAX_ASKED);
        boolean moves = failing || next.start().isBefore(earliest);
        return moves ? new Due(planned, Duration.between(planned, earliest)) : next;
    }

    /** The time of the first poll, for an external scheduler. */
    PlannedPoll first() {
        Due first = scheduled().first(time.now());
        return new PlannedPoll(first.time(), first.start(), 0, false);
    }

    /** Polls on behalf of an external scheduler. */
    PlannedPoll poll(Instant planned, int failuresBefore) {
        Schedule current = scheduled();
        Duration atLeast;
        int failures = 0;
        boolean ends = false;
        try {
            Duration late = Duration.between(planned, time.now());
            boolean isStopped =
                    poller.poll(late.isNegative() ? Duration.ZERO : late).stopped();
            if (isStopped && !poller.wasInterrupted()) {
                // Another node does the rest immediately.
                return new PlannedPoll(planned, time.now(), failuresBefore, false);
            }
            // A handler that is interrupted each time must not cause poll after poll.
            failures = isStopped ? failuresBefore + 1 : 0;
            atLeast = isStopped ? backoff(failures) : poller.requestedInterval();
        } catch (ConnectorException e) {
            failures = failuresBefore + 1;
            atLeast = backoff(e, failures);
            ends = e.needsAuthorization();
        }
        Due next = next(current, planned, time.now(), failures > 0, atLeast);
        Long left = failures > 0 || monitor == null ? null : monitor.untilNextPoll();
        Instant earlier = left == null ? null : time.now().plusMillis(Math.max(left, atLeast.toMillis()));
        if (earlier != null && earlier.isBefore(next.start())) {
            next = new Due(earlier, Duration.ZERO);
        }
        return new PlannedPoll(next.time(), next.start(), failures, ends);
    }

    private Schedule scheduled() {
        if (schedule == null) {
            throw new ConnectorException("The trigger has no schedule: set one by every(...)");
        }
        return schedule;
    }

    /**
     * The backoff doubles with each consecutive failure, has a small random part, and is never less than the service has
     * requested.
     */
    private Duration backoff(ConnectorException e, int failures) {
        if (e instanceof PollingException busy && busy.reason() == Reason.BUSY) {
            return Duration.ZERO;
        }
        Duration wait = backoff(failures);
        Duration asked = e.retryAfter().orElse(Duration.ZERO);
        return wait.compareTo(asked) < 0 ? asked : wait;
    }

    private Duration backoff(int failures) {
        Duration interval = schedule == null ? FIRST_BACKOFF : schedule.minInterval();
        Duration first = interval.compareTo(FIRST_BACKOFF) < 0 ? interval : FIRST_BACKOFF;
        return new Backoff(first, MAX_BACKOFF).delay(failures, 1, 1.25);
    }

    synchronized PollingStatus status() {
        Instant next = due == null || paused ? null : time.now().plus(Duration.between(now(), due.start()));
        State state = state();
        Duration late = state == State.WAITING ? late() : lag;
        return new PollingStatus(state, poller.recorder().history(), next, late);
    }

    /** The time since a poll that has not started was due; negative when none is. */
    private Duration late() {
        return !started || paused || due == null ? Duration.ofNanos(-1) : Duration.between(due.start(), now());
    }

    private State state() {
        if (needsAuthorization) {
            return paused ? State.PAUSED : State.AUTHORIZATION_NEEDED;
        }
        if (poller.isPolling()) {
            return State.POLLING;
        }
        if (paused && started) {
            return State.PAUSED;
        }
        if (late().toMillis() > 0) {
            return State.WAITING;
        }
        return started || poller.isOpen() ? State.IDLE : State.STOPPED;
    }
}
