package io.httpconnector;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners of a connection of one call. What they throw is their own. */
final class Watches {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private final List<ExchangeListener.Watch> watches = new ArrayList<>();

    Watches(List<ExchangeListener> listeners, ExchangeStart start) {
        for (ExchangeListener listener : listeners) {
            try {
                watches.add(InvalidDefinitionException.notNull(listener.started(start), "watch of a listener"));
            } catch (RuntimeException e) {
                complain(e);
            }
        }
    }

    void retrying(ExchangeReport report, Duration wait) {
        tell(watch -> watch.retrying(report, wait));
    }

    void ended(ExchangeReport report) {
        tell(watch -> watch.ended(report));
    }

    private void tell(Consumer<ExchangeListener.Watch> news) {
        for (ExchangeListener.Watch watch : watches) {
            try {
                news.accept(watch);
            } catch (RuntimeException e) {
                complain(e);
            }
        }
    }

    private static void complain(RuntimeException e) {
        LOG.warn("A listener failed", e);
    }
}
