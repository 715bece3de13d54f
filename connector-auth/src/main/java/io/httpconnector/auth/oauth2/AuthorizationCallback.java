package io.httpconnector.auth.oauth2;

import com.github.scribejava.core.model.OAuthConstants;
import io.httpconnector.auth.internal.ErrorText;
import io.httpconnector.internal.text.PercentEncoding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The authorization response that a browser delivers: RFC 6749, section 4.1.2. Untrusted input. */
final class AuthorizationCallback {

    private static final int MAX_LENGTH = 64 * 1024;

    /** The error codes that a new consent can resolve: RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6. */
    private static final Set<String> NO_CONSENT = Set.of(
            "access_denied",
            "login_required",
            "consent_required",
            "interaction_required",
            "account_selection_required");

    private final Map<String, String> parameters;

    private AuthorizationCallback(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /**
     * Parses a query, or a URL with a query.
     *
     * @throws InvalidCallbackException if it can't be parsed, or has a parameter twice: RFC 6749, section 3.1
     */
    static AuthorizationCallback of(@Nullable String query) {
        String text = query == null ? "" : query;
        if (text.length() > MAX_LENGTH) {
            throw new InvalidCallbackException("The callback is longer than " + MAX_LENGTH + " characters");
        }
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query(text).split("#", 2)[0].split("&", -1)) {
            String[] both = pair.split("=", 2);
            String name = decoded(both[0]);
            if (parameters.put(name, both.length == 1 ? "" : decoded(both[1])) != null && !name.isEmpty()) {
                throw new InvalidCallbackException("The callback has a parameter twice");
            }
        }
        return new AuthorizationCallback(parameters);
    }

    /** Removes the URL before the query, if there is one; a question mark in a value belongs to the value. */
    private static String query(String text) {
        int question = text.indexOf('?');
        String before = text.substring(0, Math.max(question, 0));
        return before.indexOf('=') >= 0 || before.indexOf('&') >= 0 ? text : text.substring(question + 1);
    }

    private static String decoded(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        if (decoded == null) {
            throw new InvalidCallbackException("The callback has a % that is not followed by two hexadecimal digits");
        }
        return decoded;
    }

    /**
     * Returns the state.
     *
     * @param name the name of the provider for it
     */
    String state(String name) {
        String own = get(name);
        String state = own == null ? get(OAuthConstants.STATE) : own;
        if (state == null) {
            throw new InvalidCallbackException("The callback has no state");
        }
        return state;
    }

    /**
     * Returns the authorization code.
     *
     * @param name the name of the provider for it; null for {@code code}
     * @throws OAuth2Exception if there is an error instead
     */
    String code(@Nullable String name) {
        String error = get("error");
        String code = get(name == null ? OAuthConstants.CODE : name);
        if (error != null) {
            throw errorResponse(error);
        }
        if (code == null) {
            throw new InvalidCallbackException("The callback has neither a code nor an error");
        }
        return code;
    }

    private OAuth2Exception errorResponse(String error) {
        String description = get("error_description");
        String message = ErrorText.singleLine(error + (description == null ? "" : ": " + description));
        return NO_CONSENT.contains(error)
                ? new AuthorizationRequiredException("The user did not consent: " + message, error, null)
                : new OAuth2Exception("The authorization server responded with an error: " + message, error, null);
    }

    /**
     * Checks which authorization server the callback is from: RFC 9207, section 2.4.
     *
     * @param required the issuer that the callback must name; null if the server does not declare that it does
     * @param known the issuer that the callback must not contradict; null if it is unknown
     */
    void checkIssuer(@Nullable String required, @Nullable String known) {
        String actual = get("iss");
        checkIssuer(required, actual, required == null);
        checkIssuer(known, actual, actual == null);
    }

    private static void checkIssuer(@Nullable String issuer, @Nullable String actual, boolean isOptional) {
        if (issuer != null && !isOptional && !issuer.equals(actual)) {
            throw new InvalidCallbackException("The callback is not from the authorization server " + issuer);
        }
    }

    /** Returns the named parameters that the callback has. */
    Map<String, String> fields(@Nullable List<String> names) {
        Map<String, String> fields = new HashMap<>(parameters);
        fields.keySet().retainAll(names == null ? List.of() : names);
        return fields;
    }

    /** Returns the value of a parameter; empty if it is missing or empty. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(get(name));
    }

    /** Returns the value of a parameter; null if it is missing or empty: RFC 6749, section 3.1. */
    private @Nullable String get(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
