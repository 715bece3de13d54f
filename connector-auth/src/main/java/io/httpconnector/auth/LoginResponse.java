package io.httpconnector.auth;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidResponseException;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.FormText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads values of the response to a login: JSON, a form, XML, or plain text. */
final class LoginResponse {

    private LoginResponse() {}

    /** Returns a value at a location; for the empty path, also plain text. */
    static Function<Response, @Nullable String> at(JsonPointer path) {
        return response -> {
            JsonNode json = json(response);
            if (json == null && path.matches()) {
                return response.text().strip();
            }
            JsonNode tree = json == null ? notJson(response) : json;
            JsonNode value = tree == null ? null : tree.at(path);
            return value != null && value.isValueNode() && !value.isNull() ? value.asText() : null;
        };
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

    /** Returns the value of a cookie that the response sets. */
    static Function<Response, @Nullable String> cookie(String name) {
        return response -> cookies(response).get(name);
    }

    /** Returns the cookies that the response sets, by name. */
    static Map<String, String> cookies(Response response) {
        Map<String, String> cookies = new LinkedHashMap<>();
        response.headers().all("Set-Cookie").stream()
                .map(cookie -> cookie.split(";", 2)[0].split("=", 2))
                .filter(pair -> pair.length == 2 && !pair[1].isBlank())
                .forEach(pair -> cookies.putIfAbsent(pair[0].strip(), pair[1].strip()));
        return cookies;
    }
}
