package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.internal.SecureUrl;
import io.httpconnector.auth.oauth2.ClientAuthentication;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenRequestFormat;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the members that the grants of OAuth 2 have in common; most have the name of a method of {@link OAuth2Builder}. */
final class OAuth2Members {

    static final String CLIENT_ID = "clientId";
    static final String CLIENT_SECRET = "clientSecret";

    private final Members members;
    private final JsonObjectReader reader;
    private final List<Step> steps = new ArrayList<>();

    /** Passes a member to the builder. */
    private interface Step {
        void apply(FieldValues values, OAuth2Builder builder);
    }

    private OAuth2Members(Members members) {
        this.members = members;
        this.reader = members.reader();
    }

    /** Reads the members of a grant. */
    static Recipe read(OAuth2Type type, Members members, Function<FieldValues, OAuth2Builder> grant) {
        return new OAuth2Members(members).read(type, grant);
    }

    private Recipe read(OAuth2Type type, Function<FieldValues, OAuth2Builder> grant) {
        type.checkMembers(reader);
        boolean discoversFromService = discover();
        endpoint("authorizationUrl", type, OAuth2Builder::authorizationUrl);
        endpoint("tokenUrl", type, OAuth2Builder::tokenUrl);
        endpoint("refreshUrl", type, OAuth2Builder::refreshUrl);
        endpoint("revocationUrl", type, OAuth2Builder::revocationUrl);
        endpoint("deviceAuthorizationUrl", type, OAuth2Builder::deviceAuthorizationUrl);
        authorizationRequest();
        tokenRequest();
        tokenResponse();
        KeyMembers key = reader.object("clientKey", object -> KeyMembers.read(members.of(object)));
        String unusedProof = reader.atMostOneOf("clientKey", "clientAuthentication");
        FieldText header = members.text("accessTokenHeader", field -> {
            var unused = Request.get("/").header(field, "");
        });
        step(header, OAuth2Builder::accessTokenHeader);
        step(members.text("tokenPrefix", Members::checkTokenPrefix), OAuth2Builder::tokenPrefix);
        Additions additions =
                Additions.common(members, header == null ? "Authorization" : header.isFixed() ? header.fixed() : "");
        return (values, application) -> {
            OAuth2Builder builder = grant.apply(values);
            steps.forEach(step -> step.apply(values, builder));
            client(values, builder, key, type.requiresClient() && !discoversFromService);
            application.applyTo(builder);
            return additions.combine(builder.build(), values, application);
        };
    }

    /** Returns whether the authorization server is discovered from the service, which may also register a client. */
    private boolean discover() {
        JsonNode discover = reader.any("discover");
        if (discover == null) {
            return false;
        }
        if (discover.isTextual()) {
            FieldText issuer = members.url("discover", SecureUrl::problemOfIssuer);
            steps.add((values, builder) -> accept(values.url(issuer), builder::discover));
            return false;
        }
        if (!discover.isBoolean() || !discover.booleanValue()) {
            reader.problem("discover", "expected the URL of an issuer, or true to discover it from the service");
            return false;
        }
        steps.add((values, builder) -> builder.discover());
        return true;
    }

    private void endpoint(String name, OAuth2Type type, Setter<String> setter) {
        boolean isRequired = type.requires(name) && !reader.has("discover");
        FieldText url = isRequired ? members.requiredUrl(name) : members.url(name);
        steps.add((values, builder) -> accept(values.url(url), value -> setter.set(builder, value)));
    }

    private void authorizationRequest() {
        List<FieldText> scopes = members.scopes("scopes");
        steps.add((values, builder) -> scopes.forEach(scope -> accept(values.text(scope), builder::scopes)));
        step(members.text("scopeSeparator", Members::checkNotEmpty), OAuth2Builder::scopeSeparator);
        if (reader.has("scopeSeparator") && !reader.has("scopes")) {
            reader.problem("scopeSeparator", "there are no scopes: omit it");
        }
        each(
                members.texts("authorizationParameters", true),
                OAuth2Builder::authorizationParameter,
                OAuth2Builder::authorizationParameter);
        if (Boolean.FALSE.equals(reader.flag("pkce"))) {
            steps.add((values, builder) -> builder.withoutPkce());
        }
        if (reader.isSet("nonce")) {
            steps.add((values, builder) -> builder.nonce());
        }
        step(members.url("issuer", SecureUrl::problemOfIssuer), OAuth2Builder::issuer);
        FieldText resource = members.url("resource", SecureUrl::problemOfResource);
        steps.add((values, builder) -> accept(values.url(resource), builder::resource));
        List<String> fields = members.received(members.names("callbackFields"));
        steps.add((values, builder) -> fields.forEach(builder::callbackFields));
    }

