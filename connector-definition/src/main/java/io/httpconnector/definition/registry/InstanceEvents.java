package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.HybridHost;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookReceiver;
import java.util.List;

/** The triggers and webhooks of a started instance with their handlers, opened when they are needed. Thread-safe. */
final class InstanceEvents implements HybridHost {

    private final RegistryEnvironment environment;
    private final InstanceRuntime instance;

    InstanceEvents(RegistryEnvironment environment, InstanceRuntime instance) {
        this.environment = environment;
        this.instance = instance;
    }

    /** Returns a trigger with its handler. A hybrid one has its webhook from then on. */
    PollingTrigger trigger(Connector connector, String name) {
        synchronized (connector) {
            if (connector.trigger(name).isEmpty()) {
                connector.on(name, handler(name));
            }
            return connector.trigger(name).orElseThrow();
        }
    }

    /** Returns a receiver with its handler, or that of the hybrid trigger to which its events belong. */
    WebhookReceiver receiver(Connector connector, String name) {
        String owner = instance.defined().hybridOf(name);
        synchronized (connector) {
            if (owner != null) {
                PollingTrigger unused = trigger(connector, owner);
            } else if (connector.receiver(name).isEmpty()) {
                EventHandler handler = handler(name);
                RegistryInbox inbox = environment.inbox();
                connector.on(
                        name,
                        inbox == null
                                ? handler
                                : event -> inbox.put(List.of(instance.stored().id()), name, event));
            }
            return connector.receiver(name).orElseThrow();
        }
    }

    /** Passes an event of a webhook to the hybrid trigger to which it belongs. */
    void push(String trigger, String webhook, TriggerEvent event) throws Exception {
        Exception failure = instance.call(connector -> {
            PollingTrigger unused = trigger(connector, trigger);
            try {
                connector.push(webhook, event);
                return null;
            } catch (Exception e) {
                return e;
            }
        });
        if (failure != null) {
            throw failure;
        }
    }

    EventHandler handler(String name) {
        String connector = instance.stored().id().connector();
        InstanceHandler handler = environment.handlers.of(connector).get(name);
        if (handler == null) {
            throw new ConnectorException(
                    instance.stored().id() + ": \"" + name + "\" has no handler: register one by on(...)");
        }
        return event -> {
            try {
                handler.handle(instance.instance().instance(), event);
            } catch (Exception e) {
                instance.deliveryFailed(name, e);
                throw e;
            }
        };
    }

    @Override
    public void requestPoll(String trigger) {
        instance.plans().pollNow(trigger);
    }

    @Override
    public void betweenPolls(String trigger, Runnable push) {
        ClusterMember cluster = environment.cluster();
        if (cluster == null) {
            push.run();
        } else {
            cluster.betweenPolls(instance.stored(), trigger, push);
        }
    }

    @Override
    public boolean receivesRequests(String webhook) {
        return instance.defined().shared().contains(webhook);
    }

    @Override
    public void receive(String webhook, TriggerEvent event, EventHandler push) throws Exception {
        RegistryInbox inbox = environment.inbox();
        if (inbox == null) {
            push.handle(event);
        } else {
            inbox.put(List.of(instance.stored().id()), webhook, event);
        }
    }
}
