package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateStore;

/** An inbox in a store of states: a journal for each receiver. */
final class StateStoreInbox implements Inbox {

    private final StateStore store;
    private final int mostEvents;
    private final long mostBytes;

    StateStoreInbox(StateStore store, int mostEvents, long mostBytes) {
        this.store = store;
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    @Override
    public Mailbox open(Settings terms) {
        return StateStoreMailbox.open(store.open("webhook " + terms.receiver()), terms, mostEvents, mostBytes);
    }

    @Override
    public void close() {
        store.close();
    }
}
