package io.httpconnector.definition.registry;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;

/** Repeats changes that another node was faster with, so that two nodes change an instance one after the other. */
final class ConflictRetry {

    private static final int MAX_TRIES = 5;

    private ConflictRetry() {}

    /**
     * Makes a change.
     *
     * @param change the change
     * @param refresh reads what the other node has stored; throws if the change is no longer possible
     * @throws StateException if the change could not be stored
     */
    static void run(Runnable change, Runnable refresh) {
        for (int tries = 1; ; tries++) {
            try {
                change.run();
                return;
            } catch (StateException e) {
                if (e.reason() != StateFailure.CONFLICT) {
                    throw e;
                }
                refresh.run();
                if (tries == MAX_TRIES) {
                    throw e;
                }
            }
        }
    }
}
