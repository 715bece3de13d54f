package io.httpconnector.auth.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The error in a response to a request for credentials, in the shapes that services send: a code and a message under various names, also
 * within an array or an object.
 *
 * @param code null if the response has none
 * @param description null if the response has none
 * @param uri null if the response has none
 */
public record ErrorFields(
        @Nullable String code,
        @Nullable String description,
        @Nullable String uri) {

    private static final int MAX_DEPTH = 4;
    /** In order of precedence. */
    private static final List<String> CODES =
            List.of("error", "code", "error_code", "errorCode", "error_type", "errorType", "errcode", "type");

    private static final List<String> CONTAINERS = List.of("error", "errors", "fault", "data", "result", "response");

    private static final List<String> DESCRIPTIONS = List.of(
            "error_description",
            "errorDescription",
            "error_message",
            "errorMessage",
            "errmsg",
            "message",
            "detail",
            "msg",
            "description");

    /**
     * Finds the error in a response.
     *
     * @param response the tree of the response
     * @return the error, without a code and a description if there is none
     */
    public static ErrorFields of(JsonNode response) {
        String code = find(response, CODES, JsonNode::isTextual, MAX_DEPTH);
        return new ErrorFields(
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
}
