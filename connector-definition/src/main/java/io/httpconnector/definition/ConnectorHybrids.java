package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorReader.Parts;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.hybrid.WebhookRecords;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The hybrid triggers of a connector: passes the records of their webhooks to the triggers that poll them. Thread-safe. */
final class ConnectorHybrids {

    private final Parts parts;
    private final ConnectorContext context;
    private final ConnectorComponents components;
    private final HttpConnection connection;
    private final InputValues values;
    private final ReceivedValues received;
    private final OptionalInputs empty;

    /** By the name of the webhook. */
    private final Map<String, OpenHybrid> open = new ConcurrentHashMap<>();

    private volatile boolean isClosed;

    /**
     * A trigger that has a handler.
     *
     * @param push passes an event of the webhook to it
     * @param poll requests a poll
     */
    private record OpenHybrid(EventHandler push, Runnable poll) {}

    ConnectorHybrids(
            Parts parts,
            ConnectorContext context,
            ConnectorComponents components,
            HttpConnection connection,
            InputValues values,
            ReceivedValues received,
            OptionalInputs empty) {
        this.parts = parts;
        this.context = context;
        this.components = components;
        this.connection = connection;
        this.values = values;
        this.received = received;
        this.empty = empty;
    }

    /**
     * The reception of a webhook.
     *
     * @param handler handles its events
     * @param repetitions requests a poll when an event arrives again
     */
    record HybridReception(EventHandler handler, WebhookListener repetitions) {}

    /** Returns the reception of the webhook of a trigger. */
    HybridReception open(String name, DefinedHybrid hybrid, PollingTrigger trigger) {
        HybridHost host = context.hybrids == null ? pollingItself(trigger) : context.hybrids;
        WebhookRecords records = WebhookRecords.of(hybrid.payload(empty, components.filters()), trigger)
                .connection(connection)
                .pills(pills(hybrid))
                .pollElsewhere(() -> host.requestPoll(name), push -> host.betweenPolls(name, push));
        EventHandler push = event -> push(records, trigger, event);
        String webhook = hybrid.webhook();
        open.put(webhook, new OpenHybrid(push, () -> host.requestPoll(name)));
        return new HybridReception(event -> host.receive(webhook, event, push), records.repetitions());
    }

    private void push(WebhookRecords records, PollingTrigger trigger, TriggerEvent event) {
        if (isClosed) {
            throw new ConnectorException("The connector is closed: the event is handled when it is sent again");
        }
        try {
            records.handle(WebhookEvent.of(event));
        } finally {
            if (isClosed) {
                // The push may have opened the state again after the trigger was closed.
                trigger.close();
            }
        }
    }

    private static HybridHost pollingItself(PollingTrigger trigger) {
        return name -> {
            boolean unused = trigger.pollNow();
        };
    }

    /** Returns the values of the inputs for the request that completes records. */
    private BiFunction<Pills, JsonNode, Pills> pills(DefinedHybrid hybrid) {
        Set<String> steps = DefinedHybrid.recordSteps(hybrid.template(), components.filters());
        Map<String, String> texts = values.texts();
        Supplier<Map<String, String>> current =
                received.areUsedBy(hybrid.template()) ? received.with(texts, connection) : () -> texts;
        return (pills, record) -> {
            Pills all = pills.andFrom(InputText.STEP, current);
            for (String step : steps) {
                all = all.and(step, record);
            }
            return all;
        };
    }

    boolean isReceivedElsewhere(DefinedHybrid hybrid) {
        return context.hybrids != null && context.hybrids.receivesRequests(hybrid.webhook());
    }

    /** Accepts no events any more. The triggers must be closed afterwards. */
    void close() {
        isClosed = true;
    }

    void close(DefinedHybrid hybrid) {
        open.remove(hybrid.webhook());
    }

    /** Requests a poll of the trigger with a webhook, because events may be missing. */
    void reconcile(String webhook) {
        String owner = owner(parts, webhook);
        OpenHybrid hybrid = open.get(webhook);
        if (owner != null && context.hybrids != null) {
            context.hybrids.requestPoll(owner);
        } else if (hybrid != null) {
            hybrid.poll().run();
        }
    }

    /** Passes an event of a webhook to its trigger. */
    void push(String webhook, TriggerEvent event) throws Exception {
        OpenHybrid hybrid = open.get(webhook);
        if (hybrid == null) {
            throw new InvalidDefinitionException(
                    "connector " + parts.id() + " of tenant \"" + context.tenant + "\"",
                    List.of(webhook + ": no hybrid trigger with this webhook has a handler: set it by on(...)"));
        }
        hybrid.push().handle(event);
    }

    /** Returns the trigger that has a webhook; null if none has it. */
    static @Nullable String owner(Parts parts, String webhook) {
        for (Map.Entry<String, DefinedTrigger> trigger : parts.triggers().entrySet()) {
            DefinedHybrid hybrid = trigger.getValue().hybrid();
            if (hybrid != null && hybrid.webhook().equals(webhook)) {
                return trigger.getKey();
            }
        }
        return null;
    }
}
