package io.httpconnector.cdi;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The properties of MicroProfile Config. */
final class MicroProfileProperties implements ConnectorProperties {

    @Override
    public Map<String, ?> properties() {
        Config config = ConfigProvider.getConfig();
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
