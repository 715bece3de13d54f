package io.httpconnector.polling;

/**
 * Is told what a trigger does. Its methods are called by the polling thread and must be quick; what they throw is logged.
 */
public interface PollingListener {

    /**
     * A page was read, and its events are finished: for a progress line.
     *
     * @param progress how far the poll has come
     */
    default void onPage(PollProgress progress) {}

    /**
     * A poll has come to its end.
     *
     * @param trigger the id of the trigger
     * @param result what it has done
     */
    default void onSuccess(String trigger, PollResult result) {}

    /**
     * A poll has failed.
     *
     * @param trigger the id of the trigger
     * @param failure why
     * @param inARow how many polls have failed since the last success, at least 1: tell somebody when it is 3
     */
    default void onFailure(String trigger, Exception failure, int inARow) {}

    /**
     * The trigger was defined in another way when it ran the last time, so that a part of its state has no meaning any more.
     *
     * @param trigger the id of the trigger
     * @param kept what it goes on with
     * @param reset what it begins anew with
     */
    default void onChangedDefinition(String trigger, String kept, String reset) {}
}