    private void tokenRequest() {
        each(members.texts("tokenParameters", true), OAuth2Builder::tokenParameter, OAuth2Builder::tokenParameter);
        each(
                members.texts("refreshParameters", true),
                OAuth2Builder::refreshParameter,
                OAuth2Builder::refreshParameter);
        each(members.headers("tokenHeaders"), OAuth2Builder::tokenHeader, OAuth2Builder::tokenHeader);
        ClientAuthentication authentication = reader.constant("clientAuthentication", ClientAuthentication.class);
        TokenRequestFormat request = reader.constant("tokenRequest", TokenRequestFormat.class);
        String method = reader.oneOf("tokenMethod", List.of("GET", "POST", "PUT"));
        if ("GET".equals(method) && request != null && request != TokenRequestFormat.QUERY) {
            reader.problem("tokenRequest", "a GET request has no body: use \"query\", or omit it");
        }
        steps.add((values, builder) -> {
            accept(authentication, builder::clientAuthentication);
            accept(request, builder::tokenRequest);
            accept(method, builder::tokenMethod);
        });
    }

    private void tokenResponse() {
        String access = members.pointer("accessTokenPath");
        String refresh = members.pointer("refreshTokenPath");
        String expires = members.pointer("expiresPath");
        ExpiryFormat meaning = members.expiresAs();
        Duration lifetime = members.positiveDuration("lifetime");
        Duration before = reader.duration("refreshBefore");
        if (before != null && before.isNegative()) {
            reader.problem("refreshBefore", before + " is negative");
        }
        Map<String, String> fields = members.received(members.pointers("tokenFields"));
        List<String> refusals = members.names("refusals");
        steps.add((values, builder) -> {
            accept(access, builder::accessTokenAt);
            accept(refresh, builder::refreshTokenAt);
            if (expires != null || meaning != null) {
                builder.expires(
                        expires == null ? "/expires_in" : expires, meaning == null ? ExpiryFormat.SECONDS : meaning);
            }
            accept(lifetime, builder::lifetime);
            accept(before, builder::refreshBefore);
            fields.forEach(builder::tokenField);
            refusals.forEach(builder::refusals);
        });
    }

    private static void client(FieldValues values, OAuth2Builder builder, @Nullable KeyMembers key, boolean needed) {
        String id = values.plain().get(CLIENT_ID);
        if (id == null) {
            if (needed) {
                values.problem(CLIENT_ID, "it is missing: set it by value(\"clientId\", ...)");
            }
        } else if (key != null) {
            builder.client(id, key.build(values));
        } else {
            Secret secret = values.entered(CLIENT_SECRET);
            if (secret == null) {
                builder.publicClient(id);
            } else {
                builder.client(id, secret);
            }
        }
    }

    private interface Setter<T> {
        OAuth2Builder set(OAuth2Builder builder, T value);
    }

    private interface PairSetter<T> {
        OAuth2Builder set(OAuth2Builder builder, String name, T value);
    }

    private void step(@Nullable FieldText text, Setter<String> setter) {
        steps.add((values, builder) -> accept(values.text(text), value -> setter.set(builder, value)));
    }

    private void each(Map<String, FieldText> texts, PairSetter<String> plain, PairSetter<Secret> secret) {
        steps.add((values, builder) -> texts.forEach((name, text) -> {
            try {
                if (values.isSecret(text)) {
                    accept(values.secret(text), value -> secret.set(builder, name, value));
                } else {
                    accept(values.text(text), value -> plain.set(builder, name, value));
                }
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> values.problem(text.pointer(), problem));
            }
        }));
    }

    private static <T> void accept(@Nullable T value, Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }
}
