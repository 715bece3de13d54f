package io.httpconnector.cdi;

import java.util.Map;

/**
 * A bean that provides the properties of the connections. Without one, they are those of MicroProfile Config, which Quarkus has, or else
 * the system properties.
 */
@FunctionalInterface
public interface ConnectorProperties {

    /**
     * Returns the properties.
     *
     * @return the properties by name; those that do not begin with {@code connectors.} are ignored
     */
    Map<String, ?> properties();
}
