package io.httpconnector.auth.oauth2;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of an authorization server, RFC 6749, section 5.1, in a token store. Times are in milliseconds since 1970, by
 * the clock of the client.
 *
 * @param accessToken null if there is only a refresh token so far
 * @param expiresAt null if the expiry is unknown
 * @param refreshBegan the start of a refresh whose response was not stored yet
 * @param refusal the reason why the refresh token is no longer accepted
 * @param error the error code of the refusal
 * @param seed the fingerprint of the initial refresh token
 * @param issuer the authorization server that issued them; null if an earlier version wrote them
 * @param client the registered client that they were issued to; null if the client is configured
 * @param fields other values of the response that are kept, by name
 * @param scope the granted scopes, as the response names them; null if it does not
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
        @Nullable Map<String, String> fields,
        @Nullable String scope) {

    StoredTokens {
        fields = fields == null ? Map.of() : Map.copyOf(fields);
    }

    /** Returns tokens with only a refresh token. */
    static StoredTokens seed(String refreshToken, Issuer issuer) {
        String seed = TokenStoreCodec.fingerprint(refreshToken);
        return new StoredTokens(null, refreshToken, 0, null, null, null, null, seed, issuer, null, null, null);
    }

    /** Returns the expiry of the access token; empty if it is unknown. */
    Optional<Instant> expiry() {
        return Optional.ofNullable(expiresAt).map(Instant::ofEpochMilli);
    }

    StoredTokens refreshing(long since) {
        return copy(since, refusal, error, issuer, client, fields);
    }

    StoredTokens refused(String reason, @Nullable String code) {
        return copy(refreshBegan, reason, code, issuer, client, fields);
    }

    StoredTokens from(Issuer server, @Nullable RegisteredClient receiver) {
        return copy(refreshBegan, refusal, error, server, receiver, fields);
    }

    StoredTokens with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(fields());
        all.putAll(more);
        return copy(refreshBegan, refusal, error, issuer, client, all);
    }

    /** Returns tokens with the granted scopes, unless the response named them: RFC 6749, section 5.1. */
    StoredTokens withScopes(List<String> granted) {
        return scope != null
                ? this
                : new StoredTokens(
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
                        fields,
                        String.join(" ", granted));
    }

    private StoredTokens copy(
            @Nullable Long began,
            @Nullable String reason,
            @Nullable String code,
            @Nullable Issuer server,
            @Nullable RegisteredClient receiver,
            @Nullable Map<String, String> values) {
        return new StoredTokens(
                accessToken,
                refreshToken,
                obtainedAt,
                expiresAt,
                began,
                reason,
                code,
                seed,
                server,
                receiver,
                values,
                scope);
    }

    @Override
    public Map<String, String> fields() {
        return fields == null ? Map.of() : fields;
    }

    /** Returns the granted scopes; the requested ones if the response named none. */
    Set<String> scopes(List<String> requested) {
        return scope == null
                ? new LinkedHashSet<>(requested)
                : Stream.of(scope.split("[\\s,]+", -1))
                        .filter(each -> !each.isEmpty())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the requested scopes that were not granted. */
    Set<String> missingScopes(List<String> requested) {
        Set<String> missing = new LinkedHashSet<>(requested);
        missing.removeAll(scopes(requested));
        return missing;
    }

    /** Omits the tokens. */
    @Override
    public String toString() {
        return "Tokens" + (expiresAt == null ? "" : " until " + Instant.ofEpochMilli(expiresAt));
    }
}
