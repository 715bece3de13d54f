package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookListener;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mailbox for the webhooks of all instances, which share its threads. Ids and keys of events contain their instance, so that
 * those of different instances are independent. Thread-safe.
 */
final class RegistryInbox implements AutoCloseable {

    private static final String NAME = "connector-registry";
    private static final char SEPARATOR = '\n';
    private static final int CONCURRENCY = 16;
    private static final Duration WINDOW = Duration.ofDays(1);
    private static final int MAX_IDS = 100_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Inbox inbox;
    private final TimeSource time;
    private final Handler handler;
    private final List<WebhookListener> listeners;
    private @Nullable Mailbox mailbox;

    /** Handles an event of an instance. */
    @FunctionalInterface
    interface Handler {
        void handle(InstanceId id, String webhook, TriggerEvent event) throws Exception;
    }

    RegistryInbox(Inbox inbox, TimeSource time, List<WebhookListener> listeners, Handler handler) {
        this.listeners = listeners;
        this.inbox = inbox;
        this.time = time;
        this.handler = handler;
    }

    /** Starts to handle stored events. */
    synchronized Mailbox open() {
        if (mailbox == null) {
            Delivery delivery = Delivery.to(this::handle).concurrently(CONCURRENCY);
            mailbox = inbox.open(new Inbox.Settings(
                    NAME,
                    listeners.isEmpty() ? delivery : delivery.listener(RequestListener.ofMailbox(listeners)),
                    WINDOW,
                    MAX_IDS,
                    time));
        }
        return mailbox;
    }

    private static String source(InstanceId id, String webhook) {
        return id.tenant() + "/" + id.connector() + "/" + webhook;
    }

    /** Returns an event as one of the webhook of an instance. */
    static TriggerEvent of(InstanceId id, String webhook, TriggerEvent event) {
        return new TriggerEvent(
                event.id(),
                source(id, webhook),
                event.change(),
                event.key(),
                event.payload(),
                event.parent(),
                event.time());
    }

    /** Stores an event for some instances before its request is acknowledged: for all or none of them. */
    void put(List<InstanceId> ids, String webhook, TriggerEvent event) {
        List<TriggerEvent> stored = new ArrayList<>();
        for (InstanceId id : ids) {
            String source = source(id, webhook);
            stored.add(new TriggerEvent(
                    source + SEPARATOR + event.id(),
                    source,
                    event.change(),
                    event.key().isEmpty() ? "" : source + SEPARATOR + event.key(),
                    event.payload(),
                    event.parent(),
                    event.time()));
        }
        if (!open().put(stored, TIMEOUT)) {
            throw new ConnectorException(
                    "The inbox is full: the sender repeats the event of " + source(ids.get(0), webhook));
        }
    }

    /** Returns a stored event as the service has sent it. */
    static TriggerEvent original(TriggerEvent stored) {
        int prefix = stored.trigger().length() + 1;
        return new TriggerEvent(
                stored.id().substring(prefix),
                stored.trigger(),
                stored.change(),
                stored.key().isEmpty() ? "" : stored.key().substring(prefix),
                stored.payload(),
                stored.parent(),
                stored.time());
    }

    /** Returns the dead letters of a webhook of an instance, with the events as the service has sent them. */
    List<DeadLetter> deadLetters(InstanceId id, String webhook) {
        String source = source(id, webhook);
        return open().deadLetters().stream()
                .filter(letter -> letter.event().trigger().equals(source))
                .map(letter ->
                        new DeadLetter(original(letter.event()), letter.error(), letter.attempts(), letter.time()))
                .toList();
    }

    boolean replay(InstanceId id, String webhook, String eventId) {
        return open().replay(source(id, webhook) + SEPARATOR + eventId);
    }

    boolean discard(InstanceId id, String webhook, String eventId) {
        return open().discard(source(id, webhook) + SEPARATOR + eventId);
    }

    private void handle(TriggerEvent stored) throws Exception {
        String source = stored.trigger();
        int webhook = source.lastIndexOf('/');
        int connector = source.lastIndexOf('/', webhook - 1);
        TriggerEvent event = original(stored);
        handler.handle(
                new InstanceId(source.substring(0, connector), source.substring(connector + 1, webhook)),
                source.substring(webhook + 1),
                event);
    }

    @Override
    public synchronized void close() {
        if (mailbox != null) {
            mailbox.close();
            mailbox = null;
        }
    }
}
