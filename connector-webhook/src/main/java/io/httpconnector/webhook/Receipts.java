package io.httpconnector.webhook;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which events have been handled: each id once, also when it comes several times at once. Safe for many threads. */
final class Receipts {

    private static final Logger LOG = LoggerFactory.getLogger(Receipts.class);

    enum Outcome {
        HANDLED,
        REPEATED,
        FAILED
    }

    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private final ConcurrentMap<String, Boolean> handled = new ConcurrentHashMap<>();

    Outcome once(String id, Work work) {
        if (handled.putIfAbsent(id, true) != null) {
            return Outcome.REPEATED;
        }
        try {
            work.run();
            return Outcome.HANDLED;
        } catch (Exception e) {
            handled.remove(id);
            LOG.warn("An event could not be handled", e);
            return Outcome.FAILED;
        }
    }
}
