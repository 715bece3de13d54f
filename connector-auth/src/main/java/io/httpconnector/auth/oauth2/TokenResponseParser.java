package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Parses the responses of a token endpoint, RFC 6749, section 5, including those of providers that deviate from it. */
final class TokenResponseParser {

    /** Token types that require a key. All others, such as "user" or "BearerToken", are used as bearer tokens. */
    private static final Set<String> KEY_BOUND_TYPES = Set.of("dpop", "mac", "pop");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ProviderConfig definition;
    private final TimeSource timeSource;

    TokenResponseParser(ProviderConfig definition, TimeSource timeSource) {
        this.definition = definition;
        this.timeSource = timeSource;
    }

    /**
     * Returns the tokens of a response; a missing refresh token is taken from the old tokens.
     *
     * @param mask hides the secrets of the request, in case the server repeats them
     */
    StoredTokens tokens(Response response, @Nullable StoredTokens old, UnaryOperator<String> mask) {
        JsonNode json = parsed(response);
        String accessToken = text(json, definition.accessTokenPath(), "/access_token");
        if (accessToken == null) {
            throw error("token endpoint", json, null, mask);
        }
        if (!accessToken.chars().allMatch(c -> c >= 0x20 && c <= 0x7e)) {
            throw new OAuth2Exception(
                    "The access token of the token endpoint has a character that is not allowed (RFC 6749, appendix A.12)",
                    null,
                    null);
        }
        String type = text(json, null, "/token_type");
        if (type != null && KEY_BOUND_TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            throw new OAuth2Exception(
                    "The token endpoint issued a token of the type " + type
                            + ", which must not be used as a bearer token (RFC"
                            + " 6749, section 7.1): register the client for bearer tokens",
                    null,
                    null);
        }
        String refreshToken = text(json, definition.refreshTokenPath(), "/refresh_token");
        Instant now = timeSource.now();
        Instant expires = expiry(json, response, now);
        return new StoredTokens(
                accessToken,
                refreshToken != null || old == null ? refreshToken : old.refreshToken(),
                now.toEpochMilli(),
                expires == null ? null : expires.toEpochMilli(),
                null,
                null,
                null,
                old == null ? null : old.seed(),
                null,
                null,
                fields(json, old));
    }

    /** Returns the configured fields; those that the response omits keep their old values. */
    private Map<String, String> fields(JsonNode response, @Nullable StoredTokens old) {
        Map<String, String> fields = new HashMap<>(old == null ? Map.of() : old.fields());
        ProviderConfig.orEmpty(definition.tokenFields()).forEach((name, path) -> {
            String value = text(response, path, path);
            if (value != null) {
                fields.put(name, value);
            }
        });
        return fields;
    }

    /**
     * Checks that the ID token belongs to the authorization request: OpenID Connect Core 1.0, section 3.1.3.7. It was received from the
     * token endpoint itself, so that its signature need not be verified.
     */
    void checkNonce(Response response, String nonce) {
        String idToken = text(parsed(response), null, "/id_token");
        if (idToken == null) {
            throw new OAuth2Exception(
                    "The response of the token endpoint has no ID token, which must contain the nonce", null, null);
        }
        if (!nonce.equals(text(claims(idToken), null, "/nonce"))) {
            throw new OAuth2Exception(
                    "The nonce of the ID token differs from that of the request: it was issued for another request",
                    null,
                    null);
        }
    }

    private static JsonNode claims(String token) {
        try {
            return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException | IOException e) {
            // The cause would quote the token.
            throw new OAuth2Exception("The ID token is not a JWT", null, null);
        }
    }

    private @Nullable Instant expiry(JsonNode json, Response response, Instant now) {
        String value = text(json, definition.expiresPath(), "/expires_in");
        Duration lifetime = value == null
                ? null
                : definition
                        .expiresAsOrDefault()
                        .lifetime(value, response, timeSource)
                        .orElse(null);
        lifetime = lifetime == null ? definition.lifetimeOrNull() : lifetime;
        return lifetime == null ? null : now.plus(lifetime);
    }

    /** Parses JSON, or the form that some providers send instead. */
    private static JsonNode parsed(Response response) {
        String text = response.text();
        if (text.contains("=")
                && !text.stripLeading().startsWith("{")
                && !text.stripLeading().startsWith("<")) {
            return form(text.strip());
        }
        return response.json();
    }

    private static ObjectNode form(String text) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        for (String pair : List.of(text.split("&", -1))) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return form;
    }

    private static String decoded(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        return decoded == null ? text : decoded;
    }

    private static @Nullable String text(JsonNode response, @Nullable String path, String defaultPath) {
        JsonNode value = response.at(JsonPointer.compile(path == null ? defaultPath : path));
        return value.isValueNode() && !value.isNull() && !value.asText().isEmpty() ? value.asText() : null;
    }

    /**
     * Converts a 4xx response with an error code to an {@link OAuth2Exception}. A 5xx response stays as it is: it is unknown whether the
     * request was processed.
     *
     * @param endpoint such as {@code token endpoint}
     */
    static RuntimeException errorResponse(String endpoint, StatusException e) {
        return e.status() < 500 && e.json().has("error") ? error(endpoint, e.json(), e, UnaryOperator.identity()) : e;
    }

    private static OAuth2Exception error(
            String endpoint, JsonNode response, @Nullable Throwable cause, UnaryOperator<String> mask) {
        String error = text(response, null, "/error");
        String description = text(response, null, "/error_description");
        String uri = text(response, null, "/error_uri");
        if (error == null) {
            return new OAuth2Exception("The " + endpoint + " responded without an access token", null, cause);
        }
        String text = error + (description == null ? "" : ": " + description) + (uri == null ? "" : " (" + uri + ")");
        return new OAuth2Exception(
                "The " + endpoint + " responded with an error: " + ErrorText.singleLine(mask.apply(text)),
                mask.apply(error),
                cause);
    }
}
