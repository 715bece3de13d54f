package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceState;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** Returns the names of the triggers and webhooks that a method may handle. */
    List<String> names(TriggerMethod method) {
        List<String> names = new ArrayList<>();
        documents.all().stream()
                .filter(definition -> method.handles(definition.id()))
                .forEach(definition -> {
                    names.addAll(definition.triggers());
                    names.addAll(definition.webhooks());
                });
        return names;
    }

    /** Returns the ids of all connectors. */
    List<String> connectors() {
        return documents.all().stream().map(ConnectorDefinition::id).toList();
    }

    /** Adds a method, and returns whether a document has its trigger. */
    boolean add(TriggerMethod method) {
        boolean isHandled = false;
        for (ConnectorDefinition definition : documents.all()) {
            if (!method.handles(definition.id())) {
                continue;
            }
            if (definition.triggers().contains(method.trigger())
                    || definition.webhooks().contains(method.trigger())) {
                if (method.isBatch()) {
                    throw method.invalid(
                            "the instances of a registry have no batches: use a parameter that is no List");
                }
                if (method.isForWebhook() && !definition.webhooks().contains(method.trigger())) {
                    throw method.invalid("\"" + definition.id() + "/" + method.trigger()
                            + "\" is no webhook: use a TriggerEvent in place of the WebhookEvent");
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

    /** Finds a trigger or webhook by its tenant, connector and name. */
    Optional<ManagedTrigger> find(String id) {
        int name = id.lastIndexOf('/');
        int connector = name < 1 ? -1 : id.lastIndexOf('/', name - 1);
        if (connector < 1) {
            return Optional.empty();
        }
        return registry.instance(id.substring(0, connector), id.substring(connector + 1, name)).stream()
                .flatMap(instance -> triggersOf(instance).stream())
                .filter(trigger -> trigger.name().equals(id.substring(name + 1)))
                .map(ManagedTrigger.class::cast)
                .findFirst();
    }

    /** Returns the triggers and webhooks of all instances of a tenant. */
    List<ManagedTrigger> ofTenant(String tenant) {
        List<ManagedTrigger> found = new ArrayList<>();
        registry.counts()
                .keySet()
                .forEach(connector ->
                        registry.instance(tenant, connector).ifPresent(instance -> found.addAll(triggersOf(instance))));
        return found;
    }

    /** A disabled instance has the triggers of its document. */
    private List<RegistryTrigger> triggersOf(ConnectorInstance instance) {
        if (instance.state() != InstanceState.DISABLED) {
            return instance.triggers().stream()
                    .map(trigger -> RegistryTrigger.of(instance, trigger))
                    .toList();
        }
        List<RegistryTrigger> all = new ArrayList<>();
        documents.all().stream()
                .filter(definition -> definition.id().equals(instance.connector()))
                .forEach(definition -> {
                    definition
                            .triggers()
                            .forEach(name -> all.add(new RegistryTrigger(
                                    instance,
                                    name,
                                    definition.streams().contains(name) ? TriggerKind.STREAM : TriggerKind.POLLING)));
                    definition
                            .webhooks()
                            .forEach(name -> all.add(new RegistryTrigger(instance, name, TriggerKind.WEBHOOK)));
                });
        return all;
    }

    void start(@Nullable TriggerGauges gauges) {
        registry.start();
        if (gauges != null) {
            gauges.addRegistry(registry);
        }
    }

    void stop() {
        registry.close();
    }
}
