package io.httpconnector.jdbc;

import io.httpconnector.trigger.TriggerEvent;
import org.jspecify.annotations.Nullable;

/**
 * A stored event, and the names of the tasks of the scheduler: one for each turn with pending events. Events with the same key
 * share a turn, whose events are handled one after the other; an event without a key has a turn of its own, which is named like
 * the event.
 *
 * @param receiver the key of the receiver
 * @param key the key of the event
 * @param turn the shared turn; null if the event has a turn of its own
 * @param content the event as JSON
 */
record InboxRow(String receiver, String key, @Nullable String turn, String content) {

    /** The name of all tasks, so that each node knows the tasks of all receivers. The receiver is a part of their instances. */
    static final String TASK = "webhook";

    /** The length of the keys of receivers, by which the instances of tasks start; the column receiver_key contains it, too. */
    private static final int RECEIVER_LENGTH = 32;

    private static final String BY_KEY = "key ";

    static InboxRow of(String receiver, TriggerEvent event) {
        String turn = event.key().isEmpty() ? null : BY_KEY + Database.key(event.key());
        return new InboxRow(
                receiver, Database.key(event.id()), turn, event.toJson().toString());
    }

    /** Whether no other event can have the same turn, so that no other transaction locks its task. */
    boolean hasOwnTurn() {
        return turn == null;
    }

    /** The instance of the task of its turn. */
    String instance() {
        return instance(receiver, turn == null ? key : turn);
    }

    static String instance(String receiver, String turn) {
        return receiver + " " + turn;
    }

    /** The key of the receiver of a task. */
    static String receiver(String instance) {
        return instance.substring(0, Math.min(instance.length(), RECEIVER_LENGTH));
    }

    /** The turn of a task. */
    static String turn(String instance) {
        return instance.substring(Math.min(instance.length(), RECEIVER_LENGTH + 1));
    }

    /** Whether events share a turn. */
    static boolean isShared(String turn) {
        return turn.startsWith(BY_KEY);
    }
}
