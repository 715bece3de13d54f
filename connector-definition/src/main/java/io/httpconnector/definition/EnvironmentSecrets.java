package io.httpconnector.definition;

import io.httpconnector.Secret;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Secrets in environment variables. */
record EnvironmentSecrets(String prefix) implements SecretSource {

    @Override
    public @Nullable Secret find(SecretReference reference) {
        String name = prefix + "_" + reference.name();
        String variable = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
        return System.getenv(variable) == null ? null : Secret.fromEnv(variable);
    }
}
