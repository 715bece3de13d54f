package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import io.httpconnector.polling.Lanes.Client;
import io.httpconnector.polling.PollingEngine.Job;
import io.httpconnector.polling.PollingEngine.Task;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The planned polls of a trigger that an application creates only while it polls, see {@link PollingEngine#plan}. Thread-safe.
 */
public final class PlannedPolls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);
    private static final Duration AFTER_EXCEPTION = Duration.ofMinutes(1);
    /** A clock change is noticed within this time. */
    private static final Duration MAX_SLEEP = Duration.ofMinutes(1);

    private final PollingEngine engine;
    private final String id;
    private final UnaryOperator<PlannedPoll> poll;
    private final Client client;
    private final Task task = new Polls();

    // Guarded by this.
    private PlannedPoll next;
    private @Nullable Job job;
    private boolean requested;
    private boolean running;
    private boolean ended;

    PlannedPolls(PollingEngine engine, String id, String origin, PlannedPoll first, UnaryOperator<PlannedPoll> poll) {
        this.engine = engine;
        this.id = id;
        this.poll = poll;
        this.client = new Client(origin);
        this.next = first;
        if (!engine.claim(id)) {
            throw new StateException(
                    StateFailure.IN_USE,
                    "A trigger \"" + id + "\" is started already: use a different id for each trigger");
        }
    }

    synchronized PlannedPolls start() {
        schedule();
        return this;
    }

    private void schedule() {
        TimeSource time = engine.time();
        Duration delay = Duration.between(time.now(), next.start());
        job = engine.schedule(task, client, delay.compareTo(MAX_SLEEP) < 0 ? delay : MAX_SLEEP);
    }

    /** The task of the engine. */
    private final class Polls implements Task {

        @Override
        public void run() {
            PlannedPoll due = due();
            if (due == null) {
                return;
            }
            PlannedPoll planned = null;
            try {
                planned = poll.apply(due);
            } catch (RuntimeException e) {
                LOG.warn("{}: the trigger cannot poll and tries again in a minute", id, e);
            } finally {
                finished(due, planned);
            }
        }

        @Override
        public void rejected(Throwable reason) {
            LOG.warn("{}: no thread was available for a poll, which is tried again", id, reason);
        }
    }

    private synchronized @Nullable PlannedPoll due() {
        if (ended) {
            return null;
        }
        if (engine.time().now().isBefore(next.start())) {
            schedule();
            return null;
        }
        requested = false;
        running = true;
        return next;
    }

    private synchronized void finished(PlannedPoll due, @Nullable PlannedPoll planned) {
        running = false;
        if (planned != null && planned.needsAuthorization()) {
            close();
        }
        if (!ended) {
            Instant later = engine.time().now().plus(AFTER_EXCEPTION);
            next = planned == null ? new PlannedPoll(due.time(), later, due.failures() + 1, false) : planned;
            if (requested) {
                bringForward();
            }
            schedule();
        }
    }

    /** Plans the next poll for now, but not before the delay after a failure. */
    private void bringForward() {
        Instant now = engine.time().now();
        if (next.failures() == 0 && next.start().isAfter(now)) {
            next = new PlannedPoll(next.time().isAfter(now) ? now : next.time(), now, 0, false);
        }
    }

    /**
     * Requests a poll as soon as possible, in addition to the schedule; without waiting for it. While a poll is running, another one
     * follows it. If the last poll has failed, the next one waits for the delay after the failure.
     *
     * @return false if the polls have ended, so that nothing was requested
     */
    public synchronized boolean pollNow() {
        if (ended) {
            return false;
        }
        requested = true;
        if (!running) {
            bringForward();
            if (job != null) {
                engine.cancel(job);
            }
            schedule();
        }
        return true;
    }

    /**
     * Returns the next planned poll.
     *
     * @return the poll; empty if the polls have ended, because they were closed or an authorization is needed
     */
    public synchronized Optional<PlannedPoll> next() {
        return ended ? Optional.empty() : Optional.of(next);
    }

    /** Starts no more polls. A poll in progress continues. Closing again has no effect. */
    @Override
    public synchronized void close() {
        if (!ended) {
            ended = true;
            engine.release(id);
            if (job != null) {
                engine.cancel(job);
            }
        }
    }
}
