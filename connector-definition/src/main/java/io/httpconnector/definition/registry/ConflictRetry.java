package io.httpconnector.definition.registry;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateRetry;

/** Repeats changes that another node was faster with, so that two nodes change an instance one after the other. */
final class ConflictRetry {

    private static final StateRetry RETRY = new StateRetry(5, 1);

    private ConflictRetry() {}

    /**
     * Makes a change.
     *
     * @param change the change
     * @param refresh reads what the other node has stored; throws if the change is no longer possible
     * @throws StateException if the change could not be stored
     */
    static void run(Runnable change, Runnable refresh) {
        boolean unused = RETRY.run(() -> {
            try {
                change.run();
                return true;
            } catch (StateException e) {
                if (e.reason() == StateFailure.CONFLICT) {
                    refresh.run();
                }
                throw e;
            }
        });
    }
}
