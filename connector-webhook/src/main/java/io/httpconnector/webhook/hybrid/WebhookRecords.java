package io.httpconnector.webhook.hybrid;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.StatusException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PushResult;
import io.httpconnector.polling.PushedRecords;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.WebhookEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the records of webhook events to the trigger that polls them. */
final class WebhookRecords {

    private static final Logger LOG = LoggerFactory.getLogger(HybridTrigger.class);

    private final WebhookPayload payload;
    private final @Nullable HttpConnection connection;
    private final PollingTrigger trigger;
    private final Runnable poll;
    private final Consumer<Runnable> betweenPolls;

    /**
     * Creates the mapping.
     *
     * @param poll requests a poll
     * @param betweenPolls executes a push while no other node polls
     */
    WebhookRecords(
            WebhookPayload payload,
            @Nullable HttpConnection connection,
            PollingTrigger trigger,
            Runnable poll,
            Consumer<Runnable> betweenPolls) {
        this.payload = payload;
        this.connection = connection;
        this.trigger = trigger;
        this.poll = poll;
        this.betweenPolls = betweenPolls;
    }

    /** Handles an event: when the method returns, its records are handled and stored. */
    void handle(WebhookEvent event) {
        if (!payload.isRelevant(event)) {
            LOG.debug("{} has a type without an effect", event);
            return;
        }
        if (payload.isNudge()) {
            poll.run();
            return;
        }
        List<JsonNode> records = payload.recordsOf(event);
        if (records.isEmpty()) {
            LOG.warn("{}: there is no record at the locations of its payload: the trigger polls instead", event);
            poll.run();
            return;
        }
        PushedRecords pushed = records(event, records);
        betweenPolls.accept(() -> push(pushed));
    }

    private void push(PushedRecords records) {
        PushResult result = trigger.push(records);
        if (result.outdated() > 0) {
            // Perhaps a record that was deleted exists again.
            poll.run();
        }
    }

    private PushedRecords records(WebhookEvent event, List<JsonNode> records) {
        RequestTemplate template = payload.template();
        if (payload.isDeletion(event)) {
            return PushedRecords.deleted(records.toArray(new JsonNode[0]));
        }
        return template == null || connection == null
                ? PushedRecords.changed(records)
                : PushedRecords.reading(() -> fetch(template, connection, event, records));
    }

    private PushedRecords fetch(
            RequestTemplate template, HttpConnection service, WebhookEvent event, List<JsonNode> records) {
        List<JsonNode> changed = new ArrayList<>();
        List<JsonNode> deleted = new ArrayList<>();
        for (JsonNode record : records) {
            Pills pills = Pills.of("event", event.payload()).and("record", record);
            try {
                changed.add(payload.fetched(service.send(template.render(pills)).json()));
            } catch (StatusException e) {
                boolean isGone = e.status() == 404 || e.status() == 410;
                if (!isGone || !payload.isNotFoundDeleted()) {
                    throw e;
                }
                deleted.add(record);
            }
        }
        return PushedRecords.changed(changed).andDeleted(deleted);
    }
}
