package io.httpconnector.auth.oauth2;

import com.github.scribejava.core.model.OAuthConstants;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the browser brings back from the authorization endpoint: RFC 6749, section 4.1.2. Anybody could have written it. */
final class AuthorizationCallback {

    private static final int LONGEST = 64 * 1024;

    /** What the user can mend by consenting: RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6. */
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
     * Reads a query, or a URL that has one.
     *
     * @throws InvalidCallbackException when it can't be read, or says something twice: RFC 6749, section 3.1
     */
    static AuthorizationCallback of(@Nullable String query) {
        String text = query == null ? "" : query;
        if (text.length() > LONGEST) {
            throw new InvalidCallbackException("The callback is longer than " + LONGEST + " characters");
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

    /** Without the URL before it, if there is one; a question mark in a value belongs to the value. */
    private static String query(String text) {
        int question = text.indexOf('?');
        String before = text.substring(0, Math.max(question, 0));
        return before.indexOf('=') >= 0 || before.indexOf('&') >= 0 ? text : text.substring(question + 1);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidCallbackException("The callback has a % that is followed by no two hexadecimal digits");
        }
    }

    String state() {
        String state = get(OAuthConstants.STATE);
        if (state == null) {
            throw new InvalidCallbackException("The callback has no state");
        }
        return state;
    }

    /**
     * The authorization code.
     *
     * @throws OAuth2Exception when there is an error instead
     */
    String code() {
        String error = get("error");
        String code = get(OAuthConstants.CODE);
        if (error != null) {
            throw refusal(error);
        }
        if (code == null) {
            throw new InvalidCallbackException("The callback has neither a code nor an error");
        }
        return code;
    }

    private OAuth2Exception refusal(String error) {
        String description = get("error_description");
        String said = ErrorText.singleLine(error + (description == null ? "" : ": " + description));
        return NO_CONSENT.contains(error)
                ? new AuthorizationRequiredException("The user did not consent: " + said, error, null)
                : new OAuth2Exception("The authorization server refused: " + said, error, null);
    }

    /**
     * Checks which authorization server the callback is from: RFC 9207, section 2.4.
     *
     * @param required the issuer that the callback must name; null when the server does not say that it does
     * @param known the issuer that the callback must not contradict; null when nobody knows
     */
    void checkIssuer(@Nullable String required, @Nullable String known) {
        String said = get("iss");
        checkIssuer(required, said, required == null);
        checkIssuer(known, said, said == null);
    }

    private static void checkIssuer(@Nullable String issuer, @Nullable String said, boolean isOptional) {
        if (issuer != null && !isOptional && !issuer.equals(said)) {
            throw new InvalidCallbackException("The callback is not from the authorization server " + issuer);
        }
    }

    /** Those of the named parameters that it has. */
    Map<String, String> fields(@Nullable List<String> names) {
        Map<String, String> fields = new HashMap<>(parameters);
        fields.keySet().retainAll(names == null ? List.of() : names);
        return fields;
    }

    /** The value of a parameter; null also when it is empty: RFC 6749, section 3.1. */
    private @Nullable String get(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
