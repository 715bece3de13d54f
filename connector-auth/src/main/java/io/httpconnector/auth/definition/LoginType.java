package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.ExpiresAs;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A login as data: the request, where its answer has the token, and where the token goes. */
final class LoginType {

    private LoginType() {}

    static AuthStrategy login(StrategyType.Input input) {
        ObjectNode json = input.json();
        String method = json.has("method") ? input.takeText("method") : "POST";
        String url = input.values().url("loginUrl", input.take("loginUrl"));
        JsonNode body = json.remove("json");
        Map<String, String> form = new LinkedHashMap<>();
        input.takeEach("form", form::put);
        Map<String, String> headers = new LinkedHashMap<>();
        input.takeEach("loginHeaders", headers::put);
        Login login = new Login(method, url, headers, body, form, input.values());
        // Once, for what is wrong with it.
        var unused = login.request();
        LoginAuthBuilder auth = LoginAuth.by(login::request);
        place(input, auth);
        expiry(input, auth);
        input.takeEach("tokenFields", auth::field);
        ObjectNode use = json.remove("use") instanceof ObjectNode given ? given : bearer();
        auth.use(token -> used(input, use, token));
        // Once as well.
        var unusedSample = used(input, use, Secret.of("sample"));
        return auth.build();
    }

    /** The request, made anew for each login. */
    private record Login(
            String method,
            String url,
            Map<String, String> headers,
            JsonNode body,
            Map<String, String> form,
            Values values) {

        Request request() {
            Request request = Request.of(method, url);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                request = request.header(header.getKey(), values.secret(header.getKey(), header.getValue()));
            }
            if (body instanceof ObjectNode object) {
                return json(request, object);
            }
            if (!form.isEmpty()) {
                request = request.body(Body.form());
                for (Map.Entry<String, String> field : form.entrySet()) {
                    request = request.bodyField(field.getKey(), values.secret(field.getKey(), field.getValue()));
                }
            }
            return request;
        }

        private Request json(Request bare, ObjectNode object) {
            ObjectNode plain = object.deepCopy();
            List<String> secrets = new ArrayList<>();
            object.properties().forEach(entry -> {
                if (entry.getValue().isTextual()
                        && values.isSecret(entry.getValue().asText())) {
                    secrets.add(entry.getKey());
                }
            });
            plain.remove(secrets);
            StrategyType.fill(plain, values);
            Request request = bare.json(plain);
            for (String name : secrets) {
                request = request.bodyField(
                        name, values.secret(name, object.path(name).asText()));
            }
            return request;
        }

        /** Without the values. */
        @Override
        public String toString() {
            return method + " " + url;
        }
    }

    private static void place(StrategyType.Input input, LoginAuthBuilder auth) {
        if (input.json().has("tokenPath")) {
            auth.token(input.takeText("tokenPath"));
        }
        if (input.json().has("tokenHeader")) {
            auth.tokenHeader(input.takeText("tokenHeader"));
        }
        if (input.json().has("tokenCookie")) {
            auth.tokenCookie(input.takeText("tokenCookie"));
        }
    }

    private static void expiry(StrategyType.Input input, LoginAuthBuilder auth) {
        ObjectNode json = input.json();
        try {
            if (json.has("expiresPath")) {
                String meaning = json.has("expiresAs") ? input.takeText("expiresAs") : "seconds";
                auth.expires(
                        input.takeText("expiresPath"),
                        ExpiresAs.valueOf(meaning.toUpperCase(Locale.ROOT).replace('-', '_')));
            }
            if (json.has("lifetime")) {
                auth.lifetime(Duration.parse(input.takeText("lifetime")));
            }
        } catch (IllegalArgumentException | DateTimeParseException e) {
            input.problems().add("expiresAs or lifetime: " + e.getMessage());
        }
    }

    private static ObjectNode bearer() {
        ObjectNode use = JsonNodeFactory.instance.objectNode();
        use.putObject("headers").put("Authorization", "Bearer {{auth.token}}");
        return use;
    }

    private static CustomAuth used(StrategyType.Input input, ObjectNode use, Secret token) {
        Values values = new Values(input.problems());
        input.values().plain().forEach(values::put);
        values.put("token", token);
        ObjectNode rest = use.deepCopy();
        CustomAuth auth = StrategyType.additions(
                new StrategyType.Input(input.choice(), rest, values, input.problems(), Map.of()), values);
        rest.fieldNames().forEachRemaining(name -> input.problems().add("use: " + name + ": there is no such key"));
        return auth;
    }
}
