package io.httpconnector.stream;

import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;

/**
 * Receives notifications about a stream trigger, also about the attempts to handle its events. Must be thread-safe and return
 * quickly; exceptions are logged. Except for {@link #onAttempt}, the methods are called by the thread of the stream.
 */
public interface StreamListener extends DeliveryListener {

    /**
     * Called when the service has responded with an event stream.
     *
     * @param trigger the id of the trigger
     * @param lastEventId the id after which the stream continues; empty if there is none
     */
    default void onOpen(String trigger, String lastEventId) {}

    /**
     * Called when the service has ended the stream.
     *
     * @param trigger the id of the trigger
     * @param delay the delay before it is requested again; zero if the service has no more events (status 204), so that the trigger
     *     ends
     */
    default void onEnd(String trigger, Duration delay) {}

    /**
     * Called when the stream has failed, or its state cannot be used.
     *
     * @param trigger the id of the trigger
     * @param failure the failure
     * @param consecutiveFailures the number of failures since something was received, at least 1; for example, alert an operator at 3
     */
    default void onFailure(String trigger, Exception failure, int consecutiveFailures) {}
}
