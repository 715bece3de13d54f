package io.httpconnector.auth.oauth2;

import java.util.HashMap;
import java.util.Map;

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

    /** Returns the same tokens with values of the callback. */
    Consent with(Map<String, String> fields) {
        Map<String, StoredTokens> all = new HashMap<>(additional);
        all.replaceAll((name, token) -> token.with(fields));
        return new Consent(tokens.with(fields), Map.copyOf(all));
    }
}
