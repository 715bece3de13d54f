package io.httpconnector;

import java.time.Duration;

/**
 * Watches the calls of a connection, for metrics, traces and audit logs.
 *
 * <pre>{@code
 * .listener(start -> new ExchangeListener.Watch() {
 *     public void ended(ExchangeResult report) {
 *         audit.add(start.connection(), report.exchange(), report.timings());
 *     }
 * })
 * }</pre>
 *
 * <p>It is called by the thread that sends, and must be quick and safe for many threads. What it throws is logged, and does
 * not harm the call.
 */
@FunctionalInterface
public interface ExchangeListener {

    /**
     * Returns a call begins.
     *
     * @param start what is about to be sent; may be given more headers
     * @return the observer of the rest of the call
     */
    CallObserver started(ExchangeStarted start);

    /** Observes one call. */
    interface CallObserver {

        /**
         * An attempt did not succeed, and there will be another.
         *
         * @param report how it went so far
         * @param wait how long until the next attempt
         */
        default void retrying(ExchangeResult report, Duration wait) {}

        /**
         * The call is over.
         *
         * @param report how it went
         */
        default void ended(ExchangeResult report) {}
    }
}
