package io.httpconnector.trigger;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several listeners as one. The exceptions of a listener are logged.
 *
 * @param listeners the listeners
 */
record DeliveryListeners(List<? extends DeliveryListener> listeners) implements DeliveryListener {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    @Override
    public AttemptObserver onAttempt(DeliveryAttempt attempt) {
        List<AttemptObserver> observers = new ArrayList<>(listeners.size());
        for (DeliveryListener listener : listeners) {
            notify(attempt, () -> observers.add(0, listener.onAttempt(attempt)));
        }
        return (result, failure) ->
                observers.forEach(observer -> notify(attempt, () -> observer.onResult(result, failure)));
    }

    private static void notify(DeliveryAttempt attempt, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.error("{}: a listener failed", attempt.events().get(0).trigger(), e);
        }
    }
}
