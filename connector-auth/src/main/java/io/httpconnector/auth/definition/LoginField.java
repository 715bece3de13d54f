package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The location of a value in the response to a request of a login. Immutable.
 *
 * @param source the part of the response
 * @param location a JSON Pointer, or the name of a header field or cookie
 */
record LoginField(Source source, String location) {

    /** A part of a response. */
    enum Source {
        BODY,
        HEADER,
        COOKIE
    }

    /** Reads locations by the names of the values: JSON Pointers, or objects. */
    static Map<String, LoginField> read(Members members, String member) {
        JsonObjectReader reader = members.reader();
        JsonNode given = reader.any(member);
        Map<String, LoginField> fields = new LinkedHashMap<>();
        if (given != null
                && given.isObject()
                && given.properties().stream()
                        .anyMatch(entry -> !entry.getValue().isTextual())) {
            reader.object(member, map -> readMixed(map, given, fields));
            return fields;
        }
        members.pointers(member).forEach((name, path) -> fields.put(name, new LoginField(Source.BODY, path)));
        if (given == null || (given.isObject() && given.isEmpty())) {
            // States that objects are permitted, too.
            var unused = reader.objectMap(member, (name, object) -> readOne(object));
        }
        return fields;
    }

    private static boolean readMixed(JsonObjectReader map, JsonNode given, Map<String, LoginField> fields) {
        given.fieldNames().forEachRemaining(name -> {
            if (given.get(name).isTextual()) {
                map.text(name, path -> {
                    Members.checkPointer(path);
                    fields.put(name, new LoginField(Source.BODY, path));
                });
            } else {
                LoginField field = map.object(name, LoginField::readOne);
                if (field != null) {
                    fields.put(name, field);
                }
            }
            map.attempt(name, () -> Members.checkName(name));
        });
        return true;
    }

    private static @Nullable LoginField readOne(JsonObjectReader reader) {
        String unused = reader.exactlyOneOf("path", "header", "cookie");
        // "path": The JSON Pointer of the value in the body; for XML below the root element.
        String path = reader.text("path");
        if (path != null) {
            reader.attempt("path", () -> Members.checkPointer(path));
        }
        // "header": The header field of the response that is the value, such as a CSRF token.
        String header = responseName(reader, "header");
        // "cookie": The cookie of the response that is the value.
        String cookie = responseName(reader, "cookie");
        if (path != null) {
            return new LoginField(Source.BODY, path);
        }
        return header != null
                ? new LoginField(Source.HEADER, header)
                : cookie == null ? null : new LoginField(Source.COOKIE, cookie);
    }

    /** Reads the name of a header field or a cookie of the response. */
    static @Nullable String responseName(JsonObjectReader reader, String member) {
        String name = reader.text(member);
        if (name != null) {
            reader.attempt(member, () -> CustomAuth.cookie(name, Secret.of("x")));
        }
        return name;
    }

    /** Lets a login keep the value. */
    void keep(LoginAuthBuilder login, String name) {
        LoginAuthBuilder unused = switch (source) {
            case HEADER -> login.fieldHeader(name, location);
            case COOKIE -> login.fieldCookie(name, location);
            default -> login.field(name, location);
        };
    }
}
