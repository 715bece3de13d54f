package io.httpconnector.micronaut;

import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micronaut.context.BeanContext;
import io.micronaut.context.BeanRegistration;
import io.micronaut.context.event.ShutdownEvent;
import io.micronaut.context.event.StartupEvent;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.inject.qualifiers.Qualifiers;
import io.micronaut.runtime.event.annotation.EventListener;
import jakarta.inject.Singleton;

/**
 * Connects the beans with {@link ConnectorTrigger} to triggers and webhooks, and manages the beans of the type {@code
 * WebhookSubscription}. Triggers and subscriptions start when the context is ready, and stop before any bean is destroyed: a handler can
 * use all beans until it returns.
 */
@Singleton
final class ConnectorLifecycle {

    private final ConfiguredConnectors connectors;
    private final BeanContext beans;

    ConnectorLifecycle(ConfiguredConnectors connectors, BeanContext beans) {
        this.connectors = connectors;
        this.beans = beans;
    }

    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    void start(StartupEvent event) {
        try {
            start();
        } catch (RuntimeException e) {
            // The stores would remain in use.
            connectors.close();
            throw e;
        }
    }

    private void start() {
        for (BeanRegistration<EventHandler> handler :
                beans.getBeanRegistrations(EventHandler.class, Qualifiers.byStereotype(ConnectorTrigger.class))) {
            handler.getBeanDefinition()
                    .stringValue(ConnectorTrigger.class)
                    .ifPresent(trigger -> connectors.on(trigger, handler.getBean()));
        }
        connectors.start();
        beans.getBeansOfType(WebhookSubscription.class).forEach(WebhookSubscription::start);
    }

    @EventListener
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void stop(ShutdownEvent event) {
        beans.getActiveBeanRegistrations(WebhookSubscription.class)
                .forEach(subscription -> subscription.getBean().close());
        connectors.close();
    }
}
