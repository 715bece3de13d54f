package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The type {@code login}: the login request, the location of the token in its response, and how the token is sent. */
final class LoginType {

    static final AuthType TYPE = AuthType.reading("login", LoginType::read);

    private static final String TOKEN = "token";

    private LoginType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        Login login = new Login(
                members.text("method", LoginType::checkMethod),
                members.requiredText("loginUrl", LoginType::checkUrl),
                members.headers("loginHeaders"),
                members.tree("json", true),
                members.texts("form", true));
        String unusedBody = reader.atMostOneOf("json", "form");
        String unusedLocation = reader.atMostOneOf("tokenPath", "tokenHeader", "tokenCookie");
        String path = members.pointer("tokenPath");
        String header = responseName(reader, "tokenHeader");
        String cookie = responseName(reader, "tokenCookie");
        String expires = members.pointer("expiresPath");
        ExpiryFormat meaning = members.expiresAs();
        if (reader.has("expiresAs") && !reader.has("expiresPath")) {
            reader.problem("expiresAs", "it requires expiresPath");
        }
        Duration lifetime = members.positiveDuration("lifetime");
        Map<String, String> fields = members.pointers("tokenFields");
        members.use().receive(fields.keySet());
        Additions read = reader.object("use", use -> {
            int before = reader.problems();
            Additions all = Additions.all(members.of(use, TOKEN));
            if (!all.uses(TOKEN) && reader.problems() == before) {
                throw new InvalidDefinitionException(
                        "use", List.of("it does not send the token: use {{auth.token}} in one of its values"));
            }
            return all;
        });
        Additions use = read == null ? bearer() : read;
        Additions additions = Additions.common(members, use.headerNames());
        return Recipe.of(additions, values -> {
            // Reports missing values when the strategy is built.
            var unused = login.request(values);
            LoginAuthBuilder auth = LoginAuth.by(() -> login.request(values));
            if (path != null) {
                auth.token(path);
            }
            if (header != null) {
                auth.tokenHeader(header);
            }
            if (cookie != null) {
                auth.tokenCookie(cookie);
            }
            if (expires != null) {
                auth.expires(expires, meaning == null ? ExpiryFormat.SECONDS : meaning);
            }
            if (lifetime != null) {
                auth.lifetime(lifetime);
            }
            fields.forEach(auth::field);
            values.check(use, TOKEN);
            return auth.use(token -> use.build(values.with(TOKEN, token))).build();
        });
    }

    /** Reads the name of a header field or a cookie of the response. */
    private static @Nullable String responseName(JsonObjectReader reader, String member) {
        String name = reader.text(member);
        if (name != null) {
            reader.attempt(member, () -> CustomAuth.cookie(name, Secret.of("x")));
        }
        return name;
    }

    private static void checkMethod(String method) {
        var unused = Request.of(method, "/");
    }

    private static void checkUrl(String url) {
        if (url.isBlank()) {
            throw new InvalidDefinitionException("URL", List.of("it is empty"));
        }
        var unused = Request.get(url);
    }

    private static Additions bearer() {
        FieldText token = new FieldText("/use", PillText.compile("Bearer {{auth.token}}"));
        return new Additions(Map.of("Authorization", token), Map.of(), Map.of(), Additions.NONE.bodyFields());
    }

    /** The login request, created for each login. */
    private record Login(
            @Nullable FieldText method,
            FieldText url,
            Map<String, FieldText> headers,
            @Nullable JsonNode json,
            Map<String, FieldText> form) {

        Request request(FieldValues values) {
            String verb = values.text(method);
            Request request = Request.of(
                    verb == null ? "POST" : verb, Objects.requireNonNullElse(values.url(url), "https://missing"));
            for (Map.Entry<String, FieldText> header : headers.entrySet()) {
                Secret value = values.secret(header.getValue());
                request = value == null ? request : request.header(header.getKey(), value);
            }
            if (json != null) {
                return request.body(body(json, values));
            }
            if (!form.isEmpty()) {
                request = request.body(Body.form());
            }
            for (Map.Entry<String, FieldText> field : form.entrySet()) {
                String plain = values.isSecret(field.getValue()) ? null : values.text(field.getValue());
                Secret value = values.secret(field.getValue());
                request = plain != null
                        ? request.bodyField(field.getKey(), plain)
                        : value == null ? request : request.bodyField(field.getKey(), value);
            }
            return request;
        }

        private static Body body(JsonNode json, FieldValues values) {
            JsonNode filled = values.tree(json);
            Body[] body = {Body.json(filled == null ? Map.of() : filled)};
            values.eachSecret(json, secret -> body[0] = body[0].redacting(secret));
            return body[0];
        }

        /** Omits the values. */
        @Override
        public String toString() {
            return "login at " + url.pills();
        }
    }
}
