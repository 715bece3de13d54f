package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls a service and emits an event for each record that is new or was updated.
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
 * <p>Delivery is at-least-once: a record is stored as seen only when its event was handled or kept as a dead letter. While the
 * process lives, no event is delivered twice, even when the state cannot be written for a while: then nothing is delivered.
 * After a crash, the events that were being handled are delivered again, with the same ids.
 *
 * <p>Thread-safe. A trigger uses no thread between polls.
 */
public final class PollingTrigger implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final TriggerDefinition definition;
    private final Poller poller;
    private final TriggerScheduler scheduler;

    PollingTrigger(TriggerDefinition definition, Poller poller, TriggerScheduler timetable) {
        this.definition = definition;
        this.poller = poller;
        this.scheduler = timetable;
    }

    /**
     * Creates a builder for a trigger.
     *
     * @param id identifies the trigger in its events and in the store; with the same id it continues where it was
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
     * Starts polling by the schedule, also again after {@link #stop}. Has no effect on a trigger that is running.
     *
     * @throws StateException when another trigger with the same id was started on the same engine or uses the store, or its
     *     state cannot be read
     * @throws ConnectorException when it has no schedule
     */
    public void start() {
        start(false);
    }

    /**
     * Starts polling as {@link #start()} does, but the first poll is immediate, whatever the schedule: for example because webhooks may
     * have been lost meanwhile. A trigger that is running polls as after {@link #pollNow()}.
     *
     * @throws StateException as {@link #start()} does
     * @throws ConnectorException when it has no schedule
     */
    public void startNow() {
        start(true);
    }

    private void start(boolean pollsNow) {
        poller.start();
        scheduler.start(pollsNow);
        String limitations = definition.limitations();
        if (limitations != null) {
            LOG.warn("{}: {}", id(), limitations);
        }
    }

    /** Suspends scheduled polls until {@link #resume()}. A running poll continues. */
    public void pause() {
        scheduler.pause();
    }

    /**
     * Resumes scheduled polls. Missed polls are handled by the misfire policy of the schedule. A trigger that has stopped because its
     * connection needs an authorization starts again, and polls immediately.
     */
    public void resume() {
        scheduler.resume();
    }

    /**
     * Polls now, in the calling thread. For an existing scheduler.
     *
     * @return the result of the poll
     * @throws PollingException when the trigger is polling already, or the poll cannot continue with the response of the
     *     service; with {@link PollingException.Reason#BUSY} also when its own handler, listener or filter calls this method
     * @throws StateException when its state cannot be read or written, or is in use elsewhere
     * @throws ConnectorException when a request fails
     */
    public PollResult pollOnce() {
        return poller.poll(Duration.ZERO);
    }

    /**
     * Requests a poll by the engine as soon as possible, in addition to the schedule; without waiting for it. While a poll is
     * running, another one follows it. A paused trigger polls when it is resumed, and one whose last poll has failed polls after the
     * delay for its failure.
     *
     * @return false if the trigger is not started, so that nothing was requested
     */
    public boolean pollNow() {
        return scheduler.pollNow();
    }

    /**
     * Handles records that the application has received otherwise, such as by a webhook: each version of a record results in one event,
     * whether it is pushed or polled first. A pushed record has the same detection, event id, delivery, dead letters and
     * stored state as a polled one, but proves nothing about other records, and does not move the position of the polls.
     *
     * <p>Handles the records in the calling thread, or between two pages of a running poll. When the method returns, each event was
     * handled or is a dead letter, and this is stored. When it throws, push the records again: those that were handled are recognized.
     *
     * @param records the records
     * @return the result
     * @throws ConnectorException when the trigger does not {@linkplain PollingTriggerBuilder#acceptPushes accept pushes}
     * @throws PollingException when the trigger was stopped or the thread interrupted, or the handler asks to wait; with
     *     {@link PollingException.Reason#BUSY} also when its own handler, listener or filter calls this method
     * @throws StateException when the state cannot be read or written, or is in use elsewhere
     */
    public PushResult push(PushedRecords records) {
        return poller.push(Arguments.notNull(records, "pushed records"));
    }

    /**
     * Whether the trigger accepts pushed records.
     *
     * @return whether {@link PollingTriggerBuilder#acceptPushes} was called, or the definition has its member
     */
    public boolean acceptsPushes() {
        return definition.push() != null;
    }

    /**
     * The statistics of pushed records, and of the events that pushes have missed.
     *
     * @return the statistics
     * @throws ConnectorException when the trigger does not accept pushes
     * @throws StateException when the state cannot be read, or is in use elsewhere
     */
    public PushStatus pushStatus() {
        PushMonitor monitor = poller.monitor();
        if (monitor == null) {
            throw new ConnectorException("\"" + id() + "\" does not accept pushed records: use acceptPushes(...)");
        }
        return monitor.status(poller.open().pushes());
    }

    /**
     * The time of the first poll, for a scheduler that keeps the times of a cluster.
     *
     * @return the time, in wall-clock time
     * @throws ConnectorException when the trigger has no schedule
     */
    public PlannedPoll firstPlanned() {
        return scheduler.first();
    }

    /**
     * Polls now, in the calling thread, and returns when the next poll is due. For a scheduler that keeps the times of a
     * cluster. A failed poll is reported to the listeners and logged, and has the same backoff as after {@link #start()}.
     *
     * @param planned when the poll was due by the schedule: the {@code time} of the planned poll
     * @param failures the number of consecutive failed polls before it
     * @return the next planned poll
     * @throws ConnectorException when the trigger has no schedule
     */
    public PlannedPoll pollPlanned(Instant planned, int failures) {
        return scheduler.poll(planned, failures);
    }

    /**
     * Stops the trigger: no poll starts any more, and a running poll ends after the events that are being handled. Remaining
     * events are delivered after the next start. Then the state is closed. When a handler, listener or filter of this trigger
     * calls this method, it does not wait: the poll ends and closes the state when the events that are being handled are finished.
     *
     * @param deadline how long to wait before handlers are interrupted
     * @return whether the poll ended before the deadline; true when the trigger's own handler, listener or filter calls this method
     */
    public boolean stop(Duration deadline) {
        scheduler.stop();
        return poller.stop(deadline);
    }

    /** Stops the trigger as {@link #stop} does, with a deadline of 30 seconds. Closing twice has no effect. */
    @Override
    public void close() {
        var unused = stop(CLOSE_TIMEOUT);
    }

    /**
     * The current status of the trigger.
     *
     * @return the status
     */
    public PollingStatus status() {
        return scheduler.status();
    }

    /**
     * The events that failed in all attempts.
     *
     * @return the dead letters, the oldest first
     * @throws StateException when the state cannot be read, or is in use elsewhere
     */
    public List<DeadLetter> deadLetters() {
        return poller.open().deadLetters();
    }

    /**
     * Delivers the event of a dead letter again, starting with the first attempt. When it is handled, the dead letter is
     * removed; otherwise it is kept with the new error.
     *
     * @param eventId the id of the event
     * @return whether it was handled; false also when there is no such dead letter
     */
    public boolean replay(String eventId) {
        TriggerState state = poller.open();
        DeadLetter letter = state.deadLetter(eventId);
        if (letter == null) {
            return false;
        }
        DeliveryResult delivered = poller.deliver(letter.event());
        boolean handled = !delivered.handled().isEmpty();
        poller.record(now -> {
            if (handled) {
                now.removeDeadLetter(eventId);
            }
            delivered.deadLetters().forEach(now::addDeadLetter);
        });
        return handled;
    }

    /**
     * Delivers the events of all dead letters again, oldest first.
     *
     * @return the number of events that were handled
     */
    public int replayAll() {
        int handled = 0;
        for (DeadLetter letter : deadLetters()) {
            handled += replay(letter.event().id()) ? 1 : 0;
        }
        return handled;
    }

    /**
     * Deletes a dead letter: its event counts as handled.
     *
     * @param eventId the id of the event
     * @return whether there was such a dead letter
     */
    public boolean discard(String eventId) {
        TriggerState state = poller.open();
        if (state.deadLetter(eventId) == null) {
            return false;
        }
        state.removeDeadLetter(eventId);
        state.commit();
        return true;
    }

    /**
     * Deletes the state of the trigger, including its dead letters: the next poll is a first poll. For a state that is
     * damaged, or was removed while it was in use.
     *
     * @throws PollingException when the trigger is polling: stop it first
     * @throws StateException when the state is in use elsewhere, or cannot be removed
     */
    public void reset() {
        poller.reset();
    }

    /**
     * Describes the trigger.
     *
     * @return id, request and connection
     */
    @Override
    public String toString() {
        return "\"" + definition.id() + "\": " + definition.template() + " of " + definition.connection();
    }
}
