package io.httpconnector.webhook.hybrid;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PushResult;
import io.httpconnector.polling.PushedRecords;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookHandler;
import io.httpconnector.webhook.WebhookListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handler of webhook events that passes their records to the trigger that polls them. {@link HybridTrigger} has one; use it directly
 * for a trigger and a receiver that the application creates separately. Immutable; thread-safe.
 *
 * <pre>{@code
 * WebhookRecords records = WebhookRecords.of(WebhookPayload.records("/object"), trigger);
 * WebhookReceiver receiver = WebhookReceiver.named("contacts").verify(verifier).handler(records).build();
 * }</pre>
 */
public final class WebhookRecords implements WebhookHandler {

    private static final Logger LOG = LoggerFactory.getLogger(HybridTrigger.class);

    private final WebhookPayload payload;
    private final @Nullable HttpConnection connection;
    private final BiFunction<Pills, JsonNode, Pills> pills;
    private final PollingTrigger trigger;
    private final Runnable poll;
    private final Consumer<Runnable> betweenPolls;

    private WebhookRecords(
            WebhookPayload payload,
            @Nullable HttpConnection connection,
            BiFunction<Pills, JsonNode, Pills> pills,
            PollingTrigger trigger,
            Runnable poll,
            Consumer<Runnable> betweenPolls) {
        this.payload = payload;
        this.connection = connection;
        this.pills = pills;
        this.trigger = trigger;
        this.poll = poll;
        this.betweenPolls = betweenPolls;
    }

    /**
     * Creates a handler.
     *
     * @param payload the meaning of the payload
     * @param trigger the trigger, which accepts pushes unless the payload only requests polls
     * @return the handler
     */
    public static WebhookRecords of(WebhookPayload payload, PollingTrigger trigger) {
        Arguments.notNull(trigger, "trigger");
        return new WebhookRecords(
                Arguments.notNull(payload, "payload"),
                null,
                (pills, record) -> pills,
                trigger,
                () -> {
                    boolean unused = trigger.pollNow();
                },
                Runnable::run);
    }

    /**
     * Sets the connection of the requests that complete records, see {@link WebhookPayload#fetch}.
     *
     * @param service the connection
     * @return another handler
     */
    public WebhookRecords connection(HttpConnection service) {
        return new WebhookRecords(
                payload, Arguments.notNull(service, "connection"), pills, trigger, poll, betweenPolls);
    }

    /**
     * Adds values for the requests that complete records.
     *
     * @param change adds values to the pills {@code record} and {@code event}; its second argument is the record
     * @return another handler
     */
    public WebhookRecords pills(BiFunction<Pills, JsonNode, Pills> change) {
        return new WebhookRecords(payload, connection, Arguments.notNull(change, "pills"), trigger, poll, betweenPolls);
    }

    /**
     * Requests polls from another scheduler than that of the trigger. Default: {@link PollingTrigger#pollNow()}.
     *
     * @param request requests a poll without waiting for it
     * @param push executes a push, preferably while no node polls
     * @return another handler
     */
    public WebhookRecords pollElsewhere(Runnable request, Consumer<Runnable> push) {
        return new WebhookRecords(
                payload,
                connection,
                pills,
                trigger,
                Arguments.notNull(request, "request of a poll"),
                Arguments.notNull(push, "push"));
    }

    /**
     * Returns a listener for the receiver of the webhook. It requests a poll when an event arrives again, because a later event without
     * an id, but with the same body, counts as a repetition and is not handled.
     *
     * @return a listener with a memory of its own
     */
    public WebhookListener repetitions() {
        return new RepeatedEvents(poll);
    }

    /** Handles an event: when the method returns, its records are handled and stored. */
    @Override
    public void handle(WebhookEvent event) {
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
            Pills values = pills.apply(Pills.of("event", event.payload()).and("record", record), record);
            Request request;
            try {
                request = template.render(values);
            } catch (RenderException e) {
                LOG.warn("{}: a record cannot be requested: the trigger polls instead: {}", event, e.getMessage());
                poll.run();
                continue;
            }
            try {
                changed.add(payload.fetched(service.send(request).json()));
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
