package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.ErrorFields;
import io.httpconnector.auth.internal.ErrorText;
import io.httpconnector.auth.internal.FormText;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads values of the response to a login: JSON, a form, XML, or plain text. */
final class LoginResponse {

    private static final Pattern DELETED = Pattern.compile("(?i)(^|;)\\s*max-age\\s*=\\s*(0+|-[0-9]+)\\s*(;|$)");

    /** The root element of an XML document, without its namespace prefix. */
    private static final Pattern ROOT = Pattern.compile("<(?:[A-Za-z_][\\w.-]*:)?([A-Za-z_][\\w.-]*)[\\s/>]");

    /** A code of an error that is certainly no credential: a word or a number. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z_ .-]{1,60}|-?[0-9]{1,9}");

    private LoginResponse() {}

    /** Returns a value at a location; for the empty path, also plain text. */
    static Function<Response, @Nullable String> at(JsonPointer path) {
        return read(path, JsonNode::isValueNode);
    }

    /** Returns whatever there is at a location, also a list or an object. */
    static Function<Response, @Nullable String> any(JsonPointer path) {
        return read(path, value -> !value.isMissingNode());
    }

    private static Function<Response, @Nullable String> read(JsonPointer path, Predicate<JsonNode> accepted) {
        return response -> {
            JsonNode json = json(response);
            if (json == null && path.matches()) {
                return response.text().strip();
            }
            JsonNode tree = json == null ? notJson(response) : json;
            JsonNode value = tree == null ? null : json == null ? atWithRoot(tree, path, response) : tree.at(path);
            return value == null || value.isNull() || !accepted.test(value)
                    ? null
                    : value.isContainerNode() ? value.toString() : value.asText();
        };
    }

    /** Returns a value of a form or an XML document, whose path can start with the root element, as in the JSON of AWS STS. */
    private static JsonNode atWithRoot(JsonNode tree, JsonPointer path, Response response) {
        JsonNode value = tree.at(path);
        Matcher root = ROOT.matcher(response.text());
        JsonPointer below = path.tail();
        return value.isMissingNode()
                        && below != null
                        && root.find()
                        && root.group(1).equals(path.getMatchingProperty())
                ? tree.at(below)
                : value;
    }

    /**
     * Returns the code and the message of an error for an exception message; empty if the response has none.
     *
     * @param mask hides the secrets of the request, in case the service repeats them
     */
    static String error(Response response, UnaryOperator<String> mask) {
        JsonNode json = json(response);
        JsonNode tree = json == null ? notJson(response) : json;
        ErrorFields error = tree == null ? new ErrorFields(null, null, null) : ErrorFields.of(tree);
        String description = error.description();
        // Without a message, the value may be a token or a code that is none of an error.
        String code = error.code() != null
                        && (description != null || CODE.matcher(error.code()).matches())
                ? error.code()
                : null;
        String text = Stream.of(code, description).filter(Objects::nonNull).collect(Collectors.joining(": "));
        return text.isEmpty() ? "" : "; the service reports: " + ErrorText.singleLine(mask.apply(text));
    }

    private static @Nullable JsonNode json(Response response) {
        try {
            return response.json();
        } catch (InvalidResponseException e) {
            return null;
        }
    }

    private static @Nullable JsonNode notJson(Response response) {
        String text = response.text().strip();
        if (text.startsWith("<")) {
            return xml(response);
        }
        return FormText.isForm(text) ? FormText.parse(text) : null;
    }

    private static @Nullable JsonNode xml(Response response) {
        try {
            return response.xml();
        } catch (InvalidResponseException e) {
            return null;
        }
    }

    /** Returns the value of a header field. */
    static BiFunction<Response, List<String>, @Nullable String> header(String name) {
        return (response, cookies) -> response.headers().first(name).orElse(null);
    }

    /** Returns the value of a cookie, from the {@code Set-Cookie} fields of a response and the redirects to it. */
    static BiFunction<Response, List<String>, @Nullable String> cookie(String name) {
        return (response, cookies) -> cookie(name, cookies);
    }

    /** Returns the value of a cookie in {@code Set-Cookie} fields: the last one of this name, unless it is deleted. */
    private static @Nullable String cookie(String name, List<String> fields) {
        String value = null;
        for (String cookie : fields) {
            String[] parts = cookie.split(";", 2);
            String[] pair = parts[0].split("=", 2);
            if (pair.length == 2 && pair[0].strip().equals(name)) {
                boolean isDeleted =
                        parts.length == 2 && DELETED.matcher(parts[1]).find();
                value = isDeleted ? null : pair[1].strip();
            }
        }
        return value;
    }
}
