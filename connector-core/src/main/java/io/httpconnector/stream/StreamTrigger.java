package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Receives the server-sent events of a service, and emits a {@link io.httpconnector.trigger.TriggerEvent} for each.
 *
 * <pre>{@code
 * try (StreamTrigger changes = StreamTrigger.named("wiki-changes")
 *         .connection(wikimedia)
 *         .request(RequestTemplate.named("Changes").get("/v2/stream/recentchange").build())
 *         .store(StateStore.file(directory))
 *         .handler(event -> index.update(event.payload().path("data")))
 *         .build()) {
 *
 *     changes.start();
 * }
 * }</pre>
 *
 * <p>The payload is an object with the members {@code event}, {@code id} and {@code data}: an object or a list if the data is one in JSON,
 * otherwise its text.
 *
 * <p>Delivery is at-least-once, if the service repeats events after {@code Last-Event-ID}: the last id is stored after its event was
 * handled or kept as a dead letter. After a crash, the events that were being handled are delivered again, with the same ids. The id of
 * an event is the one that the service has set; for an event without a new id, it is derived from the last id, the number of events since
 * then, and the content. A service that sets no ids repeats nothing: what it sends while the trigger does not run is lost.
 *
 * <p>Several nodes can start the trigger with a store that they share: one of them reads the stream, and another one continues when that one
 * has stopped, or was silent for 30 seconds. Thread-safe. A running trigger uses one thread, virtual where available (Java 21 and
 * later), and with a shared store another one.
 */
public final class StreamTrigger implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final StreamDefinition definition;
    private final StreamProgress progress;

    // Guarded by this.
    private @Nullable StreamRunner runner;

    StreamTrigger(StreamDefinition definition) {
        this.definition = definition;
        this.progress = new StreamProgress(definition.id(), definition.listeners());
    }

    /**
     * Creates a builder for a trigger.
     *
     * @param id identifies the trigger in its events and in the store; with the same id it continues where it was
     * @return a builder
     */
    public static StreamTriggerBuilder named(String id) {
        return new StreamTriggerBuilder(id);
    }

    /**
     * Returns the id of the trigger.
     *
     * @return the id
     */
    public String id() {
        return definition.id();
    }

    /**
     * Starts to read the stream in another thread, also again after {@link #stop} and after the service has ended it (status 204).
     * Has no effect on a trigger that is running. Failures are reported to the listeners, and the stream is requested again.
     */
    public synchronized void start() {
        if (runner == null || runner.isEnded()) {
            StreamRunner next = new StreamRunner(definition, progress);
            next.start();
            runner = next;
        }
    }

    /**
     * Pauses the stream on all nodes that share the store, also if they are restarted, until {@link #resume} is called on any of them. This
     * node closes its socket immediately, another one within 10 seconds; events that it is handling are finished first.
     *
     * @throws StateException if the state cannot be read or written, or is in use elsewhere
     */
    public void pause() {
        setPaused(true);
    }

    /**
     * Resumes a stream that was paused on any node. A node that has started the trigger continues where it was: this one immediately, another
     * one within 10 seconds.
     *
     * @return whether it was paused
     * @throws StateException if the state cannot be read or written, or is in use elsewhere
     */
    public boolean resume() {
        return setPaused(false);
    }

    private boolean setPaused(boolean isPaused) {
        boolean isChanged = with(state -> state.setPaused(isPaused));
        StreamRunner running;
        synchronized (this) {
            running = runner;
        }
        if (running != null && isChanged) {
            running.pauseChanged();
        }
        return isChanged;
    }

    /**
     * Stops the trigger: closes its socket, and waits for the events that are being handled.
     *
     * @param deadline how long to wait before handlers are interrupted
     * @return whether they ended before the deadline; true when the trigger's own handler or listener calls this method
     */
    public boolean stop(Duration deadline) {
        StreamRunner running;
        synchronized (this) {
            running = runner;
        }
        return running == null || running.stop(deadline);
    }

    /** Stops the trigger as {@link #stop} does, with a deadline of 30 seconds. Closing twice has no effect. */
    @Override
    public void close() {
        boolean unused = stop(CLOSE_TIMEOUT);
    }

    /**
     * Returns the current status of the trigger.
     *
     * @return the status
     */
    public StreamStatus status() {
        return progress.status();
    }

    /**
     * Returns the events that failed in all attempts.
     *
     * @return the dead letters, the oldest first
     * @throws StateException if the state cannot be read, or is in use elsewhere
     */
    public List<DeadLetter> deadLetters() {
        return with(StreamState::deadLetters);
    }

    /**
     * Delivers the event of a dead letter again, starting with the first attempt. When it is handled, the dead letter is removed;
     * otherwise it is kept with the new error.
     *
     * @param eventId the id of the event
     * @return whether it was handled; false also if there is no such dead letter
     * @throws StateException if the state cannot be read or written, or is in use elsewhere
     */
    public boolean replay(String eventId) {
        return with(state -> {
            requireFree(state);
            DeadLetter letter = state.deadLetter(eventId);
            if (letter == null) {
                return false;
            }
            DeliveryResult result = definition
                    .delivery()
                    .deliver(
                            List.of(letter.event()),
                            definition.connection().timeSource(),
                            new CountDownLatch(1),
                            DefaultExecutors.forStreams());
            if (!result.handled().isEmpty() || !result.deadLetters().isEmpty()) {
                state.replaceDeadLetter(eventId, result.deadLetters());
            }
            return !result.handled().isEmpty();
        });
    }

    /**
     * Deletes a dead letter: its event counts as handled.
     *
     * @param eventId the id of the event
     * @return whether there was such a dead letter
     * @throws StateException if the state cannot be read or written, or is in use elsewhere
     */
    public boolean discard(String eventId) {
        return with(state -> {
            requireFree(state);
            boolean exists = state.deadLetter(eventId) != null;
            if (exists) {
                state.replaceDeadLetter(eventId, List.of());
            }
            return exists;
        });
    }

    private void requireFree(StreamState state) {
        if (!definition.store().isExclusive() && !state.isFree()) {
            throw new ConnectorException(
                    "\"" + id() + "\": another node reads the stream: replay and discard dead letters there");
        }
    }

    private <T> T with(Function<StreamState, T> work) {
        StreamRunner running;
        synchronized (this) {
            running = runner;
        }
        StreamState active = running == null ? null : running.state();
        if (active != null) {
            return work.apply(active);
        }
        StreamState state = StreamState.open(
                definition.store(), definition.id(), UUID.randomUUID().toString());
        try {
            return work.apply(state);
        } finally {
            if (state.isFree()) {
                state.release();
            } else {
                state.close();
            }
        }
    }

    /**
     * Describes the trigger.
     *
     * @return id, request and connection
     */
    @Override
    public String toString() {
        return "\"" + definition.id() + "\": " + definition.request() + " of " + definition.connection();
    }
}
