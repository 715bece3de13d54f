package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Asks a service again and again, and makes an event of each record that is new or was updated.
 *
 * <pre>{@code
 * try (PollingTrigger updated = PollingTrigger.named("updated-issues")
 *         .connection(jira)
 *         .request(searchIssues)                                  // with {{cursor}}
 *         .records(RecordSelector.at("/issues"))
 *         .key("/id").version("/fields/updated")
 *         .cursor(Cursor.timestamp("/fields/updated").resolution(Duration.ofMinutes(1)))
 *         .pagination(Pagination.offset("startAt").size("maxResults", 100))
 *         .every(Duration.ofMinutes(5))
 *         .store(StateStore.file(directory))
 *         .handler(event -> tickets.upsert(event.payload()))
 *         .build()) {
 *
 *     updated.start();
 * }
 * }</pre>
 *
 * <p>Nothing is lost: what was seen is stored only when its events were handled, or are kept as dead letters. Nothing comes twice while
 * the process lives, also when the state can't be written for a while: then nothing is delivered; after a crash, the events that were being handled come again, with the same ids.
 *
 * <p>Safe for many threads. A trigger takes no thread while it waits.
 */
public final class PollingTrigger implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TriggerDefinition definition;
    private final Poller poller;
    private final TriggerScheduler timetable;

    PollingTrigger(TriggerDefinition definition, Poller poller, TriggerScheduler timetable) {
        this.definition = definition;
        this.poller = poller;
        this.timetable = timetable;
    }

    /**
     * Starts to describe a trigger.
     *
     * @param id what the trigger is known by, in its events and in the store: keep it, and it goes on where it was
     * @return a builder
     */
    public static PollingTriggerBuilder named(String id) {
        return new PollingTriggerBuilder(id);
    }

    /**
     * The id of the trigger.
     *
     * @return the id
     */
    public String id() {
        return definition.id();
    }

    /**
     * Begins to poll by the schedule; or again, after it was stopped. What is running already goes on.
     *
     * @throws StateException when another trigger with the same id was started on the same engine or has the store, or its state
     *     can't be read
     * @throws ConnectorException when it has no schedule
     */
    public void start() {
        poller.start();
        timetable.start();
    }

    /** Lets no scheduled poll begin until {@link #resume()}. One that runs goes on. */
    public void pause() {
        timetable.pause();
    }

    /** Ends a pause. What was missed is treated as the schedule says. */
    public void resume() {
        timetable.resume();
    }

    /**
     * Polls now, in this thread, for a scheduler that you have already.
     *
     * @return what the poll has done
     * @throws PollingException when the trigger polls already, or can't go on with what the service answers; with
     *     {@link PollingException.Reason#BUSY} also when its own handler, listener or filter calls this
     * @throws StateException when its state can't be read or written, or is in use by another
     * @throws ConnectorException when the service can't be asked
     */
    public PollResult pollOnce() {
        return poller.poll();
    }

    /**
     * When the first poll is due, for a scheduler that keeps the times for many machines.
     *
     * @return the time, by the clock on the wall
     * @throws ConnectorException when the trigger has no schedule
     */
    public PlannedPoll firstPlanned() {
        return timetable.first();
    }

    /**
     * Polls now, in this thread, and says when the next poll is due: for a scheduler that keeps the times for many machines. A poll
     * that fails is told to the listeners and logged, and has a backoff as one of {@link #start()}.
     *
     * @param planned when it was due by the schedule, which is the {@code time} of what was planned
     * @param failures how many polls have failed in a row before it
     * @return what is planned now
     * @throws ConnectorException when the trigger has no schedule
     */
    public PlannedPoll pollPlanned(Instant planned, int failures) {
        return timetable.poll(planned, failures);
    }

    /**
     * Stops: no poll begins any more, and one that runs ends after the events that are being handled. What is left comes after the
     * next start. Then the state is given back. Called by a handler, listener or filter of the trigger itself, it does not wait: the poll
     * ends, and gives the state back, when the events that are being handled are finished.
     *
     * @param deadline how long to wait before handlers are interrupted
     * @return whether it did not take that long; true when the trigger's own handler, listener or filter calls this
     */
    public boolean stop(Duration deadline) {
        timetable.stop();
        return poller.stop(deadline);
    }

    /** Stops, within 30 seconds, as {@link #stop} does. To close twice does no harm. */
    @Override
    public void close() {
        var unused = stop(PATIENCE);
    }

    /**
     * What the trigger is doing.
     *
     * @return its status at this moment
     */
    public PollingStatus status() {
        return timetable.status();
    }

    /**
     * The events that no attempt could get handled.
     *
     * @return the dead letters, the oldest first
     * @throws StateException when the state can't be read, or is in use by another
     */
    public List<DeadLetter> deadLetters() {
        return poller.open().dead();
    }

    /**
     * Delivers the event of a dead letter again, with all its attempts. When it is handled the dead letter is gone, or else it is kept
     * with the new error.
     *
     * @param eventId the id of the event
     * @return whether it was handled; false as well when there is no such dead letter
     */
    public boolean replay(String eventId) {
        TriggerState state = poller.open();
        DeadLetter letter = state.dead(eventId);
        if (letter == null) {
            return false;
        }
        DeliveryResult delivered = poller.deliver(letter.event());
        boolean handled = !delivered.handled().isEmpty();
        poller.record(now -> {
            if (handled) {
                now.buried(eventId);
            }
            delivered.dead().forEach(now::died);
        });
        return handled;
    }

    /**
     * Delivers the events of all dead letters again, the oldest first.
     *
     * @return how many were handled
     */
    public int replayAll() {
        int handled = 0;
        for (DeadLetter letter : deadLetters()) {
            handled += replay(letter.event().id()) ? 1 : 0;
        }
        return handled;
    }

    /**
     * Throws a dead letter away: its event counts as handled.
     *
     * @param eventId the id of the event
     * @return whether there was one
     */
    public boolean discard(String eventId) {
        TriggerState state = poller.open();
        if (state.dead(eventId) == null) {
            return false;
        }
        state.buried(eventId);
        state.commit();
        return true;
    }

    /**
     * Forgets what the trigger has stored, its dead letters included: the next poll is a first one. For a state that is damaged, or was
     * removed while it was in use.
     *
     * @throws PollingException when it polls at this moment: stop it before
     * @throws StateException when the state is in use by another, or can't be removed
     */
    public void reset() {
        poller.reset();
    }

    /**
     * Says what it is.
     *
     * @return id, request and connection
     */
    @Override
    public String toString() {
        return "\"" + definition.id() + "\": " + definition.template() + " of " + definition.connection();
    }
}
