package io.httpconnector.spring;

import io.httpconnector.definition.ConnectorContext;

/**
 * A bean that adds code to the connections of {@code application.yml}, such as listeners, or components of documents. Customizers are
 * called in the order of {@code @Order}, after the properties are applied.
 *
 * <pre>{@code
 * @Bean
 * ConnectorCustomizer audit(ExchangeListener audit) {
 *     return (connection, context) -> context.connection(builder -> builder.listener(audit));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface ConnectorCustomizer {

    /** The name that stands for all instances of the {@code ConnectorRegistry}. */
    String REGISTRY = "*";

    /**
     * Changes the context of a connection.
     *
     * @param connection the name of the connection in {@code connectors.connections}, or {@link #REGISTRY}
     * @param context the context, with stores and secrets
     */
    void customize(String connection, ConnectorContext.Builder context);
}
