package io.httpconnector.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A source of the secrets of connectors, such as a vault. Documents and values contain only names; a secret is looked up when it
 * is used, so that it can be rotated without a restart. Implementations must be thread-safe.
 *
 * <pre>{@code
 * SecretSource vault = reference -> Secret.from(() -> client.read(reference.tenant(), reference.name()));
 * }</pre>
 */
@FunctionalInterface
public interface SecretSource {

    /**
     * A reference to a secret. The tenant is that of the instance: a document cannot name another one.
     *
     * @param tenant the tenant of the instance, or {@link #APPLICATION}
     * @param connector the ID of the connector
     * @param name the name of the secret: a secret input, or a secret of a webhook
     */
    record SecretReference(String tenant, String connector, String name) {

        /**
         * The tenant of the secrets that belong to the application, not to a customer: those of webhooks whose URL all instances
         * share. No instance can have it.
         */
        public static final String APPLICATION = "(application)";
    }

    /**
     * Finds a secret.
     *
     * @param reference the reference
     * @return the secret; one by {@link Secret#from} is looked up each time it is used. Null if there is none
     */
    @Nullable Secret find(SecretReference reference);

    /**
     * Returns a source that has no secrets.
     *
     * @return the source
     */
    static SecretSource none() {
        return reference -> null;
    }

    /**
     * Returns a source with the secrets of a single tenant, by name.
     *
     * @param secrets the secrets
     * @return the source
     */
    static SecretSource of(Map<String, Secret> secrets) {
        Map<String, Secret> known = Map.copyOf(Arguments.notNull(secrets, "secrets"));
        return reference -> known.get(reference.name());
    }

    /**
     * Returns a source that reads environment variables. The variable of a secret is {@code PREFIX_NAME} in upper case, with an
     * underscore in place of each other character: {@code SHOPIFY_CLIENTSECRET} for the prefix {@code SHOPIFY} and the secret
     * {@code clientSecret}. For applications with one tenant.
     *
     * @param prefix the beginning of the names, so that a document cannot name other variables of the application
     * @return the source
     * @throws InvalidDefinitionException if the prefix is blank
     */
    static SecretSource environment(String prefix) {
        if (Arguments.notNull(prefix, "prefix").isBlank()) {
            throw new InvalidDefinitionException(
                    "source of secrets",
                    "the prefix is empty: a document could then name any variable, use one such as SHOPIFY");
        }
        return new EnvironmentSecrets(prefix);
    }

    /**
     * Returns a source that reads a file for each secret: {@code directory/tenant/connector/name}, as Kubernetes and Docker mount
     * them. A file is read each time its secret is used. A line break at its end is not part of the secret.
     *
     * @param directory the directory
     * @return the source
     */
    static SecretSource files(Path directory) {
        return new FileSecrets(Arguments.notNull(directory, "directory"));
    }

    /**
     * Returns a source that asks this source first, then another one.
     *
     * @param other the other source
     * @return the source
     */
    default SecretSource or(SecretSource other) {
        Arguments.notNull(other, "source of secrets");
        return reference -> {
            Secret secret = find(reference);
            return secret == null ? other.find(reference) : secret;
        };
    }
}
