package io.httpconnector.cdi;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ConversationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.SessionScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.interceptor.Interceptor;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Connects the beans with {@link ConnectorTrigger} to triggers and webhooks, and manages the beans of the type {@code
 * WebhookSubscription}. Triggers and subscriptions start after, and stop before, what other observers of the start and the end of the
 * application do: a handler can use all beans until it returns.
 */
@ApplicationScoped
public class ConnectorLifecycle {

    private static final int LAST = Interceptor.Priority.LIBRARY_AFTER;
    private static final int FIRST = Interceptor.Priority.LIBRARY_BEFORE;

    private static final Set<Class<? extends Annotation>> OF_REQUESTS =
            Set.of(RequestScoped.class, SessionScoped.class, ConversationScoped.class);

    private final List<WebhookSubscription> subscriptions = new CopyOnWriteArrayList<>();

    /** Creates the bean; called by the container. */
    public ConnectorLifecycle() {}

    void start(
            @Observes @Priority(LAST) Startup event,
            ConfiguredConnectors connectors,
            @ConnectorTrigger("") Instance<EventHandler> handlers,
            @Any Instance<WebhookSubscription> beans) {
        try {
            start(connectors, handlers, beans);
        } catch (RuntimeException e) {
            // The container sends no further event, and the stores would remain in use.
            subscriptions.forEach(WebhookSubscription::close);
            connectors.close();
            throw e;
        }
    }

    private void start(
            ConfiguredConnectors connectors, Instance<EventHandler> handlers, Instance<WebhookSubscription> beans) {
        for (Instance.Handle<EventHandler> handler : handlers.handles()) {
            checkScope(handler.getBean());
            handler.getBean().getQualifiers().stream()
                    .filter(ConnectorTrigger.class::isInstance)
                    .forEach(trigger -> connectors.on(((ConnectorTrigger) trigger).value(), handler.get()));
        }
        connectors.start();
        beans.forEach(subscriptions::add);
        subscriptions.forEach(WebhookSubscription::start);
    }

    private static void checkScope(Bean<?> handler) {
        if (OF_REQUESTS.contains(handler.getScope())) {
            throw new InvalidDefinitionException(
                    "handler with @ConnectorTrigger",
                    handler.getBeanClass().getSimpleName() + " has the scope "
                            + handler.getScope().getSimpleName()
                            + ", but events are handled outside of requests: use @ApplicationScoped or @Singleton");
        }
    }

    void stop(@Observes @Priority(FIRST) Shutdown event, ConfiguredConnectors connectors) {
        subscriptions.forEach(WebhookSubscription::close);
        connectors.close();
    }
}
