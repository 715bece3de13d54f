package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.internal.FormText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
    /** Whether tokens can be requested again without the user, also without a refresh token. */
    private final boolean isRenewable;

    TokenResponseParser(OAuth2ClientConfig settings) {
        this.definition = settings.definition();
        this.timeSource = settings.timeSource();
        this.isRenewable = settings.grant() instanceof NonInteractiveGrant;
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
            throw TokenError.of(json)
                    .exception(
                            "token endpoint",
                            response.exchange().method(),
                            response.exchange().url(),
                            response.status(),
                            null,
                            mask);
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
        String scope = scope(json);
        Instant now = timeSource.now();
        boolean canRenew = isRenewable || refreshToken != null || (old != null && old.refreshToken() != null);
        Instant expires = expiry(json, response, now, canRenew);
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
                fields(json, old),
                scope == null && old != null ? old.scope() : scope);
    }

    /** Returns the granted scopes, with spaces between them: RFC 6749, section 3.3; null if the response does not name them. */
    private @Nullable String scope(JsonNode json) {
        JsonNode scope = json.path("scope");
        if (!scope.isArray()) {
            String text = text(json, null, "/scope");
            String separator = definition.scopeSeparator();
            return text == null || separator == null ? text : text.replace(separator, " ");
        }
        List<String> scopes = new ArrayList<>();
        scope.forEach(each -> scopes.add(each.asText()));
        return String.join(" ", scopes);
    }

    /** Returns the additional tokens that the response has, by name. */
    Map<String, StoredTokens> additional(Response response) {
        JsonNode json = parsed(response);
        Map<String, StoredTokens> found = new HashMap<>();
        ProviderConfig.orEmpty(definition.additionalTokens()).forEach((name, path) -> {
            JsonNode object = json.at(JsonPointer.compile(path));
            String token = text(object, null, "/access_token");
            if (token != null) {
                Instant now = timeSource.now();
                String refreshToken = text(object, null, "/refresh_token");
                String seconds = expiryText(object, "/expires_in");
                Instant expires = seconds == null
                        ? null
                        : ExpiryFormat.SECONDS
                                .lifetime(seconds, null, refreshToken != null, response, timeSource)
                                .map(now::plus)
                                .orElse(null);
                found.put(
                        name,
                        new StoredTokens(
                                token,
                                refreshToken,
                                now.toEpochMilli(),
                                expires == null ? null : expires.toEpochMilli(),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                fields(json, null),
                                scope(object)));
            }
        });
        return found;
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

    private @Nullable Instant expiry(JsonNode json, Response response, Instant now, boolean canRenew) {
        String path = definition.expiresPath();
        String value = expiryText(json, path == null ? "/expires_in" : path);
        Duration configured = definition.lifetimeOrNull();
        Duration lifetime = value == null
                ? configured
                : definition
                        .expiresAsOrDefault()
                        .lifetime(value, configured, canRenew, response, timeSource)
                        .orElse(null);
        return lifetime == null ? null : now.plus(lifetime);
    }

    /** Returns the expiry, also if it is a list or an object; null if there is none. */
    private static @Nullable String expiryText(JsonNode response, String path) {
        JsonNode value = response.at(JsonPointer.compile(path));
        return value.isContainerNode() ? value.toString() : text(response, path, path);
    }

    /** Parses JSON, or the form that some providers send instead. */
    private static JsonNode parsed(Response response) {
        String text = response.text().strip();
        return FormText.isForm(text) ? FormText.parse(text) : response.json();
    }

    private static @Nullable String text(JsonNode response, @Nullable String path, String defaultPath) {
        JsonNode value = response.at(JsonPointer.compile(path == null ? defaultPath : path));
        return value.isValueNode() && !value.isNull() && !value.asText().isEmpty() ? value.asText() : null;
    }
}
