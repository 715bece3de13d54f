package io.httpconnector.polling;

import io.httpconnector.trigger.DeliveryListener;
import java.time.Duration;

/**
 * Receives notifications about a trigger, also about the attempts to handle its events. Must be thread-safe and return quickly;
 * exceptions are logged. Except for {@link #onAttempt}, the methods are called by the polling thread: first {@link #onStart}, at
 * the end {@link #onSuccess} or {@link #onFailure}.
 */
public interface PollingListener extends DeliveryListener {

    /**
     * Called when a poll starts.
     *
     * @param trigger the id of the trigger
     * @param lag the time since the poll was due; zero if it was not scheduled
     */
    default void onStart(String trigger, Duration lag) {}

    /**
     * Called when a page was read and its events are finished, for example to show progress.
     *
     * @param progress the progress of the poll
     */
    default void onPage(PollProgress progress) {}

    /**
     * Called when a poll has succeeded, or was stopped before its end.
     *
     * @param trigger the id of the trigger
     * @param result the result of the poll
     */
    default void onSuccess(String trigger, PollResult result) {}

    /**
     * Called when a poll has failed, or could not be started.
     *
     * @param trigger the id of the trigger
     * @param failure the failure
     * @param consecutiveFailures the number of failed polls since the last success, at least 1; for example, alert an operator at 3
     */
    default void onFailure(String trigger, Exception failure, int consecutiveFailures) {}

    /**
     * Called when pushes have missed events: a poll has found them, and they were not pushed within the grace time.
     *
     * @param trigger the id of the trigger
     * @param status the statistics
     */
    default void onMissed(String trigger, PushStatus status) {}

    /**
     * Called when nothing is pushed although there is something to push: alert an operator. Until records are pushed again, the trigger
     * polls at the interval {@link PushSettings#whenSilent}.
     *
     * @param trigger the id of the trigger
     * @param status the statistics
     */
    default void onSilence(String trigger, PushStatus status) {}

    /**
     * Called when records are pushed again after {@link #onSilence}.
     *
     * @param trigger the id of the trigger
     * @param status the statistics
     */
    default void onSilenceEnded(String trigger, PushStatus status) {}

    /**
     * Called when the definition has changed since the last run, so that a part of the state has no meaning any more.
     *
     * @param trigger the id of the trigger
     * @param kept the state that is kept
     * @param reset the state that is reset
     */
    default void onChangedDefinition(String trigger, String kept, String reset) {}
}
