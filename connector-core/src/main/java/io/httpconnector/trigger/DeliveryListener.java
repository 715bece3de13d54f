package io.httpconnector.trigger;

import java.util.List;
import java.util.Optional;

/**
 * A listener for the attempts to handle events, for metrics, traces and alerts. Polling triggers and webhook receivers with an
 * inbox use the same one.
 *
 * <pre>{@code
 * Delivery.to(handler).listener(new DeliveryListener() {
 *     public AttemptObserver onAttempt(DeliveryAttempt attempt) {
 *         return (result, failure) -> {
 *             if (result.outcome() == AttemptResult.Outcome.DEAD_LETTER) {
 *                 alerts.raise(attempt.events().get(0) + " failed " + attempt.number() + " times", failure);
 *             }
 *         };
 *     }
 * })
 * }</pre>
 *
 * <p>Called by the thread of the handler, before and after the handler, so a listener can set the context of the thread. It must
 * return quickly and be thread-safe. Exceptions are logged and do not affect the delivery.
 */
public interface DeliveryListener {

    /**
     * Called before the handler. The default does nothing.
     *
     * @param attempt the attempt
     * @return an observer of the rest of the attempt
     */
    default AttemptObserver onAttempt(DeliveryAttempt attempt) {
        return AttemptObserver.NONE;
    }

    /**
     * Combines listeners: they are called in their order before the handler, and in the opposite order after it. An exception of
     * one is logged, and does not affect the others.
     *
     * @param listeners the listeners
     * @return one listener, which never throws
     */
    static DeliveryListener all(List<? extends DeliveryListener> listeners) {
        return new DeliveryListeners(List.copyOf(listeners));
    }

    /**
     * An attempt to handle events.
     *
     * @param events the events, at least one and at most one batch; all of one trigger or receiver
     * @param number the number of the attempt, starting at 1
     */
    record DeliveryAttempt(List<TriggerEvent> events, int number) {}

    /** Observes one attempt. */
    @FunctionalInterface
    interface AttemptObserver {

        /** An observer that does nothing. */
        AttemptObserver NONE = (result, failure) -> {};

        /**
         * Called after the handler, by the same thread.
         *
         * @param result the result
         * @param failure what the handler has thrown; empty if the events were handled
         */
        void onResult(AttemptResult result, Optional<Throwable> failure);
    }
}
