package io.httpconnector.stream;

import io.httpconnector.stream.StreamStatus.StreamPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tracks the status of a stream trigger, and notifies its listeners. Thread-safe. */
final class StreamProgress {

    private static final Logger LOG = LoggerFactory.getLogger(StreamTrigger.class);

    private final String trigger;
    private final List<StreamListener> listeners;

    // Guarded by this.
    private StreamPhase phase = StreamPhase.STOPPED;
    private String lastEventId = "";
    private long events;
    private long connections;
    private @Nullable Instant lastEvent;
    private int failures;
    private @Nullable String lastError;

    StreamProgress(String trigger, List<StreamListener> listeners) {
        this.trigger = trigger;
        this.listeners = listeners;
    }

    synchronized StreamStatus status() {
        return new StreamStatus(
                phase,
                lastEventId,
                events,
                connections,
                Optional.ofNullable(lastEvent),
                failures,
                Optional.ofNullable(lastError));
    }

    synchronized void phase(StreamPhase next) {
        phase = next;
    }

    void opened(String lastId) {
        synchronized (this) {
            phase = StreamPhase.OPEN;
            connections++;
            lastEventId = lastId;
        }
        LOG.debug("{}: the stream is open", trigger);
        notifyAll(listener -> listener.onOpen(trigger, lastId));
    }

    synchronized void received(Instant now) {
        lastEvent = now;
    }

    /** Records that the position has advanced: the stream is not failing any more. */
    synchronized void advanced() {
        failures = 0;
    }

    synchronized void finished(int count, String lastId) {
        events += count;
        lastEventId = lastId;
    }

    void ended(Duration delay) {
        LOG.debug("{}: the service has ended the stream", trigger);
        notifyAll(listener -> listener.onEnd(trigger, delay));
    }

    void failed(Exception failure) {
        int next;
        synchronized (this) {
            next = failures + 1;
        }
        failed(failure, next);
    }

    void failed(Exception failure, int consecutive) {
        synchronized (this) {
            failures = consecutive;
            lastError = String.valueOf(failure.getMessage());
        }
        LOG.warn("{}: the stream has failed ({} in a row): {}", trigger, consecutive, failure.getMessage());
        notifyAll(listener -> listener.onFailure(trigger, failure, consecutive));
    }

    private void notifyAll(Consumer<StreamListener> notification) {
        for (StreamListener listener : listeners) {
            try {
                notification.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("{}: a listener has failed", trigger, e);
            }
        }
    }
}
