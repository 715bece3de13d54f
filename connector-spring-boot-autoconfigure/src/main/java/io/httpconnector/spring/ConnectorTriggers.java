package io.httpconnector.spring;

import io.httpconnector.polling.PushStatus;
import io.httpconnector.trigger.DeadLetter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The triggers and webhooks that methods with {@link ConnectorTrigger} handle, and the beans of the type {@code HybridTrigger}, as
 * a bean: their state, and operations for operators and tests. A trigger is named by its connection and its name, such as {@code
 * acme/updated-orders}, a hybrid trigger by its id; that of a customer of the registry by tenant, connector and name, such as {@code
 * acme/shop/updated-orders}. Thread-safe.
 */
public interface ConnectorTriggers {

    /** The kind of a trigger. */
    enum TriggerKind {
        /** It polls the service. */
        POLLING,
        /** It receives events from the service. */
        WEBHOOK,
        /** It receives events from the service, and polls for those that are missing. */
        HYBRID,
        /** It receives a stream of server-sent events. */
        STREAM
    }

    /**
     * The status of a trigger.
     *
     * @param id the connection and the name, such as {@code acme/updated-orders}
     * @param kind the kind
     * @param state the state in lower case, such as {@code idle}, {@code polling} or {@code paused}; {@code receiving} for a webhook; the phase of a
     *     stream, such as {@code open} or {@code standby}; that of
     *     its instance in a registry, such as {@code failed} or {@code needs_authorization}
     * @param consecutiveFailures the number of failures since the last success
     * @param lastSuccess when a poll succeeded or a stream brought an event last; null if none has
     * @param lastError why a poll or the stream failed last, without secrets; null if none has
     * @param nextPoll when it polls next; null if it does not, or this is not known
     * @param path the path at which a webhook receives requests; null for other triggers and in a registry, where it is a secret
     * @param deadLetters the number of dead letters
     * @param webhook the events that the webhook of a hybrid trigger has delivered and missed; null for others, and for a webhook that
     *     only requests polls
     */
    record TriggerStatus(
            String id,
            TriggerKind kind,
            String state,
            int consecutiveFailures,
            @Nullable Instant lastSuccess,
            @Nullable String lastError,
            @Nullable Instant nextPoll,
            @Nullable String path,
            int deadLetters,
            @Nullable PushStatus webhook) {}

    /**
     * Returns the status of all triggers.
     *
     * @return the status of each trigger, ordered by id
     */
    List<TriggerStatus> list();

    /**
     * Returns the status of the triggers of a customer of the registry, see {@code connectors.registry.enabled}. The connector of each
     * instance is opened.
     *
     * @param tenant the ID of the customer
     * @return the status of each trigger, ordered by id; empty without a registry, or if there is no such customer
     */
    default List<TriggerStatus> ofTenant(String tenant) {
        return List.of();
    }

    /**
     * Polls a polling trigger now, on this thread.
     *
     * @param id the id, such as {@code acme/updated-orders}
     * @return the number of events
     * @throws io.httpconnector.InvalidDefinitionException if there is no such polling trigger
     * @throws io.httpconnector.ConnectorException if the poll fails
     */
    long poll(String id);

    /**
     * Pauses a polling trigger, or a stream on this node, until it is resumed or the application starts again.
     *
     * @param id the id
     * @throws io.httpconnector.InvalidDefinitionException if there is no such polling trigger
     */
    void pause(String id);

    /**
     * Resumes a polling trigger or a stream.
     *
     * @param id the id
     * @throws io.httpconnector.InvalidDefinitionException if there is no such polling trigger
     */
    void resume(String id);

    /**
     * Returns the dead letters of a trigger.
     *
     * @param id the id
     * @return the dead letters, oldest first; none for a webhook without an inbox
     * @throws io.httpconnector.InvalidDefinitionException if there is no such trigger
     */
    List<DeadLetter> deadLetters(String id);

    /**
     * Replays a dead letter, starting with the first attempt.
     *
     * @param id the id of the trigger
     * @param eventId the id of the event
     * @return whether the dead letter exists; for a polling trigger also whether it was handled
     * @throws io.httpconnector.InvalidDefinitionException if there is no such trigger
     */
    boolean replay(String id, String eventId);

    /**
     * Discards a dead letter.
     *
     * @param id the id of the trigger
     * @param eventId the id of the event
     * @return whether the dead letter existed
     * @throws io.httpconnector.InvalidDefinitionException if there is no such trigger
     */
    boolean discard(String id, String eventId);
}
