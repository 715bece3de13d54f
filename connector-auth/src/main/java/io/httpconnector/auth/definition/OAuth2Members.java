package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.auth.internal.SecureUrl;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the members that the grants of OAuth 2 have in common. They have the names of the {@link OAuth2Builder} methods. */
final class OAuth2Members {

    private final Members members;
    /** Reads texts that can have values that are received with the tokens. */
    private final Members receiving;

    private final JsonObjectReader reader;
    private final List<Step> steps = new ArrayList<>();

    /** Passes a member to the builder. */
    private interface Step {
        void apply(FieldValues values, OAuth2Builder builder);
    }

    private OAuth2Members(Members members) {
        this.members = members;
        this.reader = members.reader();
        this.receiving = members.withReceived(FieldUse.received(reader, OAuth2Type.RECEIVING));
    }

    /** Reads the members of a grant. */
    static Recipe read(OAuth2Type type, Members members, Function<FieldValues, OAuth2Builder> grant) {
        return new OAuth2Members(members).read(type, grant);
    }

    private Recipe read(OAuth2Type type, Function<FieldValues, OAuth2Builder> grant) {
        type.checkMembers(reader);
        members.use().receive(FieldUse.received(reader, OAuth2Type.RECEIVING));
        boolean discoversFromService = discover();
        // "authorizationUrl": The page on which the user consents.
        endpoint("authorizationUrl", type, members, OAuth2Builder::authorizationUrl);
        // "tokenUrl": The token endpoint.
        endpoint("tokenUrl", type, receiving, OAuth2Builder::tokenUrl);
        // "pushedAuthorizationRequestUrl": The endpoint for pushed authorization requests (RFC 9126).
        endpoint("pushedAuthorizationRequestUrl", type, members, OAuth2Builder::pushedAuthorizationRequestUrl);
        // "revocationUrl": The endpoint that revokes tokens (RFC 7009).
        endpoint("revocationUrl", type, receiving, OAuth2Builder::revocationUrl);
        // "deviceAuthorizationUrl": The endpoint for device codes (RFC 8628).
        endpoint("deviceAuthorizationUrl", type, members, OAuth2Builder::deviceAuthorizationUrl);
        requests();
        // "clientKey": The key with which the client authenticates itself (`private_key_jwt`), instead of a secret.
        KeyMembers key = reader.object("clientKey", object -> KeyMembers.read(members.of(object)));
        String unusedProof = reader.atMostOneOf("clientKey", "clientAuthentication");
        ProviderMembers provider = ProviderMembers.read(members, receiving);
        Additions additions = Additions.common(receiving, provider.accessTokenHeader());
        return (values, application) -> {
            OAuth2Builder builder = grant.apply(values);
            steps.forEach(step -> step.apply(values, builder));
            builder.provider(provider.build(values));
            client(
                    values,
                    builder,
                    key,
                    type.requiresClient() && !discoversFromService && !reader.has("registrationUrl"));
            application.applyTo(builder);
            return additions.combine(builder.timeSource(values.timeSource()).build(), values, application);
        };
    }

    /** Returns whether the authorization server is discovered from the service, which may also register a client. */
    private boolean discover() {
        // "discover": The issuer whose metadata have the endpoints (RFC 8414), or true to ask the service for its
        // issuer (RFC 9728).
        JsonNode discover = reader.any("discover");
        if (discover == null) {
            return false;
        }
        if (discover.isTextual()) {
            UrlText issuer = UrlText.read(members, "discover", SecureUrl::problemOfIssuer);
            steps.add((values, builder) -> accept(values.url(issuer), builder::discover));
            return false;
        }
        if (!discover.isBoolean()) {
            reader.problem("discover", "expected the URL of an issuer, or true to discover it from the service");
            return false;
        }
        if (!reader.isMarked("discover")) {
            return false;
        }
        steps.add((values, builder) -> builder.discover());
        return true;
    }

    private void endpoint(String name, OAuth2Type type, Members texts, Setter setter) {
        if (type.requires(name) && !reader.has("discover")) {
            reader.require(name);
        }
        UrlText url = UrlText.read(
                texts, name, name.equals("authorizationUrl") ? OAuth2Members::problemOfPage : SecureUrl::problem);
        boolean isTemplate = texts == receiving;
        steps.add((values, builder) ->
                accept(isTemplate ? values.urlTemplate(url) : values.url(url), value -> setter.set(builder, value)));
    }

    /** The page that a browser is sent to can have a fragment. */
    private static @Nullable String problemOfPage(String url) {
        return SecureUrl.problem(url.split("#", 2)[0]);
    }

    private void requests() {
        // "scopes": The scopes, as a list or separated by spaces.
        List<FieldText> scopes = members.scopes("scopes");
        steps.add((values, builder) -> scopes.forEach(scope -> accept(values.text(scope), builder::scopes)));
        // "authorizationParameters": Further parameters of the consent page by name.
        Map<String, FieldText> consent = members.texts("authorizationParameters", true);
        steps.add((values, builder) ->
                values.each(consent, builder::authorizationParameter, builder::authorizationParameter));
        // "nonce": Whether an OpenID Connect nonce is sent and checked. Default: false.
        if (reader.isSet("nonce")) {
            steps.add((values, builder) -> builder.nonce());
        }
        // "issuer": The issuer that the callback must name (RFC 9207).
        UrlText issuer = UrlText.read(members, "issuer", SecureUrl::problemOfIssuer);
        steps.add((values, builder) -> accept(values.url(issuer), builder::issuer));
        // "resource": The service, or the services, for which the tokens are requested (RFC 8707).
        List<UrlText> resources = UrlText.readAll(members, "resource", SecureUrl::problemOfResource);
        if (resources.stream().map(UrlText::toString).distinct().count() < resources.size()) {
            reader.problem("resource", "one of them is a duplicate: omit it");
        }
        steps.add((values, builder) -> resources.forEach(resource -> accept(values.url(resource), builder::resource)));
        // "tokenParameters": Further parameters of token requests by name.
        Map<String, FieldText> token = members.texts("tokenParameters", true);
        steps.add((values, builder) -> values.each(token, builder::tokenParameter, builder::tokenParameter));
        // "refreshBefore": How long before its expiry a token is replaced. Default: one minute, at most a quarter of
        // its lifetime.
        Duration before = reader.duration("refreshBefore");
        if (before != null && before.isNegative()) {
            reader.problem("refreshBefore", before + " is negative");
        }
        steps.add((values, builder) -> accept(before, builder::refreshBefore));
    }

    private static void client(FieldValues values, OAuth2Builder builder, @Nullable KeyMembers key, boolean needed) {
        String id = values.plain().get(OAuth2Type.CLIENT_ID);
        if (id == null) {
            if (needed) {
                values.missing(OAuth2Type.CLIENT_ID);
            }
        } else if (key != null) {
            builder.client(id, key.build(values));
        } else {
            Secret secret = values.entered(OAuth2Type.CLIENT_SECRET);
            if (secret == null) {
                builder.publicClient(id);
            } else {
                builder.client(id, secret);
            }
        }
    }

    private interface Setter {
        OAuth2Builder set(OAuth2Builder builder, String value);
    }

    private static <T> void accept(@Nullable T value, Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }
}
