package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The handlers of the events of connectors, by trigger or webhook. Thread-safe.
 *
 * @param <H> the type of the handlers
 */
final class InstanceHandlers<H> {

    private final Definitions definitions;
    private final Map<String, Map<String, H>> handlers = new ConcurrentHashMap<>();

    InstanceHandlers(Definitions definitions) {
        this.definitions = definitions;
    }

    void add(String connector, String name, H handler) {
        definitions.requireHandled(connector, name);
        Map<String, H> known = handlers.computeIfAbsent(connector, id -> new ConcurrentHashMap<>());
        if (known.putIfAbsent(name, handler) != null) {
            throw new InvalidDefinitionException(
                    "connector registry", connector + ": \"" + name + "\" has a handler already");
        }
    }

    /** Returns the handlers of a connector by the names of its triggers and webhooks. */
    Map<String, H> of(String connector) {
        return handlers.getOrDefault(connector, Map.of());
    }
}
