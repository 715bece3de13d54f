package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateStore;

/** An inbox in a store of states: a journal for each receiver. */
final class JournalInbox implements Inbox {

    private final StateStore store;
    private final int mostEvents;
    private final long mostBytes;

    JournalInbox(StateStore store, int mostEvents, long mostBytes) {
        this.store = store;
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    @Override
    public Mailbox open(Terms terms) {
        return JournalMailbox.open(store.open("webhook " + terms.receiver()), terms, mostEvents, mostBytes);
    }

    @Override
    public void close() {
        store.close();
    }
}
