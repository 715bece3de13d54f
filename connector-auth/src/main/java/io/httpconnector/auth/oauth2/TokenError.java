package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.AuthContext;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.ErrorFields;
import io.httpconnector.auth.internal.ErrorText;
import io.httpconnector.auth.internal.FormText;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The error in a response of an authorization server: RFC 6749, section 5.2, and the other shapes that providers send: a form, an
 * array, an object within {@code error} or {@code errors}, or a code and a message under other names. Immutable.
 *
 * @param code null if the response has none
 */
record TokenError(
        @Nullable String code,
        @Nullable String description,
        @Nullable String uri) {

    /** The statuses of error responses that are not temporary. */
    private static final int[] CLIENT_ERRORS = IntStream.range(400, 500)
            .filter(status -> status != 408 && status != 425 && status != 429)
            .toArray();

    /** Codes that are never masked: those of RFC 6749, 7009, 7591, 8628, 8707, 9126, and OpenID Connect. */
    private static final Set<String> KNOWN = Set.of(
            "access_denied",
            "authorization_pending",
            "consent_required",
            "expired_token",
            "insufficient_scope",
            "interaction_required",
            "invalid_client",
            "invalid_client_metadata",
            "invalid_grant",
            "invalid_redirect_uri",
            "invalid_request",
            "invalid_request_object",
            "invalid_request_uri",
            "invalid_scope",
            "invalid_target",
            "invalid_token",
            "login_required",
            "server_error",
            "slow_down",
            "temporarily_unavailable",
            "unauthorized_client",
            "unsupported_grant_type",
            "unsupported_response_type",
            "unsupported_token_type");

    static TokenError of(JsonNode response) {
        ErrorFields found = ErrorFields.of(response);
        return new TokenError(found.code(), found.description(), found.uri());
    }

    /**
     * Sends a request to an endpoint. A 4xx response with an error code is an {@link OAuth2Exception}: its code is read before secrets
     * are masked, as a short one could be a part of it. A 5xx response is not: it is unknown whether the request was processed.
     *
     * @param endpoint such as {@code token endpoint}
     */
    static Response send(AuthContext context, String endpoint, Request request) {
        Response response = context.send(request.acceptStatus(CLIENT_ERRORS));
        if (response.status() < 400) {
            return response;
        }
        ConnectorException failure = context.failure(response);
        TokenError error = of(body(response));
        if (error.code == null) {
            throw failure;
        }
        String method = response.exchange().method();
        String url = response.exchange().url();
        throw error.exception(endpoint, method, url, response.status(), failure, text -> context.mask(response, text));
    }

    private static JsonNode body(Response response) {
        try {
            String text = response.text().strip();
            return FormText.isForm(text) ? FormText.parse(text) : response.json();
        } catch (InvalidResponseException notJson) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Returns the exception.
     *
     * @param mask hides the secrets of the request, in case the server repeats them
     */
    OAuth2Exception exception(
            String endpoint,
            String method,
            String url,
            int status,
            @Nullable Throwable cause,
            UnaryOperator<String> mask) {
        String where = " (status " + status + ", " + method + " " + url + ")";
        if (code == null && description == null) {
            return new OAuth2Exception("The " + endpoint + " responded without an access token" + where, null, cause);
        }
        String known = code == null || KNOWN.contains(code) ? code : mask.apply(code);
        String details =
                mask.apply(Objects.requireNonNullElse(description, "") + (uri == null ? "" : " (" + uri + ")"));
        String text = known == null ? details : known + (description == null ? "" : ": ") + details;
        return new OAuth2Exception(
                "The " + endpoint + " responded with an error: " + ErrorText.singleLine(text) + where, known, cause);
    }
}
