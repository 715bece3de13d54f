package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.polling.RecordIdentity.Item;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Delivers the events of deleted records, which a poll has missed or a push has brought, and forgets their keys. */
final class DeletedRecords implements ChangeDetection.DeletionHandler {

    /** The text of the key of an invalid record. */
    static final String INVALID = "";

    private static final long DELETED = -1;

    private final PollTransaction transaction;
    private final PollContext context;
    private final EventDelivery delivery;
    private final ChangeDetection detection;
    private final Fingerprint origin;
    private final @Nullable PushJudge judge;

    /**
     * Creates a delivery.
     *
     * @param origin the fingerprint of the trigger and the parent
     * @param judge knows the recent occurrences; null when the trigger accepts no pushes
     */
    DeletedRecords(
            PollTransaction transaction,
            PollContext context,
            EventDelivery delivery,
            ChangeDetection detection,
            Fingerprint origin,
            @Nullable PushJudge judge) {
        this.transaction = transaction;
        this.context = context;
        this.delivery = delivery;
        this.detection = detection;
        this.origin = origin;
        this.judge = judge;
    }

    /** Delivers the events of deleted records. */
    @Override
    public void deliverDeleted(List<Fingerprint> keys) {
        Map<Fingerprint, String> texts = new LinkedHashMap<>();
        for (Fingerprint key : keys) {
            String text = transaction.keyTexts().getOrDefault(key, key.toString());
            if (text.equals(INVALID)) {
                // It had no key, and so no event.
                transaction.forget(key);
            } else {
                texts.put(key, text);
            }
        }
        deliverDeleted(texts, Map.of());
    }

    /** Delivers the events of records that were pushed as deleted; the caller commits. */
    void deliverPushed(List<Item> items) {
        Map<Fingerprint, String> texts = new LinkedHashMap<>();
        Map<Fingerprint, Item> pushed = new HashMap<>();
        for (Item item : items) {
            KeyEntry known = transaction.seen().get(item.print());
            if (judge != null
                    && judge.isDeletionNew(item, known == null || detection.isForgotten(known) ? null : known)) {
                texts.put(item.print(), item.key());
                pushed.put(item.print(), item);
            }
        }
        if (!texts.isEmpty()) {
            deliverDeleted(texts, pushed);
            transaction.setCheckpoint(transaction.checkpoint().withNextGeneration());
        }
    }

    private void deliverDeleted(Map<Fingerprint, String> texts, Map<Fingerprint, Item> pushed) {
        Map<String, Fingerprint> byEvent = new LinkedHashMap<>();
        List<TriggerEvent> events = new ArrayList<>();
        texts.forEach((key, text) -> {
            KeyEntry known = transaction.seen().get(key);
            String computed = origin.with(key.high())
                    .with(key.low())
                    .with(DELETED)
                    .with(known == null ? 0 : known.version())
                    .with(known == null ? 0 : known.count())
                    .with(transaction.checkpoint().generation())
                    .toString();
            String id = judge == null ? computed : judge.eventId(key, Occurrence.DELETION, computed);
            byEvent.put(id, key);
            events.add(delivery.event(
                    id,
                    ChangeType.DELETED,
                    text,
                    MissingNode.getInstance(),
                    context.time().now()));
        });
        if (judge != null && !events.isEmpty()) {
            byEvent.forEach((id, key) -> judge.reserveDeletion(key, id));
            transaction.commit();
        }
        EventDelivery.DeliveryOutcome finished = delivery.deliver(events);
        byEvent.forEach((id, key) -> {
            if (finished.contains(id)) {
                if (judge != null) {
                    judge.finishDeletion(key, pushed.get(key), id);
                }
                transaction.forget(key);
            }
        });
        delivery.requireAllFinished(finished);
    }
}
