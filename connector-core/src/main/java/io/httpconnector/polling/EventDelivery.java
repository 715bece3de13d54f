package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Delivers the events of one poll or push, and keeps those that failed in all attempts as dead letters. Not thread-safe. */
final class EventDelivery {

    /** For a delivery whose outcome is stored in one attempt. */
    static final Set<String> NONE = Set.of();

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final JsonNode parent;
    private final PollContext context;
    private final Set<String> handledBefore;
    private long handled;
    private long dead;

    /**
     * Creates a delivery.
     *
     * @param parent the parent of the events
     * @param handledBefore receives the ids of the events that were handled, which are not delivered again when the outcome could not
     *     be stored; or {@link #NONE}
     */
    EventDelivery(
            TriggerDefinition definition,
            PollTransaction transaction,
            JsonNode parent,
            PollContext context,
            Set<String> handledBefore) {
        this.definition = definition;
        this.transaction = transaction;
        this.parent = parent;
        this.context = context;
        this.handledBefore = handledBefore;
    }

    /**
     * The outcome of a delivery.
     *
     * @param ids the events that were handled or are kept as dead letters; null for all
     * @param retryAfter the delay before the others are delivered
     */
    record DeliveryOutcome(
            @Nullable Set<String> ids, @Nullable Duration retryAfter) {

        boolean isAll() {
            return ids == null;
        }

        boolean contains(String eventId) {
            return ids == null || ids.contains(eventId);
        }
    }

    long handled() {
        return handled;
    }

    long deadLetters() {
        return dead;
    }

    TriggerEvent event(String id, ChangeType change, String key, JsonNode payload, Instant now) {
        return new TriggerEvent(id, definition.id(), change, key, payload, parent, now);
    }

    DeliveryOutcome deliver(List<TriggerEvent> given) {
        List<TriggerEvent> events = given;
        Set<String> ids = new HashSet<>();
        if (!handledBefore.isEmpty()) {
            events = new ArrayList<>(given);
            events.removeIf(event -> handledBefore.contains(event.id()) && ids.add(event.id()));
            handled += ids.size();
        }
        if (events.isEmpty()) {
            return new DeliveryOutcome(null, null);
        }
        List<TriggerEvent> fresh = events;
        DeliveryResult delivered = context.deadline()
                .handling(
                        () -> definition.delivery().deliver(fresh, context.time(), context.stop(), context.helpers()));
        List<TriggerEvent> done = delivered.handled();
        handled += done.size();
        if (handledBefore != NONE) {
            done.forEach(event -> handledBefore.add(event.id()));
        }
        if (done.size() == events.size()) {
            return new DeliveryOutcome(null, null);
        }
        done.forEach(event -> ids.add(event.id()));
        for (DeadLetter letter : delivered.deadLetters()) {
            if (transaction.deadLetterCount() < definition.limits().deadLetters()) {
                transaction.addDeadLetter(letter);
                ids.add(letter.event().id());
                dead++;
            }
        }
        return new DeliveryOutcome(
                ids.size() == given.size() ? null : ids, delivered.retryAfter().orElse(null));
    }

    /** Keeps an event that was never delivered as a dead letter. */
    void keep(TriggerEvent event, String problem, Instant now) {
        if (transaction.deadLetterCount() >= definition.limits().deadLetters()) {
            requireAllFinished(new DeliveryOutcome(Set.of(), null));
        }
        transaction.addDeadLetter(new DeadLetter(event, problem, 0, now));
        dead++;
    }

    /** Throws when not all events are finished, after what is finished was stored. */
    void requireAllFinished(DeliveryOutcome outcome) {
        if (!outcome.isAll()) {
            transaction.commit();
            if (context.isStopped()) {
                throw new PollContext.StoppedException();
            }
            if (outcome.retryAfter != null) {
                throw new PollingException(outcome.retryAfter);
            }
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "There are " + transaction.deadLetterCount()
                            + " dead letters, which is the limit (maxDeadLetters): replay or discard them");
        }
    }
}
