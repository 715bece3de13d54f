package io.httpconnector.definition.registry;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.HybridHost;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookReceiver;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The triggers and webhooks of a started instance with their handlers, opened when they are needed. Thread-safe. */
final class InstanceEvents implements HybridHost {

    private final StartedInstance instance;
    private final InstancePlans plans;
    private final Function<String, EventHandler> handlers;
    private final @Nullable RegistryInbox inbox;
    private final Supplier<@Nullable ClusterMember> member;

    /**
     * Creates an instance.
     *
     * @param handlers returns the handler of a trigger or webhook
     * @param inbox stores the events of webhooks; null to handle them while their requests wait
     * @param member returns the participation in a cluster; null if there is none
     */
    InstanceEvents(
            StartedInstance instance,
            InstancePlans plans,
            Function<String, EventHandler> handlers,
            @Nullable RegistryInbox inbox,
            Supplier<@Nullable ClusterMember> member) {
        this.instance = instance;
        this.plans = plans;
        this.handlers = handlers;
        this.inbox = inbox;
        this.member = member;
    }

    /** Returns a trigger with its handler. A hybrid one has its webhook from then on. */
    PollingTrigger trigger(Connector connector, String name) {
        synchronized (connector) {
            if (connector.trigger(name).isEmpty()) {
                connector.on(name, handlers.apply(name));
            }
            return connector.trigger(name).orElseThrow();
        }
    }

    /** Returns a stream with its handler. */
    StreamTrigger stream(Connector connector, String name) {
        synchronized (connector) {
            if (connector.stream(name).isEmpty()) {
                connector.on(name, handlers.apply(name));
            }
            return connector.stream(name).orElseThrow();
        }
    }

    /** Returns a receiver with its handler, or that of the hybrid trigger to which its events belong. */
    WebhookReceiver receiver(Connector connector, String name) {
        String owner = instance.defined().hybridOf(name);
        synchronized (connector) {
            if (owner != null) {
                PollingTrigger unused = trigger(connector, owner);
            } else if (connector.receiver(name).isEmpty()) {
                EventHandler handler = handlers.apply(name);
                connector.on(name, event -> receive(name, event, handler));
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

    @Override
    public void requestPoll(String trigger) {
        plans.pollNow(trigger);
    }

    @Override
    public void betweenPolls(String trigger, Runnable push) {
        ClusterMember cluster = member.get();
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
        if (inbox == null) {
            push.handle(event);
        } else {
            inbox.put(List.of(instance.stored().id()), webhook, event);
        }
    }
}
