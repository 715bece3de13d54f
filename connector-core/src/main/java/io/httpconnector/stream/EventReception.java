package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.stream.StreamState.StreamPosition;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the events of one connection. Events that arrive together are delivered together, before more is read, and then the position
 * is stored. Used by the thread of the stream.
 */
final class EventReception implements EventConnection.EventReceiver {

    private static final int MAX_TOGETHER = 1000;
    /** The number of events that are not delivered after which the position is stored. */
    private static final int MAX_SKIPPED = 1000;

    private static final Backoff STORE_BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final StreamDefinition definition;
    private final StreamProgress progress;
    private final StreamState state;
    private final StreamRunner runner;
    private final TimeSource time;
    private final List<ReceivedEvent> pending = new ArrayList<>();
    private StreamPosition received;
    private StreamPosition reached;
    /** The id of the last event. */
    private String lastId;

    private int skipped;

    /**
     * An event that is received and not finished.
     *
     * @param event the event; null if it is not delivered
     * @param position the position after it
     */
    private record ReceivedEvent(@Nullable TriggerEvent event, StreamPosition position) {}

    EventReception(
            StreamDefinition definition,
            StreamProgress progress,
            StreamState state,
            StreamPosition start,
            StreamRunner runner) {
        this.definition = definition;
        this.progress = progress;
        this.state = state;
        this.runner = runner;
        this.time = definition.connection().timeSource();
        this.reached = start;
        this.lastId = start.lastEventId();
        // A service repeats what follows the last id; without one, it repeats nothing.
        this.received = start.lastEventId().isEmpty() ? start : new StreamPosition(start.lastEventId(), 0);
    }

    /** Returns the position up to which all events are finished. */
    StreamPosition reached() {
        return reached;
    }

    @Override
    public void opened() {
        progress.opened(reached.lastEventId());
    }

    @Override
    public void beforeRead() {
        if (!pending.isEmpty()) {
            finishPending();
        }
    }

    @Override
    public boolean event(ServerSentEvent event) {
        boolean isNewId = !event.id().equals(lastId);
        lastId = event.id();
        // The stream cannot be continued after an id that no header can carry.
        boolean isPosition = EventParser.isSendable(lastId);
        received = new StreamPosition(
                isPosition ? lastId : received.lastEventId(),
                isNewId && isPosition && !lastId.isEmpty() ? 0 : received.count() + 1);
        pending.add(new ReceivedEvent(
                definition.delivers(event) ? definition.event(event, isNewId, received, time.now()) : null, received));
        progress.received(time.now());
        if (pending.size() >= MAX_TOGETHER) {
            finishPending();
        }
        return true;
    }

    private void finishPending() {
        runner.endReading();
        Set<String> done = new HashSet<>();
        boolean isStored = false;
        while (!pending.isEmpty()) {
            List<TriggerEvent> events = pending.stream()
                    .map(ReceivedEvent::event)
                    .filter(Objects::nonNull)
                    .filter(event -> !done.contains(event.id()))
                    .toList();
            if (events.isEmpty() && !isStored && ++skipped < MAX_SKIPPED) {
                reached = pending.get(pending.size() - 1).position();
                progress.advanced();
                pending.clear();
                break;
            }
            deliver(events, done);
            isStored = true;
        }
        runner.startReading();
    }

    /** Delivers events and stores the outcome. */
    private void deliver(List<TriggerEvent> events, Set<String> done) {
        DeliveryResult result = definition.delivery().deliver(events, time, runner.stopGate(), runner::help);
        boolean isInterrupted = Thread.interrupted();
        result.handled().forEach(event -> done.add(event.id()));
        int free = definition.maxDeadLetters() - state.deadLetters().size();
        List<DeadLetter> letters =
                result.deadLetters().stream().limit(Math.max(0, free)).toList();
        letters.forEach(letter -> done.add(letter.event().id()));
        int finished = 0;
        while (finished < pending.size() && isDone(pending.get(finished), done)) {
            finished++;
        }
        if (finished > 0 || !letters.isEmpty()) {
            StreamPosition position =
                    finished == 0 ? reached : pending.get(finished - 1).position();
            store(position, letters);
            reached = position;
            if (finished > 0) {
                progress.advanced();
            }
            skipped = 0;
            pending.subList(0, finished).clear();
        }
        progress.finished(result.handled().size() + letters.size(), reached.lastEventId());
        if (pending.isEmpty()) {
            return;
        }
        if (letters.size() < result.deadLetters().size()) {
            throw new ConnectorException("There are " + state.deadLetters().size()
                    + " dead letters, which is the limit (maxDeadLetters): replay or discard them");
        }
        // Otherwise the delivery was stopped.
        runner.pause(isInterrupted ? Duration.ZERO : result.retryAfter().orElse(Duration.ZERO));
    }

    private static boolean isDone(ReceivedEvent one, Set<String> done) {
        return one.event() == null || done.contains(one.event().id());
    }

    /** Stores the position; nothing else is delivered before it is stored. */
    private void store(StreamPosition position, List<DeadLetter> letters) {
        for (int failures = 1; ; failures++) {
            try {
                state.checkpoint(position, letters);
                return;
            } catch (StateException e) {
                if (e.reason() != StateFailure.UNAVAILABLE) {
                    throw e;
                }
                progress.failed(e, failures);
                runner.pause(STORE_BACKOFF.delay(failures, 0.5, 1));
            }
        }
    }
}
