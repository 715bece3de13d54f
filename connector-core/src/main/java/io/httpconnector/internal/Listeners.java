package io.httpconnector.internal;

import org.slf4j.Logger;

/** Calls listeners of the application, whose failures are logged and affect neither other listeners nor the caller. */
public final class Listeners {

    private Listeners() {}

    /**
     * Calls a listener.
     *
     * @param log the log for its failure
     * @param owner the trigger or receiver that it listens to
     * @param call calls the listener
     */
    public static void call(Logger log, String owner, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            log.error("{}: a listener failed", owner, e);
        }
    }
}
