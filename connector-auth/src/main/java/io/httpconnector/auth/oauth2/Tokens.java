package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
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
 */
record Tokens(
        @Nullable String accessToken,
        @Nullable String refreshToken,
        long obtainedAt,
        @Nullable Long expiresAt,
        @Nullable Long refreshBegan,
        @Nullable String refusal,
        @Nullable String seed) {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    /** Nothing but a refresh token. */
    static Tokens seed(String refreshToken) {
        return new Tokens(null, refreshToken, 0, null, null, null, fingerprint(refreshToken));
    }

    static String fingerprint(String refreshToken) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(refreshToken.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    static Tokens of(Secret text) {
        try {
            return MAPPER.readValue(text.reveal(), Tokens.class);
        } catch (JsonProcessingException e) {
            // The cause would quote the tokens.
            throw new ConnectorException("What the token store holds are no tokens that this version can read");
        }
    }

    Secret toSecret() {
        try {
            return Secret.of(MAPPER.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of strings and numbers can be written", e);
        }
    }

    Tokens refreshing(long since) {
        return new Tokens(accessToken, refreshToken, obtainedAt, expiresAt, since, refusal, seed);
    }

    Tokens refused(String why) {
        return new Tokens(accessToken, refreshToken, obtainedAt, expiresAt, refreshBegan, why, seed);
    }

    /** Without a token. */
    @Override
    public String toString() {
        return "Tokens" + (expiresAt == null ? "" : " until " + Instant.ofEpochMilli(expiresAt));
    }
}
