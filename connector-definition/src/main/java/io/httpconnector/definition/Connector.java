package io.httpconnector.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorReader.Parts;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * An instance of a connector document for one customer: its connection, requests, triggers and webhooks. Thread-safe.
 * {@link #close()} stops the triggers, revokes the URLs of the webhooks and closes the connection.
 */
public final class Connector implements AutoCloseable {

    private final Parts parts;
    private final ConnectorContext context;
    private final HttpConnection connection;
    private final InputValues values;
    private final ReceivedValues received;
    private final ConnectorComponents components;
    private final OptionalInputs empty;
    private final TriggerBuilders builders;
    private final Map<String, RequestTemplate> templates = new ConcurrentHashMap<>();
    private final Map<String, PollingTrigger> triggers = new LinkedHashMap<>();
    private final Map<String, StreamTrigger> streams = new LinkedHashMap<>();
    private final ConnectorWebhooks webhooks;
    private final ConnectorHybrids hybrids;
    private boolean isStarted;
    private boolean isClosed;

    Connector(
            Parts parts,
            ConnectorContext context,
            HttpConnection connection,
            InputValues values,
            ReceivedValues received,
            ConnectorComponents components,
            OptionalInputs empty) {
        this.parts = parts;
        this.context = context;
        this.connection = connection;
        this.values = values;
        this.received = received;
        this.components = components;
        this.empty = empty;
        this.builders = new TriggerBuilders(parts, context, connection, values, received, components, empty);
        this.hybrids = new ConnectorHybrids(parts, context, components, connection, values, received, empty);
        this.webhooks = new ConnectorWebhooks(parts, context, components, connection, values, hybrids::reconcile);
    }

    /** Sets the handlers of the triggers and webhooks that name one. */
    void handleByComponents() {
        Map<String, String> named = new LinkedHashMap<>();
        parts.triggers().forEach((name, trigger) -> named.put(name, trigger.handler()));
        parts.webhooks().forEach((name, webhook) -> named.put(name, webhook.handler()));
        named.forEach((name, handler) -> {
            EventHandler component = components.handlers().get(handler);
            if (component != null) {
                on(name, component);
            }
        });
    }

    /**
     * Returns the tenant.
     *
     * @return the ID of the customer
     */
    public String tenant() {
        return context.tenant;
    }

    /**
     * Returns the connection.
     *
     * @return the connection, which this connector closes
     */
    public HttpConnection connection() {
        return connection;
    }

    /**
     * Returns a request of the document.
     *
     * @param name the name of the request
     * @return the request
     * @throws InvalidDefinitionException if there is no such request
     */
    public ConnectorRequest request(String name) {
        DefinedRequest request = parts.requests().get(name);
        if (request == null) {
            throw invalid(UnknownName.message("request", name, parts.requests().keySet()));
        }
        RequestTemplate template = templates.computeIfAbsent(name, unused -> template(request.template()));
        return new ConnectorRequest(builders.id(name), connection, template, request, components, inputs(request));
    }

    /** Returns a template with the filters of the application, which omits what needs an input that was left empty. */
    private RequestTemplate template(RequestTemplate defined) {
        ObjectNode json = defined.toJson();
        boolean isChanged = empty.areUsedBy(json);
        return components.filters().isEmpty() && !isChanged
                ? defined
                : RequestTemplate.fromJson(isChanged ? empty.inRequest(json) : json, components.filters());
    }

    /** Returns the values of the inputs for a request, with those that are received with the tokens if it uses them. */
    private Function<Pills, Pills> inputs(DefinedRequest request) {
        Map<String, String> texts = values.texts();
        if (received.areUsedBy(request)) {
            return pills -> pills.andFrom(InputText.STEP, received.with(texts, connection));
        }
        return texts.isEmpty() ? pills -> pills : pills -> pills.and(InputText.STEP, texts);
    }

    /**
     * Handles the events of a trigger or a webhook. A trigger begins to poll, or to receive its stream, when the connector is started; a webhook
     * receives requests at once, and is registered at the service when the connector is started, if the document has a subscription.
     * The handler of a hybrid trigger receives the events of its polls and of its webhook, which has no handler of its own.
     *
     * @param name the name of the trigger or webhook
     * @param handler the handler
     * @throws InvalidDefinitionException if there is no such trigger or webhook, it has a handler already, it is the webhook of a
     *     hybrid trigger, or the context has no state store or router for it
     */
    public synchronized void on(String name, EventHandler handler) {
        Arguments.notNull(handler, "handler");
        checkOpen();
        DefinedWebhook webhook = parts.webhooks().get(name);
        DefinedTrigger trigger = parts.triggers().get(name);
        if (webhook == null && trigger == null) {
            List<String> names = new ArrayList<>(parts.triggers().keySet());
            names.addAll(parts.webhooks().keySet());
            throw invalid(UnknownName.message("trigger or webhook", name, names));
        }
        if (triggers.containsKey(name) || streams.containsKey(name) || webhooks.isOpen(name)) {
            throw invalid(name + ": it has a handler already");
        }
        DefinedStream stream = trigger == null ? null : trigger.stream();
        if (trigger != null && stream != null) {
            StreamTrigger created =
                    builders.stream(name, stream, trigger, handler).build();
            streams.put(name, created);
            if (isStarted) {
                created.start();
            }
        } else if (trigger != null) {
            PollingTrigger created = builders.polling(name, trigger, handler).build();
            DefinedHybrid hybrid = trigger.hybrid();
            if (hybrid != null) {
                open(name, hybrid, created);
            }
            triggers.put(name, created);
            if (isStarted) {
                start(name, created);
                if (hybrid != null) {
                    webhooks.start(hybrid.webhook());
                }
            }
        } else if (webhook != null) {
            String owner = ConnectorHybrids.owner(parts, name);
            if (owner != null) {
                throw invalid(name + ": it is the webhook of the hybrid trigger \"" + owner
                        + "\", whose handler receives the events of both: set it by on(\"" + owner + "\", ...)");
            }
            webhooks.open(name, webhook, handler, outcome -> {});
            if (isStarted) {
                webhooks.start(name);
            }
        }
    }

    /** Opens the webhook of a hybrid trigger, which has another handler than others. */
    private void open(String name, DefinedHybrid hybrid, PollingTrigger trigger) {
        DefinedWebhook webhook = Objects.requireNonNull(parts.webhooks().get(hybrid.webhook()));
        ConnectorHybrids.HybridReception push = hybrids.open(name, hybrid, trigger);
        try {
            if (!hybrids.isReceivedElsewhere(hybrid)) {
                webhooks.open(hybrid.webhook(), webhook, push.handler(), push.repetitions());
            }
        } catch (RuntimeException e) {
            hybrids.close(hybrid);
            trigger.close();
            throw e;
        }
    }

    /** Starts the polls of a trigger. A hybrid one polls at once: webhooks may have been lost. */
    private void start(String name, PollingTrigger trigger) {
        DefinedTrigger defined = parts.triggers().get(name);
        if (defined != null && defined.hybrid() != null) {
            trigger.startNow();
        } else {
            trigger.start();
        }
    }

    /**
     * Passes an event of a webhook to its hybrid trigger, if a {@link HybridHost} has stored it, or received it for several tenants.
     *
     * @param webhook the name of the webhook
     * @param event an event, see {@link io.httpconnector.webhook.WebhookEvent#toTriggerEvent()}
     * @throws InvalidDefinitionException if no hybrid trigger with this webhook has a handler
     * @throws Exception if the event was not handled: pass it again later
     */
    public void push(String webhook, TriggerEvent event) throws Exception {
        hybrids.push(webhook, Arguments.notNull(event, "event"));
    }

    /**
     * Returns the status of a hybrid trigger that has a handler: of its polls, and of its webhook with the events that it has missed.
     *
     * @param trigger the name of the trigger
     * @return the status; empty if the trigger has no handler, or no webhook
     * @throws InvalidDefinitionException if the document has no such trigger
     * @throws io.httpconnector.state.StateException if the state cannot be read
     */
    public synchronized Optional<HybridStatus> hybridStatus(String trigger) {
        DefinedTrigger defined = parts.triggers().get(trigger);
        if (defined == null) {
            throw invalid(
                    UnknownName.message("trigger", trigger, parts.triggers().keySet()));
        }
        PollingTrigger polling = triggers.get(trigger);
        DefinedHybrid hybrid = defined.hybrid();
        return hybrid == null || polling == null
                ? Optional.empty()
                : Optional.of(new HybridStatus(
                        polling.status(),
                        polling.acceptsPushes() ? polling.pushStatus() : null,
                        receiver(hybrid.webhook())
                                .map(WebhookReceiver::pendingCount)
                                .orElse(0)));
    }

    /**
     * Returns a builder for a polling trigger, for another scheduler, such as {@code ClusteredPolling}. The connector does not start or
     * close it.
     *
     * @param name the name of the trigger
     * @param handler the handler
     * @return a builder with the ID {@code tenant/connector/name}
     * @throws InvalidDefinitionException if there is no such polling trigger, or the context has no state store
     */
    public PollingTriggerBuilder triggerBuilder(String name, EventHandler handler) {
        DefinedTrigger trigger = parts.triggers().get(name);
        if (trigger == null) {
            throw invalid(UnknownName.message("trigger", name, parts.triggers().keySet()));
        }
        return builders.polling(name, trigger, Arguments.notNull(handler, "handler"));
    }

    /**
     * Returns the secrets that the service has delivered to a webhook in its handshake, for example to show the verification token
     * of Notion, which must be entered there.
     *
     * @param webhook the name of the webhook
     * @return the secrets by their names in the document; empty if the service has delivered none yet
     * @throws InvalidDefinitionException if there is no such webhook
     */
    public Map<String, Secret> deliveredSecrets(String webhook) {
        return webhooks.deliveredSecrets(webhook);
    }

    /**
     * Permits the service to deliver the secrets of a webhook again: removes the stored ones, so that no event is accepted until
     * the next handshake. Call this before you create the webhook again at the service; otherwise a handshake with another secret
     * is rejected, because anyone who knows the URL could send it.
     *
     * @param webhook the name of the webhook
     * @throws InvalidDefinitionException if there is no such webhook
     */
    public void forgetDeliveredSecrets(String webhook) {
        webhooks.forgetDeliveredSecrets(webhook);
    }

    /**
     * Starts the polling triggers, the streams and the subscriptions of webhooks that have a handler: from now on, the library registers their
     * URLs at the service. Call it when the web server accepts requests. Starting again has no effect.
     *
     * @throws io.httpconnector.state.StateException if the state of a subscription cannot be stored
     */
    public synchronized void start() {
        checkOpen();
        isStarted = true;
        triggers.forEach(this::start);
        streams.values().forEach(StreamTrigger::start);
        webhooks.start();
    }

    /**
     * Returns the subscription of a webhook, also of one without a handler: to read its status, to check or renew it now, or to rotate
     * its secret. The connector closes it.
     *
     * @param webhook the name of the webhook
     * @return the subscription; empty if the document defines none
     * @throws InvalidDefinitionException if there is no such webhook, or the context has no router or stores for it
     */
    public synchronized Optional<WebhookSubscription> subscription(String webhook) {
        checkOpen();
        return webhooks.subscription(webhook);
    }

    /**
     * Deletes all subscriptions at the service, when the customer or the application is removed. {@link #close()} keeps them for the
     * next start.
     *
     * @return the status by the name of the webhook; one that is {@code DELETING} could not be deleted: call this method again later
     * @throws InvalidDefinitionException if the context has no router or stores for a subscription
     * @throws io.httpconnector.state.StateException if the state of a subscription cannot be stored
     */
    public synchronized Map<String, SubscriptionStatus> stopSubscriptions() {
        checkOpen();
        return webhooks.stopSubscriptions();
    }

    /**
     * Returns a polling trigger that has a handler, to poll it once, to pause it or to read its status.
     *
     * @param name the name of the trigger
     * @return the trigger; empty if it has no handler
     */
    public synchronized Optional<PollingTrigger> trigger(String name) {
        return Optional.ofNullable(triggers.get(name));
    }

    /**
     * Returns a stream trigger that has a handler, to start or stop it, to read its status or its dead letters.
     *
     * @param name the name of the trigger
     * @return the trigger, which the connector closes; empty if it has no handler, or polls
     */
    public synchronized Optional<StreamTrigger> stream(String name) {
        return Optional.ofNullable(streams.get(name));
    }

    /**
     * Returns a webhook receiver that has a handler.
     *
     * @param name the name of the webhook
     * @return the receiver; empty if it has no handler
     */
    public synchronized Optional<WebhookReceiver> receiver(String name) {
        return webhooks.find(name).map(ConnectorWebhooks.OpenWebhook::receiver);
    }

    /**
     * Returns the URL of a webhook that has a handler. It contains the token that authorizes senders: store it like a password.
     *
     * @param name the name of the webhook
     * @return the URL to register at the service; empty if the webhook has no handler
     */
    public synchronized Optional<URI> webhookUrl(String name) {
        return webhooks.find(name).map(ConnectorWebhooks.OpenWebhook::url);
    }

    /**
     * Whether this connector is closed.
     *
     * @return whether it was closed
     */
    public synchronized boolean isClosed() {
        return isClosed;
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("The connector " + this + " is closed");
        }
    }

    private InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("connector " + this, List.of(problem));
    }

    /**
     * Stops the triggers, revokes the URLs of the webhooks and closes the connection. Subscriptions remain at the service, for the next
     * start; see {@link #stopSubscriptions()}. Closing again has no effect.
     */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        hybrids.close();
        // First those that pass events to the triggers: other events remain in the inbox.
        List<AutoCloseable> all = new ArrayList<>(webhooks.close());
        all.addAll(streams.values());
        all.addAll(triggers.values());
        all.add(connection);
        RuntimeException failure = null;
        for (AutoCloseable each : all) {
            try {
                each.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("A part of the connector " + this + " could not be closed", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns the connector and the tenant. */
    @Override
    public String toString() {
        return parts.id() + " of tenant \"" + context.tenant + "\"";
    }
}
