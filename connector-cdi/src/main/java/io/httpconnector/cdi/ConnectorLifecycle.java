package io.httpconnector.cdi;

import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.trigger.EventHandler;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;

/**
 * Connects the beans with {@link ConnectorTrigger} to triggers and webhooks. Triggers start after, and stop before, what other observers of
 * the start and the end of the application do: a handler can use all beans until it returns.
 */
@ApplicationScoped
public class ConnectorLifecycle {

    private static final int LAST = Interceptor.Priority.LIBRARY_AFTER;
    private static final int FIRST = Interceptor.Priority.LIBRARY_BEFORE;

    /** Creates the bean; called by the container. */
    public ConnectorLifecycle() {}

    void start(
            @Observes @Priority(LAST) Startup event,
            ConfiguredConnectors connectors,
            @ConnectorTrigger("") Instance<EventHandler> handlers) {
        for (Instance.Handle<EventHandler> handler : handlers.handles()) {
            handler.getBean().getQualifiers().stream()
                    .filter(ConnectorTrigger.class::isInstance)
                    .forEach(trigger -> connectors.on(((ConnectorTrigger) trigger).value(), handler.get()));
        }
        connectors.start();
    }

    void stop(@Observes @Priority(FIRST) Shutdown event, ConfiguredConnectors connectors) {
        connectors.close();
    }
}
