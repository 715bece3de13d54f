package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An access token in use. Times are in milliseconds since 1970.
 *
 * @param tokens the stored tokens
 * @param header the header value with the access token
 * @param freshUntil the time of its renewal
 * @param validUntil the time of its expiry
 */
record ValidToken(StoredTokens tokens, Secret header, long freshUntil, long validUntil) {

    /** Returns the access token of stored tokens, whether or not it has expired; null if there is none. */
    static @Nullable ValidToken of(StoredTokens tokens, OAuth2ClientConfig settings) {
        String token = tokens.accessToken();
        if (token == null) {
            return null;
        }
        String prefix = Objects.requireNonNullElse(settings.definition().tokenPrefix(), "Bearer ");
        Secret header = Secret.of(token).map(value -> prefix + value);
        Long expires = tokens.expiresAt();
        if (expires == null) {
            return new ValidToken(tokens, header, Long.MAX_VALUE, Long.MAX_VALUE);
        }
        long early = Math.min(settings.refreshBefore().toMillis(), (expires - tokens.obtainedAt()) / 4);
        return new ValidToken(tokens, header, expires - early, expires);
    }

    boolean isRejected(@Nullable String rejected) {
        return Objects.equals(tokens.accessToken(), rejected);
    }

    /** Returns the same token, to be renewed at the given time, or at its expiry if that is earlier. */
    ValidToken renewedAt(long time) {
        return new ValidToken(tokens, header, Math.min(time, validUntil), validUntil);
    }
}
