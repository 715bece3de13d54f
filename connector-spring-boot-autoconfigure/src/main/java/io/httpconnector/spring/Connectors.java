package io.httpconnector.spring;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.Suggestions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The connections of {@code connectors.connections} by name. Each {@link HttpConnection} and its {@link Connector} is also a bean; this
 * bean is for names that are known at run time only. Thread-safe. Spring closes it, and with it all connections.
 */
public final class Connectors implements AutoCloseable {

    private final Map<String, ConnectorDefinition> definitions;
    private final Map<String, Connector> connectors;

    /**
     * Creates the bean; called by the auto-configuration.
     *
     * @param definitions the connector document of each connection, by the name of the connection
     * @param connectors the connectors by the name of their connection
     */
    public Connectors(Map<String, ConnectorDefinition> definitions, Map<String, Connector> connectors) {
        this.definitions = Map.copyOf(Arguments.notNull(definitions, "definitions"));
        this.connectors = Collections.unmodifiableMap(new LinkedHashMap<>(Arguments.notNull(connectors, "connectors")));
    }

    /**
     * Returns the names of all connections.
     *
     * @return the names, in the order of the properties
     */
    public Set<String> names() {
        return connectors.keySet();
    }

    /**
     * Returns a connection.
     *
     * @param name its name in {@code connectors.connections}
     * @return the connection, which Spring closes
     * @throws InvalidDefinitionException if there is no such connection
     */
    public HttpConnection connection(String name) {
        return connector(name).connection();
    }

    /**
     * Returns the connector of a connection, with the requests of its document.
     *
     * @param name the name of the connection in {@code connectors.connections}
     * @return the connector, which Spring closes
     * @throws InvalidDefinitionException if there is no such connection
     */
    public Connector connector(String name) {
        return find(connectors, name);
    }

    /**
     * Returns the definition of a connection.
     *
     * @param name the name of the connection in {@code connectors.connections}
     * @return its connector document; one that consists of its properties, if it has no document
     * @throws InvalidDefinitionException if there is no such connection
     */
    public ConnectorDefinition definition(String name) {
        return find(definitions, name);
    }

    private <T> T find(Map<String, T> all, String name) {
        T found = all.get(Arguments.notNull(name, "name of a connection"));
        if (found == null) {
            String nearest = Suggestions.of(name, names());
            throw new InvalidDefinitionException(
                    "connection",
                    "there is no connection \"" + name + "\""
                            + (nearest == null
                                    ? ": add it to connectors.connections"
                                    : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }

    /** Closes all connections. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (Connector connector : connectors.values()) {
            try {
                connector.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns the names of the connections. */
    @Override
    public String toString() {
        return "connections " + names();
    }
}
