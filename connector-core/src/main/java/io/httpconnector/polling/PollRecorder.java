package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.PollingStatus.History;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records the outcomes of polls in the history of a trigger, and notifies its listeners of them. Thread-safe. */
final class PollRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private final TriggerDefinition definition;
    private final OpenState state;
    private final TimeSource time;
    private final PollingListeners listeners;

    // Guarded by this.
    private History history = History.NONE;

    PollRecorder(TriggerDefinition definition, OpenState state, TimeSource time, PollingListeners listeners) {
        this.definition = definition;
        this.state = state;
        this.time = time;
        this.listeners = listeners;
    }

    void succeeded(PollTotals totals) {
        record(history().succeeded(time.now(), totals.done(), warnings(totals)));
        listeners.notify(listener -> listener.onSuccess(definition.id(), totals.done()));
    }

    private List<String> warnings(PollTotals totals) {
        totals.warn(state.damage());
        String shifting = definition.limitations();
        if (shifting != null) {
            totals.warnings().add(shifting);
        }
        return List.copyOf(totals.warnings());
    }

    void failed(RuntimeException e, PollTotals totals) {
        String message = String.valueOf(e.getMessage());
        History failed = history()
                .failed(
                        time.now(),
                        message,
                        totals.done(),
                        totals.isPartial(),
                        warnings(totals),
                        Map.copyOf(totals.failures()));
        record(failed);
        LOG.warn("{}: poll failed, {} in a row: {}", definition.id(), failed.failures(), e.getMessage());
        listeners.notify(listener -> listener.onFailure(definition.id(), e, Math.max(1, failed.failures())));
    }

    /** Called when a due poll could not be started. */
    void rejected(Throwable reason) {
        failed(
                new ConnectorException(
                        "The poll could not be started, because no thread was available: " + reason, reason),
                new PollTotals(definition.id(), time));
    }

    private synchronized void record(History changed) {
        history = changed;
    }

    synchronized History history() {
        return history;
    }
}
