package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request of a definition, such as that of a login, created from the values each time. Immutable.
 *
 * @param defaultMethod the method if {@code method} is absent or omitted
 */
record DefinedRequest(
        String defaultMethod,
        @Nullable FieldText method,
        @Nullable UrlText url,
        Map<String, FieldText> headers,
        Map<String, FieldText> query,
        @Nullable FieldText user,
        @Nullable FieldText password,
        @Nullable JsonNode json,
        Map<String, FieldText> form,
        @Nullable FieldText xml) {

    /**
     * Reads the members of a request.
     *
     * @param prefix the prefix of the names, such as {@code login}; may be empty
     */
    static DefinedRequest read(Members members, String prefix, String defaultMethod) {
        JsonObjectReader reader = members.reader();
        String user = name(prefix, "user");
        String password = name(prefix, "password");
        String url = name(prefix, "url");
        // "url", "loginUrl": The URL of the request; in a list, the first one whose fields all have values is used.
        reader.require(url);
        DefinedRequest request = new DefinedRequest(
                defaultMethod,
                // "method": The method. Default: POST for a login, GET for a test.
                members.text("method", DefinedRequest::checkMethod),
                UrlText.read(members, url, DefinedRequest::problemOfUrl),
                // "headers", "loginHeaders": The header fields by name.
                members.headers(name(prefix, "headers")),
                // "query", "loginQuery": The query parameters by name.
                members.texts(name(prefix, "query"), true),
                // "user", "loginUser": The user name of HTTP Basic authentication.
                members.secret(user),
                // "password", "loginPassword": The password of HTTP Basic authentication.
                members.secret(password),
                // "json": A JSON body, with placeholders at any depth.
                members.tree("json", true),
                // "form": The fields of a form body by name.
                members.texts("form", true),
                // "xml": An XML body; values are escaped.
                members.secret("xml"));
        String unused = reader.atMostOneOf("json", "form", "xml");
        if (reader.has(password) && !reader.has(user)) {
            reader.problem(user, "it is missing, but there is a " + password);
        }
        if (reader.has(user) && request.headers.keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)) {
            reader.problem(user, "there is also a header Authorization: omit one of them");
        }
        return request;
    }

    /** Returns a GET request without other members. */
    static DefinedRequest get(UrlText url) {
        return new DefinedRequest("GET", null, url, Map.of(), Map.of(), null, null, null, Map.of(), null);
    }

    /** Returns whether a text uses one of the fields. */
    boolean uses(Set<String> fields) {
        Stream<FieldText> single = Stream.of(method, user, password, xml).flatMap(Stream::ofNullable);
        Stream<FieldText> named = Stream.of(headers, query, form).flatMap(texts -> texts.values().stream());
        Stream<FieldText> located = url == null ? Stream.of() : url.alternatives().stream();
        Stream<FieldText> nested = json == null ? Stream.of() : Additions.texts(json);
        return Stream.of(single, named, located, nested)
                .flatMap(texts -> texts)
                .anyMatch(text -> text.fields().stream().anyMatch(fields::contains));
    }

    private static String name(String prefix, String member) {
        return prefix.isEmpty()
                ? member
                : prefix + member.substring(0, 1).toUpperCase(Locale.ROOT) + member.substring(1);
    }

    private static void checkMethod(String method) {
        var unused = Request.of(method, "/");
    }

    static @Nullable String problemOfUrl(String url) {
        if (url.isBlank()) {
            return "it is empty";
        }
        try {
            var unused = Request.get(url);
            return null;
        } catch (InvalidDefinitionException e) {
            return String.join("; ", e.problems());
        }
    }

    /** Creates the request with the given values, whose problems are reported. */
    Request create(FieldValues values) {
        String verb = values.text(method);
        Request request = Request.of(verb == null ? defaultMethod : verb, address(values));
        for (Map.Entry<String, FieldText> header : headers.entrySet()) {
            Secret value = values.secret(header.getValue());
            request = value == null ? request : request.header(header.getKey(), value);
        }
        for (Map.Entry<String, FieldText> parameter : query.entrySet()) {
            Secret value = values.secret(parameter.getValue());
            request = value == null ? request : request.query(parameter.getKey(), value);
        }
        if (user != null) {
            request = BasicType.build(user, password, values).apply(request);
        }
        if (json != null) {
            return request.body(json(json, values));
        }
        if (xml != null) {
            return request.body(xml(xml, values));
        }
        return form.isEmpty() ? request : withForm(request, values);
    }

    private String address(FieldValues values) {
        int before = values.problems();
        String address = values.url(url);
        if (address == null && url != null && values.problems() == before) {
            values.problem(
                    url.alternatives().get(0).pointer(),
                    "one of the values " + url.fields().toList() + " is missing: it was not entered, or not received");
        }
        return Objects.requireNonNullElse(address, "https://missing");
    }

    private Request withForm(Request bare, FieldValues values) {
        Request request = bare.body(Body.form());
        for (Map.Entry<String, FieldText> field : form.entrySet()) {
            FieldText text = field.getValue();
            String plain = values.isSecret(text) || values.usesReceived(text) ? null : values.text(text);
            Secret value = plain == null ? values.secret(text) : null;
            request = plain != null
                    ? request.bodyField(field.getKey(), plain)
                    : value == null ? request : request.bodyField(field.getKey(), value);
        }
        return request;
    }

    private static Body json(JsonNode json, FieldValues values) {
        JsonNode filled = values.tree(json);
        Body[] body = {Body.json(filled == null ? Map.of() : filled)};
        values.eachSecret(json, secret -> body[0] = body[0].redacting(secret));
        return body[0];
    }

    /** Values are character data: XML 1.0, section 2.4. */
    private static Body xml(FieldText xml, FieldValues values) {
        String filled = values.text(xml, (before, value) -> escaped(value));
        Body body = filled == null ? Body.xml("<missing/>") : Body.xml(filled);
        for (Secret secret : values.secrets(xml)) {
            body = body.redacting(secret);
        }
        return body;
    }

    private static String escaped(String value) {
        if (value.chars().anyMatch(c -> c < 0x20 && c != '\t' && c != '\n' && c != '\r')) {
            throw new InvalidDefinitionException("XML", List.of("a value has a control character"));
        }
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&apos;");
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "request to " + url;
    }
}
