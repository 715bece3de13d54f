package io.httpconnector.trigger;

import io.httpconnector.internal.Listeners;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
            notify(
                    attempt,
                    () -> observers.add(
                            0, Objects.requireNonNull(listener.onAttempt(attempt), "onAttempt returned null")));
        }
        return (result, failure) ->
                observers.forEach(observer -> notify(attempt, () -> observer.onResult(result, failure)));
    }

    private static void notify(DeliveryAttempt attempt, Runnable call) {
        Listeners.call(LOG, attempt.events().get(0).trigger(), call);
    }
}
