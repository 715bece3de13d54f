package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateStore;

/** An inbox in a state store, with one log per receiver. */
final class StateStoreInbox implements Inbox {

    private final StateStore store;
    private final int maxEvents;
    private final long maxBytes;

    StateStoreInbox(StateStore store, int mostEvents, long mostBytes) {
        this.store = store;
        this.maxEvents = mostEvents;
        this.maxBytes = mostBytes;
    }

    @Override
    public Mailbox open(Settings terms) {
        return StateStoreMailbox.open(store.open("webhook " + terms.receiver()), terms, maxEvents, maxBytes);
    }

    @Override
    public void close() {
        store.close();
    }
}
