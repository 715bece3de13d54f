package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The type {@code login}: the login request, possibly after others, the location of the token in its response, and how the token is
 * sent.
 */
final class LoginType {

    static final AuthType TYPE = AuthType.reading("login", List.of(), Set.of("tokenFields", "steps"), LoginType::read);

    static final String TOKEN = "token";
    private static final String JWT = "jwt";

    private LoginType() {}

    /** A request, and the values of its response that are kept. */
    private record DefinedStep(DefinedRequest request, Map<String, LoginField> fields) {}

    private static Recipe read(Members given) {
        JsonObjectReader reader = given.reader();
        // "jwt": A token that is signed anew for each login: the requests may contain `{{auth.jwt}}`.
        JwtMembers jwt = reader.object(JWT, object -> JwtMembers.read(given.of(object)));
        Members members = (reader.has(JWT) ? given.of(reader, JWT) : given).with(AttemptValues.NAMES_OF_TIME);
        Set<String> received = new LinkedHashSet<>();
        List<DefinedStep> steps = new ArrayList<>(
                // "steps": Requests that are sent before the login request, in order.
                reader.objects("steps", step -> readStep(members.of(step).withReceived(received), received)));
        reader.requireElement("steps");
        DefinedRequest login = DefinedRequest.read(members.withReceived(received), "login", "POST");
        // "tokenFields": Values of the response by name, as JSON Pointers, or as objects for header fields and cookies:
        // the following requests, `use`, `headers`, `query`, `baseUrl`, `test`, requests and triggers may contain
        // `{{auth.name}}`.
        Map<String, LoginField> fields = LoginField.read(members, "tokenFields");
        received.addAll(fields.keySet());
        steps.add(new DefinedStep(login, fields));
        members.use().receive(received);
        Function<LoginAuthBuilder, LoginAuthBuilder> response = response(members);
        Members ofResponse = given.withReceived(received);
        // "keepCookies": Whether the cookies that the responses set are sent with each request; the token is then
        // optional. Default: false.
        boolean keepsCookies = reader.isSet("keepCookies");
        // "use": How the token `{{auth.token}}` is sent. Default: as a bearer token; with `keepCookies` not at all.
        Additions read = reader.object("use", use -> readUse(ofResponse.of(use, TOKEN), keepsCookies));
        Additions use = read != null ? read : keepsCookies ? Additions.NONE : bearer();
        Additions additions = Additions.common(ofResponse, use.headerNames());
        return Recipe.of(additions, values -> {
            // Reports missing values when the strategy is built.
            FieldValues samples = values.withSamples(jwt == null ? List.of() : List.of(JWT));
            steps.forEach(step -> step.request.create(samples));
            if (jwt != null) {
                var unusedToken = jwt.sign(values);
            }
            FieldValues afterLogin = samples.withSamples(List.of(TOKEN));
            var unusedUse = use.build(afterLogin);
            afterLogin.moveProblemsTo(values);
            samples.moveProblemsTo(values);
            LoginAuthBuilder built = response.apply(builder(steps, values, jwt));
            if (keepsCookies) {
                built.keepCookies();
            }
            if (read != null || !keepsCookies) {
                built.useFields((token, results) ->
                        use.build(values.withReceived(revealed(results)).with(TOKEN, token)));
            }
            return built.timeSource(values.timeSource()).build();
        });
    }

    private static DefinedStep readStep(Members members, Set<String> received) {
        DefinedRequest request = DefinedRequest.read(members, "", "POST");
        // "tokenFields": Values of the response by name, as JSON Pointers, or as objects for header fields and cookies:
        // the following requests may contain `{{auth.name}}`.
        Map<String, LoginField> fields = LoginField.read(members, "tokenFields");
        received.addAll(fields.keySet());
        return new DefinedStep(request, fields);
    }

    private static Additions readUse(Members use, boolean keepsCookies) {
        int before = use.reader().problems();
        Additions all = Additions.all(use);
        if (!keepsCookies
                && use.namesWith(Set.of(TOKEN)).stream().noneMatch(all::uses)
                && use.reader().problems() == before) {
            throw new InvalidDefinitionException(
                    "use", List.of("it does not send the token: use {{auth.token}} in one of its values"));
        }
        return all;
    }

    /** Reads how the last response is used. */
    private static Function<LoginAuthBuilder, LoginAuthBuilder> response(Members members) {
        JsonObjectReader reader = members.reader();
        String unusedLocation = reader.atMostOneOf("tokenPath", "tokenHeader", "tokenCookie");
        // "tokenPath": The JSON Pointer of the token in the response; for XML below the root element. Default:
        // `/token`.
        String path = members.pointer("tokenPath");
        // "tokenHeader": The header field of the response that is the token.
        String header = LoginField.responseName(reader, "tokenHeader");
        // "tokenCookie": The cookie of the response that is the token.
        String cookie = LoginField.responseName(reader, "tokenCookie");
        // "expiresPath": The JSON Pointer of the expiry in the response.
        String expires = members.pointer("expiresPath");
        // "expiresAs": The format of the expiry. Default: `seconds`.
        ExpiryFormat meaning = ExpiryMembers.expiresAs(reader);
        if (reader.has("expiresAs") && !reader.has("expiresPath")) {
            reader.problem("expiresAs", "it requires expiresPath");
        }
        // "lifetime": The lifetime of the token, if the response has no expiry. Default: until the service rejects it.
        Duration lifetime = members.positiveDuration("lifetime");
        return auth -> {
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
            return lifetime == null ? auth : auth.lifetime(lifetime);
        };
    }

    private static LoginAuthBuilder builder(List<DefinedStep> steps, FieldValues values, @Nullable JwtMembers jwt) {
        LoginAuthBuilder auth = null;
        for (DefinedStep step : steps) {
            Function<Map<String, Secret>, Request> request = results -> {
                FieldValues all = values.withReceived(revealed(results));
                Request created = step.request.create(jwt == null ? all : all.with(JWT, jwt.sign(values)));
                all.throwProblems();
                return created;
            };
            auth = auth == null ? LoginAuth.by(() -> request.apply(Map.of())) : auth.then(request);
            LoginAuthBuilder built = auth;
            step.fields.forEach((name, field) -> field.keep(built, name));
        }
        if (auth == null) {
            throw new IllegalStateException("the login request is the last step");
        }
        return auth;
    }

    private static Map<String, String> revealed(Map<String, Secret> results) {
        Map<String, String> revealed = new HashMap<>();
        results.forEach((name, value) -> revealed.put(name, value.reveal()));
        return revealed;
    }

    private static Additions bearer() {
        FieldText token = new FieldText("/use", PillText.compile("Bearer {{auth.token}}"));
        return new Additions(Map.of("Authorization", token), Map.of(), Map.of(), Additions.NONE.bodyFields());
    }
}
