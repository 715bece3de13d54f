package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The handlers of the events of connectors, by trigger or webhook. Thread-safe. */
final class InstanceHandlers {

    private final Definitions definitions;
    private final Map<String, Map<String, InstanceHandler>> handlers = new ConcurrentHashMap<>();

    InstanceHandlers(Definitions definitions) {
        this.definitions = definitions;
    }

    void add(String connector, String name, InstanceHandler handler) {
        definitions.requireName(connector, name);
        Map<String, InstanceHandler> known = handlers.computeIfAbsent(connector, id -> new ConcurrentHashMap<>());
        if (known.putIfAbsent(name, handler) != null) {
            throw new InvalidDefinitionException(
                    "connector registry", connector + ": \"" + name + "\" has a handler already");
        }
    }

    /** Returns the handlers of a connector by the names of its triggers and webhooks. */
    Map<String, InstanceHandler> of(String connector) {
        return handlers.getOrDefault(connector, Map.of());
    }
}
