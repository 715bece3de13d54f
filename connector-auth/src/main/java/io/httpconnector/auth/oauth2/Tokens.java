package io.httpconnector.auth.oauth2;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server has given, RFC 6749, section 5.1, as it lies in a store; times in milliseconds since 1970, by
 * the clock of this side.
 *
 * @param accessToken null when there is nothing but a refresh token yet
 * @param expiresAt null when nobody knows
 * @param refreshBegan when a refresh was sent whose answer is not here yet
 * @param refusal why the refresh token is worth nothing any more
 * @param seed the fingerprint of the refresh token that all began with
 * @param fields what else the service said that is worth keeping, by name
 */
record Tokens(
        @Nullable String accessToken,
        @Nullable String refreshToken,
        long obtainedAt,
        @Nullable Long expiresAt,
        @Nullable Long refreshBegan,
        @Nullable String refusal,
        @Nullable String seed,
        @Nullable Map<String, String> fields) {

    Tokens {
        fields = fields == null ? Map.of() : Map.copyOf(fields);
    }

    /** Nothing but a refresh token. */
    static Tokens seed(String refreshToken) {
        return new Tokens(null, refreshToken, 0, null, null, null, StoredJson.fingerprint(refreshToken), null);
    }

    Tokens refreshing(long since) {
        return new Tokens(accessToken, refreshToken, obtainedAt, expiresAt, since, refusal, seed, fields);
    }

    Tokens refused(String why) {
        return new Tokens(accessToken, refreshToken, obtainedAt, expiresAt, refreshBegan, why, seed, fields);
    }

    Tokens with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(fields());
        all.putAll(more);
        return new Tokens(accessToken, refreshToken, obtainedAt, expiresAt, refreshBegan, refusal, seed, all);
    }

    @Override
    public Map<String, String> fields() {
        return fields == null ? Map.of() : fields;
    }

    /** Without a token. */
    @Override
    public String toString() {
        return "Tokens" + (expiresAt == null ? "" : " until " + Instant.ofEpochMilli(expiresAt));
    }
}
