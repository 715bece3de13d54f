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
 * @param error the error code of the refusal
 * @param seed the fingerprint of the refresh token that all began with
 * @param issuer the authorization server that gave them; null when an earlier version wrote them
 * @param client the registered client that they were given to; null when the client is configured
 * @param fields what else the service said that is worth keeping, by name
 */
record StoredTokens(
        @Nullable String accessToken,
        @Nullable String refreshToken,
        long obtainedAt,
        @Nullable Long expiresAt,
        @Nullable Long refreshBegan,
        @Nullable String refusal,
        @Nullable String error,
        @Nullable String seed,
        @Nullable Issuer issuer,
        @Nullable RegisteredClient client,
        @Nullable Map<String, String> fields) {

    StoredTokens {
        fields = fields == null ? Map.of() : Map.copyOf(fields);
    }

    /** Nothing but a refresh token. */
    static StoredTokens seed(String refreshToken, Issuer issuer) {
        String seed = TokenStoreCodec.fingerprint(refreshToken);
        return new StoredTokens(null, refreshToken, 0, null, null, null, null, seed, issuer, null, null);
    }

    StoredTokens refreshing(long since) {
        return new StoredTokens(
                accessToken, refreshToken, obtainedAt, expiresAt, since, refusal, error, seed, issuer, client, fields);
    }

    StoredTokens refused(String why, @Nullable String code) {
        return new StoredTokens(
                accessToken,
                refreshToken,
                obtainedAt,
                expiresAt,
                refreshBegan,
                why,
                code,
                seed,
                issuer,
                client,
                fields);
    }

    StoredTokens from(Issuer server, @Nullable RegisteredClient receiver) {
        return new StoredTokens(
                accessToken,
                refreshToken,
                obtainedAt,
                expiresAt,
                refreshBegan,
                refusal,
                error,
                seed,
                server,
                receiver,
                fields);
    }

    StoredTokens with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(fields());
        all.putAll(more);
        return new StoredTokens(
                accessToken,
                refreshToken,
                obtainedAt,
                expiresAt,
                refreshBegan,
                refusal,
                error,
                seed,
                issuer,
                client,
                all);
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
