package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Loggers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners of a connection of one call. What they throw is their own. */
final class ListenerNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

    private final List<ExchangeListener.CallObserver> watches = new ArrayList<>();

    ListenerNotifier(List<ExchangeListener> listeners, ExchangeStarted start) {
        for (ExchangeListener listener : listeners) {
            try {
                watches.add(notNull(listener.started(start), "watch of a listener"));
            } catch (RuntimeException e) {
                logFailure(e);
            }
        }
    }

    void retrying(ExchangeResult report, Duration wait) {
        notifyListeners(watch -> watch.retrying(report, wait));
    }

    void ended(ExchangeResult report) {
        notifyListeners(watch -> watch.ended(report));
    }

    private void notifyListeners(Consumer<ExchangeListener.CallObserver> news) {
        for (ExchangeListener.CallObserver watch : watches) {
            try {
                news.accept(watch);
            } catch (RuntimeException e) {
                logFailure(e);
            }
        }
    }

    private static void logFailure(RuntimeException e) {
        LOG.warn("A listener failed", e);
    }
}
