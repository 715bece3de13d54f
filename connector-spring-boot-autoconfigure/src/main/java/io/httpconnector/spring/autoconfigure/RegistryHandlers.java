package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;

/** Connects methods to the triggers and webhooks of all instances of the registry. */
final class RegistryHandlers {

    private final ConnectorRegistry registry;
    private final ConnectorDocuments documents;

    RegistryHandlers(ConnectorRegistry registry, ConnectorDocuments documents) {
        this.registry = registry;
        this.documents = documents;
    }

    /** Carries an exception of a handler out of the instance. */
    private static final class HandlerFailure extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Exception failure;

        HandlerFailure(Exception failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /** Returns the names of all triggers and webhooks. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        documents.all().forEach(definition -> {
            names.addAll(definition.triggers());
            names.addAll(definition.webhooks());
        });
        return names;
    }

    /** Adds a method, and returns whether a document has its trigger. */
    boolean add(TriggerMethod method) {
        boolean isHandled = false;
        for (ConnectorDefinition definition : documents.all()) {
            if (definition.triggers().contains(method.trigger())
                    || definition.webhooks().contains(method.trigger())) {
                if (method.isBatch()) {
                    throw method.invalid(
                            "the instances of a registry have no batches: use a parameter that is no List");
                }
                registry.on(definition.id(), method.trigger(), (instance, event) -> handle(method, instance, event));
                isHandled = true;
            }
        }
        return isHandled;
    }

    private static void handle(TriggerMethod method, ConnectorInstance instance, TriggerEvent event) throws Exception {
        try {
            boolean unused = instance.with(connector -> {
                try {
                    method.handler(connector).handle(event);
                    return true;
                } catch (Exception e) {
                    throw new HandlerFailure(e);
                }
            });
        } catch (HandlerFailure e) {
            throw e.failure;
        }
    }

    void start() {
        registry.start();
    }

    void stop() {
        registry.close();
    }
}
