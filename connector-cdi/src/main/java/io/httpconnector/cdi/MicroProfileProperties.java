package io.httpconnector.cdi;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The properties of MicroProfile Config. */
final class MicroProfileProperties implements ConnectorProperties {

    private final Config config;

    /**
     * Finds the configuration.
     *
     * @throws IllegalStateException if the API has no implementation
     */
    MicroProfileProperties() {
        this.config = ConfigProvider.getConfig();
    }

    @Override
    public Map<String, ?> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String name : config.getPropertyNames()) {
            // The values of other properties may be unavailable.
            if (name.startsWith("connectors.")) {
                config.getOptionalValue(name, String.class).ifPresent(value -> properties.put(name, value));
            }
        }
        return properties;
    }
}
