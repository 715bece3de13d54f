package io.httpconnector.polling;

import io.httpconnector.internal.Listeners;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of a trigger. An exception of a listener is logged and ignored.
 *
 * @param trigger the id of the trigger
 */
record PollingListeners(String trigger, List<PollingListener> listeners) {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    /** Calls each listener. */
    void notify(Consumer<PollingListener> call) {
        listeners.forEach(listener -> Listeners.call(LOG, trigger, () -> call.accept(listener)));
    }
}
