package io.httpconnector.definition.configuration;

import io.httpconnector.definition.ConnectorContext;

/** Adds code to the connections of an application, such as listeners, a time source or components of documents. */
@FunctionalInterface
public interface ConnectorCustomizer {

    /**
     * Changes the context of a connection, after the properties are applied.
     *
     * @param connection the name of the connection in {@code connectors.connections}
     * @param context the context, with stores and secrets
     */
    void customize(String connection, ConnectorContext.Builder context);
}
