package io.httpconnector.polling;

/**
 * Receives notifications about a trigger. The methods are called by the polling thread and must return quickly; exceptions are
 * logged.
 */
public interface PollingListener {

    /**
     * Called when a page was read and its events are finished, for example to show progress.
     *
     * @param progress the progress of the poll
     */
    default void onPage(PollProgress progress) {}

    /**
     * Called when a poll has succeeded.
     *
     * @param trigger the id of the trigger
     * @param result the result of the poll
     */
    default void onSuccess(String trigger, PollResult result) {}

    /**
     * Called when a poll has failed.
     *
     * @param trigger the id of the trigger
     * @param failure the failure
     * @param consecutiveFailures the number of failed polls since the last success, at least 1; for example, alert an operator at 3
     */
    default void onFailure(String trigger, Exception failure, int consecutiveFailures) {}

    /**
     * Called when the definition has changed since the last run, so that a part of the state has no meaning any more.
     *
     * @param trigger the id of the trigger
     * @param kept the state that is kept
     * @param reset the state that is reset
     */
    default void onChangedDefinition(String trigger, String kept, String reset) {}
}
