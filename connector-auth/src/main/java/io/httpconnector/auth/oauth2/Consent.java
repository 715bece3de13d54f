package io.httpconnector.auth.oauth2;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a consent. Immutable.
 *
 * @param tokens the main tokens
 * @param additional other tokens of the response, by name
 */
record Consent(StoredTokens tokens, Map<String, StoredTokens> additional) {

    static Consent of(StoredTokens tokens) {
        return new Consent(tokens, Map.of());
    }

    /**
     * Returns the same tokens with values of the callback.
     *
     * @param requested the requested scopes, which were granted if the response named none; null for those of the settings
     */
    Consent with(Map<String, String> fields, @Nullable List<String> requested) {
        Map<String, StoredTokens> all = new HashMap<>(additional);
        all.replaceAll((name, token) -> token.with(fields));
        StoredTokens main = tokens.with(fields);
        return new Consent(requested == null ? main : main.withScopes(requested), Map.copyOf(all));
    }
}
