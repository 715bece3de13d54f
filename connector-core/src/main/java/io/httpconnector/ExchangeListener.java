package io.httpconnector;

import java.time.Duration;

/**
 * A listener for the calls of a connection, for metrics, traces and audit logs.
 *
 * <pre>{@code
 * .listener(start -> new ExchangeListener.CallObserver() {
 *     public void ended(ExchangeResult report) {
 *         audit.add(start.connection(), report.exchange(), report.timings());
 *     }
 * })
 * }</pre>
 *
 * <p>Called on the sending thread, so implementations must return quickly and be thread-safe. Exceptions are logged and do not
 * affect the call.
 */
@FunctionalInterface
public interface ExchangeListener {

    /**
     * Called when a call starts.
     *
     * @param start the call, to which header fields can be added
     * @return an observer of the rest of the call
     */
    CallObserver started(ExchangeStarted start);

    /** Observes one call. */
    interface CallObserver {

        /**
         * Called when an attempt has failed and another one follows. The default does nothing.
         *
         * @param report the result so far
         * @param wait the delay before the next attempt
         */
        default void retrying(ExchangeResult report, Duration wait) {}

        /**
         * Called when the call has ended. The default does nothing.
         *
         * @param report the result of the call
         */
        default void ended(ExchangeResult report) {}
    }
}
