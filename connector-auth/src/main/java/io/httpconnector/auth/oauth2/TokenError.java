package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.StatusException;
import io.httpconnector.auth.internal.FormText;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
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

    private static final int MAX_DEPTH = 4;
    /** In order of precedence. */
    private static final List<String> CODES = List.of("error", "code", "error_code", "errorCode", "type");

    private static final List<String> CONTAINERS = List.of("error", "errors", "fault", "data");

    private static final List<String> DESCRIPTIONS = List.of(
            "error_description",
            "errorDescription",
            "error_message",
            "errorMessage",
            "message",
            "detail",
            "msg",
            "description");

    static TokenError of(JsonNode response) {
        String code = find(response, CODES, JsonNode::isTextual, MAX_DEPTH);
        return new TokenError(
                code == null ? find(response, CODES, JsonNode::isNumber, MAX_DEPTH) : code,
                find(response, DESCRIPTIONS, JsonNode::isTextual, MAX_DEPTH),
                find(response, List.of("error_uri"), JsonNode::isTextual, 1));
    }

    /** Finds the first value with one of the names, here or within the objects and arrays of an error. */
    private static @Nullable String find(JsonNode json, List<String> names, Predicate<JsonNode> type, int depth) {
        if (json.isArray()) {
            JsonNode first = json.path(0);
            return first.isTextual() && type.test(first) ? first.asText() : find(first, names, type, depth - 1);
        }
        for (String name : names) {
            JsonNode value = json.path(name);
            if (type.test(value) && !value.asText().isEmpty()) {
                return value.asText();
            }
        }
        for (String name : depth <= 0 ? List.<String>of() : CONTAINERS) {
            String inner = find(json.path(name), names, type, depth - 1);
            if (inner != null) {
                return inner;
            }
        }
        return null;
    }

    /**
     * Converts a 4xx response with an error code to an {@link OAuth2Exception}. A 5xx response stays as it is: it is unknown whether
     * the request was processed.
     *
     * @param endpoint such as {@code token endpoint}
     */
    static RuntimeException ofResponse(String endpoint, StatusException e) {
        TokenError error = e.status() < 500 ? of(body(e)) : new TokenError(null, null, null);
        String url = e.exchange().map(Exchange::url).orElse("");
        String method = e.exchange().map(Exchange::method).orElse("");
        return error.code == null ? e : error.exception(endpoint, method, url, e.status(), e, UnaryOperator.identity());
    }

    private static JsonNode body(StatusException e) {
        String text = e.body().strip();
        if (FormText.isForm(text)) {
            return FormText.parse(text);
        }
        try {
            return e.json();
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
        String text = (code == null ? description : code + (description == null ? "" : ": " + description))
                + (uri == null ? "" : " (" + uri + ")");
        return new OAuth2Exception(
                "The " + endpoint + " responded with an error: " + ErrorText.singleLine(mask.apply(text)) + where,
                code == null ? null : mask.apply(code),
                cause);
    }
}
