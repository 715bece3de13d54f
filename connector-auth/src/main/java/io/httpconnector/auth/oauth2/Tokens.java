package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an authorization server has given, RFC 6749, section 5.1. Immutable; shows nothing of the tokens. */
public final class Tokens {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private final Stored stored;

    /** As it lies in a store; times in milliseconds since 1970. */
    @SuppressWarnings("UnusedVariable") // Error Prone does not know that Jackson reads them.
    record Stored(
            String accessToken,
            @Nullable String tokenType,
            @Nullable String refreshToken,
            @Nullable String scope,
            long obtainedAt,
            @Nullable Long expiresAt,
            @Nullable Map<String, String> fields,
            @Nullable Long refreshBegan,
            @Nullable String refusal) {}

    Tokens(Stored stored) {
        this.stored = stored;
    }

    static Tokens of(Secret text) {
        try {
            return new Tokens(MAPPER.readValue(text.reveal(), Stored.class));
        } catch (JsonProcessingException e) {
            // The cause would quote the tokens.
            throw new ConnectorException("What the token store holds are no tokens that this version can read");
        }
    }

    Secret toSecret() {
        try {
            return Secret.of(MAPPER.writeValueAsString(stored));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of strings and numbers can be written");
        }
    }

    /**
     * The access token.
     *
     * @return the token
     */
    public Secret accessToken() {
        return Secret.of(stored.accessToken);
    }

    /**
     * How the token is to be used.
     *
     * @return such as {@code Bearer}; empty when the server did not say
     */
    public Optional<String> tokenType() {
        return Optional.ofNullable(stored.tokenType);
    }

    /**
     * The refresh token.
     *
     * @return the token; empty when there is none
     */
    public Optional<Secret> refreshToken() {
        return Optional.ofNullable(stored.refreshToken).map(Secret::of);
    }

    /**
     * What the tokens permit.
     *
     * @return the scope as the server wrote it; empty when it did not
     */
    public Optional<String> scope() {
        return Optional.ofNullable(stored.scope);
    }

    /**
     * When the access token was given.
     *
     * @return the time, by the clock of this side
     */
    public Instant obtainedAt() {
        return Instant.ofEpochMilli(stored.obtainedAt);
    }

    /**
     * When the access token expires.
     *
     * @return the time, by the clock of this side; empty when nobody knows
     */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(stored.expiresAt).map(Instant::ofEpochMilli);
    }

    /**
     * What else the server said that the definition asks to keep, such as {@code instance_url}.
     *
     * @return the fields by name, possibly none
     */
    public Map<String, String> fields() {
        return stored.fields == null ? Map.of() : Map.copyOf(stored.fields);
    }

    Stored stored() {
        return stored;
    }

    /** These tokens, when a refresh has been sent whose answer is not there yet. */
    Tokens refreshBegan(@Nullable Instant when) {
        return with(when == null ? null : when.toEpochMilli(), stored.refusal);
    }

    /** These tokens, whose refresh token is worth nothing any more. */
    Tokens refused(String why) {
        return with(stored.refreshBegan, why);
    }

    private Tokens with(@Nullable Long began, @Nullable String refusal) {
        return new Tokens(new Stored(
                stored.accessToken,
                stored.tokenType,
                stored.refreshToken,
                stored.scope,
                stored.obtainedAt,
                stored.expiresAt,
                stored.fields,
                began,
                refusal));
    }

    /**
     * Shows that there are tokens, and until when.
     *
     * @return without a token
     */
    @Override
    public String toString() {
        return "Tokens" + expiresAt().map(time -> " until " + time).orElse("");
    }
}
