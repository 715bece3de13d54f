package io.httpconnector.cli;

import io.httpconnector.definition.HybridHost;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;

/**
 * Keeps the state of a hybrid trigger and of subscriptions where the commands {@code connector poll} and {@code connector subscriptions} find them.
 *
 * @param trigger the ID of the trigger
 * @param polls the store of the trigger
 * @param subscriptions the store of subscriptions
 */
record HybridState(String trigger, StateStore polls, StateStore subscriptions) implements StateStore {

    /** Only polls: the webhook of a hybrid trigger has no URL. */
    static final HybridHost ONLY_POLLS = new HybridHost() {
        @Override
        public void requestPoll(String name) {
            // There are no webhooks.
        }

        @Override
        public boolean receivesRequests(String webhook) {
            return true;
        }
    };

    @Override
    public StateLog open(String id) {
        return (id.equals(trigger) ? polls : subscriptions).open(id);
    }

    @Override
    public void close() {
        polls.close();
    }
}
