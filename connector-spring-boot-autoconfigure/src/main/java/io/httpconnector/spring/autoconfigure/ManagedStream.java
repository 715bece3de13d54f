package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.configuration.ConnectionConfiguration;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.stream.StreamStatus;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The stream of a trigger. The connector, which Spring closes, closes it. With a shared store, one node receives it. */
final class ManagedStream implements ManagedTrigger {

    private static final Duration STOP = Duration.ofSeconds(30);

    private final String id;
    private final StreamTrigger stream;
    private boolean isPaused;

    private ManagedStream(String id, StreamTrigger stream) {
        this.id = id;
        this.stream = stream;
    }

    /** Returns a stream whose events a method handles. */
    static ManagedStream create(String id, TriggerMethod method, Connector connector) {
        if (method.isBatch()) {
            throw method.invalid("a stream of a document has no batches: use a parameter that is no List");
        }
        String connection = id.substring(0, id.indexOf('/'));
        ConnectionConfiguration.on(connection, connector, method.trigger(), method.handler(connector));
        return new ManagedStream(id, connector.stream(method.trigger()).orElseThrow());
    }

    static TriggerStatus status(String id, StreamStatus status, boolean isPaused, int deadLetters) {
        return new TriggerStatus(
                id,
                TriggerKind.STREAM,
                isPaused ? "paused" : status.phase().name().toLowerCase(Locale.ROOT),
                status.failures(),
                status.lastEvent().orElse(null),
                status.lastError().orElse(null),
                null,
                null,
                deadLetters,
                null);
    }

    static InvalidDefinitionException notPolling(String id) {
        return new InvalidDefinitionException("trigger", "\"" + id + "\" receives a stream and does not poll");
    }

    @Override
    public synchronized TriggerStatus status() {
        return status(id, stream.status(), isPaused, deadLetters().size());
    }

    @Override
    public void measure(TriggerGauges gauges) {
        gauges.addTrigger(stream.id(), () -> stream.status().failures(), () -> {
            StreamStatus status = stream.status();
            return status.phase() == StreamPhase.OPEN ? Optional.of(TimeSource.SYSTEM.now()) : status.lastEvent();
        });
    }

    @Override
    public synchronized void start() {
        if (!isPaused) {
            stream.start();
        }
    }

    @Override
    public void stop(Duration timeout) {
        boolean unused = stream.stop(timeout);
    }

    @Override
    public long poll() {
        throw notPolling(id);
    }

    @Override
    public synchronized void pause() {
        stream.pause();
        isPaused = true;
        boolean unused = stream.stop(STOP);
    }

    @Override
    public synchronized void resume() {
        isPaused = false;
        boolean unused = stream.resume();
        stream.start();
    }

    /** None on a node that does not receive the stream: another one has the state. */
    @Override
    public List<DeadLetter> deadLetters() {
        try {
            return stream.deadLetters();
        } catch (StateException e) {
            if (e.reason() != StateFailure.IN_USE) {
                throw e;
            }
            return List.of();
        }
    }

    @Override
    public boolean replay(String eventId) {
        return stream.replay(eventId);
    }

    @Override
    public boolean discard(String eventId) {
        return stream.discard(eventId);
    }
}
