package io.httpconnector.definition.registry;

import io.httpconnector.internal.Arguments;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The choices of a customer for an instance: the way to authenticate, the values of the inputs, and references to secrets. Immutable.
 *
 * <pre>{@code
 * InstanceSettings.of(Map.of("shop", "acme")).strategy("oauth2").secret("clientSecret", "shopify-app")
 * }</pre>
 *
 * @param strategy the way to authenticate; null for the first one of the document
 * @param values the values of the inputs that are not secrets
 * @param secrets the names of secrets in the {@link io.httpconnector.definition.SecretSource}, if they differ from those of the
 *     document; always of the instance's own tenant
 */
public record InstanceSettings(@Nullable String strategy, Map<String, String> values, Map<String, String> secrets) {

    /**
     * Copies the maps.
     *
     * @param strategy the way to authenticate; null for the first one of the document
     * @param values the values of the inputs that are not secrets
     * @param secrets the names of secrets in the {@link io.httpconnector.definition.SecretSource}, if they differ from those of the
     *     document; always of the instance's own tenant
     */
    public InstanceSettings {
        values = Map.copyOf(Arguments.notNull(values, "values"));
        secrets = Map.copyOf(Arguments.notNull(secrets, "secrets"));
    }

    /**
     * Creates settings.
     *
     * @param values the values of the inputs that are not secrets, by name
     * @return settings with the first way to authenticate
     */
    public static InstanceSettings of(Map<String, String> values) {
        return new InstanceSettings(null, values, Map.of());
    }

    /**
     * Chooses the way to authenticate.
     *
     * @param name the name of a strategy of the document
     * @return new settings
     */
    public InstanceSettings strategy(String name) {
        return new InstanceSettings(Arguments.notNull(name, "strategy"), values, secrets);
    }

    /**
     * Refers to a secret by another name.
     *
     * @param name the name of the secret in the document; {@code add} and {@code change} reject one that it does not have
     * @param reference its name in the source of secrets
     * @return new settings
     */
    public InstanceSettings secret(String name, String reference) {
        Map<String, String> all = new HashMap<>(secrets);
        all.put(Arguments.notNull(name, "secret"), Arguments.notNull(reference, "reference to a secret"));
        return new InstanceSettings(strategy, values, all);
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return (strategy == null ? "settings" : strategy) + " with values of " + values.keySet() + ", secrets "
                + secrets.keySet();
    }
}
