package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Loggers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies the connection's listeners about one call. Exceptions thrown by listeners are logged and ignored. */
final class ListenerNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

    private static final ListenerNotifier NONE = new ListenerNotifier(List.of());

    private final List<ExchangeListener> listeners;
    private final List<ExchangeListener.CallObserver> observers = new ArrayList<>();

    private ListenerNotifier(List<ExchangeListener> listeners) {
        this.listeners = listeners;
    }

    /** Creates a notifier for one call. Not thread-safe. */
    static ListenerNotifier of(List<ExchangeListener> listeners) {
        return listeners.isEmpty() ? NONE : new ListenerNotifier(listeners);
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    void started(ExchangeStarted start) {
        observers.clear();
        for (ExchangeListener listener : listeners) {
            try {
                observers.add(notNull(listener.started(start), "watch of a listener"));
            } catch (RuntimeException e) {
                logFailure(e);
            }
        }
    }

    void retrying(ExchangeResult report, Duration wait) {
        notifyListeners(observer -> observer.retrying(report, wait));
    }

    void ended(ExchangeResult report) {
        notifyListeners(observer -> observer.ended(report));
    }

    private void notifyListeners(Consumer<ExchangeListener.CallObserver> event) {
        notify(observers, event);
    }

    /** Notifies each of some listeners or observers. */
    static <T> void notify(List<T> all, Consumer<T> event) {
        for (T one : all) {
            try {
                event.accept(one);
            } catch (RuntimeException e) {
                logFailure(e);
            }
        }
    }

    private static void logFailure(RuntimeException e) {
        LOG.warn("A listener failed", e);
    }
}
