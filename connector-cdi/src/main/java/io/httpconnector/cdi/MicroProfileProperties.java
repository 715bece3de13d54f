package io.httpconnector.cdi;

import io.httpconnector.internal.json.Suggestions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The properties of MicroProfile Config. */
final class MicroProfileProperties implements ConnectorProperties {

    private static final String PREFIX = "connectors.";

    /** The groups of properties, and their first words: a variable has an underscore in place of a hyphen, too. */
    private static final Set<String> GROUPS = Set.of(
            "connections",
            "documents",
            "redirect",
            "redirecturi",
            "auto",
            "autostartup",
            "shutdown",
            "shutdowntimeout",
            "webhooks",
            "subscriptions",
            "store");

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
            if (name.startsWith(PREFIX) && !(isForeign(name) && isVariable(name))) {
                config.getOptionalValue(name, String.class).ifPresent(value -> properties.put(name, value));
            }
        }
        return properties;
    }

    /** Whether a name begins with no group of properties, and with no misspelt one, such as that of {@code CONNECTORS_HOME}. */
    private static boolean isForeign(String name) {
        String rest = name.substring(PREFIX.length());
        int end = rest.indexOf('.');
        String first =
                (end < 0 ? rest : rest.substring(0, end)).replace("-", "").toLowerCase(Locale.ROOT);
        return !GROUPS.contains(first) && Suggestions.ofName(first, GROUPS) == null;
    }

    /** Whether a property is an environment variable, which may belong to something else: Kubernetes sets some for each service. */
    private boolean isVariable(String name) {
        String source = config.getConfigValue(name).getSourceName();
        return source != null && source.contains("Env");
    }
}
