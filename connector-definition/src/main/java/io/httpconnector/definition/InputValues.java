package io.httpconnector.definition;

import io.httpconnector.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that a customer entered: texts, and secrets that are looked up when they are used. Immutable.
 *
 * @param texts the values that are no secrets
 * @param secrets the secrets
 */
record InputValues(Map<String, String> texts, Map<String, Secret> secrets) {

    InputValues {
        texts = Map.copyOf(texts);
        secrets = Map.copyOf(secrets);
    }

    boolean isSecret(String input) {
        return secrets.containsKey(input);
    }

    /** Returns the value of an input, also of a secret one; null if there is none. */
    @Nullable String revealed(String input) {
        Secret secret = secrets.get(input);
        return secret == null ? texts.get(input) : secret.reveal();
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "values of " + texts.keySet() + ", secrets " + secrets.keySet();
    }
}
