package io.httpconnector.auth.definition;

import io.httpconnector.Request;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.auth.oauth2.ClientAuthentication;
import io.httpconnector.auth.oauth2.ProviderSettings;
import io.httpconnector.auth.oauth2.TokenRequestFormat;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the members of an OAuth 2 definition that describe a provider: the options of {@link ProviderSettings}. */
final class ProviderMembers {

    private final Members members;
    /** Reads texts that can have values that are received with the tokens. */
    private final Members receiving;

    private final JsonObjectReader reader;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable FieldText header;

    /** Adds a member to the settings. */
    private interface Step {
        ProviderSettings apply(FieldValues values, ProviderSettings settings);
    }

    private interface PairSetter {
        ProviderSettings set(ProviderSettings settings, String name, String value);
    }

    private interface Setter<T> {
        ProviderSettings set(ProviderSettings settings, T value);
    }

    private ProviderMembers(Members members, Members receiving) {
        this.members = members;
        this.receiving = receiving;
        this.reader = members.reader();
    }

    static ProviderMembers read(Members members, Members receiving) {
        ProviderMembers provider = new ProviderMembers(members, receiving);
        provider.authorizationRequest();
        provider.tokenRequest();
        provider.refreshRequest();
        provider.tokenResponse();
        provider.accessToken();
        return provider;
    }

    private void authorizationRequest() {
        // "scopeSeparator": The text between scopes. Default: a space.
        text(members.text("scopeSeparator", Members::checkNotEmpty), ProviderSettings::scopeSeparator);
        if (reader.has("scopeSeparator") && !reader.has("scopes")) {
            reader.problem("scopeSeparator", "there are no scopes: omit it");
        }
        // "pkce": Whether the consent is protected by PKCE (RFC 7636). Default: true.
        if (Boolean.FALSE.equals(reader.flag("pkce"))) {
            steps.add((values, settings) -> settings.withoutPkce());
        }
        // "callbackFields": The parameters of the callback that `baseUrl`, `headers`, `query`, `test`, `tokenUrl`,
        // `refreshUrl` and `revocationUrl`, requests and triggers may contain as `{{auth.name}}`.
        names("callbackFields", ProviderSettings::callbackFields);
        // "authorizationParameterNames": Other names of the parameters of the consent page, by their names in RFC 6749.
        pairs("authorizationParameterNames", ProviderSettings::authorizationParameterName);
        // "omittedAuthorizationParameters": The parameters that the consent page does not accept.
        names("omittedAuthorizationParameters", ProviderSettings::withoutAuthorizationParameters);
        // "codeParameter": The parameter of the callback with the code. Default: `code`.
        text(members.text("codeParameter", Members::checkNotEmpty), ProviderSettings::codeParameter);
        // "requireScopes": Whether a consent to fewer scopes than requested is rejected. Default: false.
        if (reader.isSet("requireScopes")) {
            steps.add((values, settings) -> settings.requireScopes());
            if (!reader.has("scopes")) {
                reader.problem("requireScopes", "there are no scopes: omit it");
            }
        }
        // "registrationUrl": The endpoint that registers a client (RFC 7591).
        UrlText registration = UrlText.read(members, "registrationUrl");
        steps.add((values, settings) -> {
            String rendered = values.url(registration);
            return rendered == null ? settings : settings.registrationUrl(rendered);
        });
    }

    private void names(String member, Setter<String[]> setter) {
        value(members.names(member).toArray(String[]::new), setter);
    }

    /** Reads names of the provider by names in the RFC; both are fixed. */
    private void pairs(String member, PairSetter setter) {
        members.fixedTexts(member)
                .forEach((name, other) -> steps.add((values, settings) -> setter.set(settings, name, other)));
    }

    private void tokenRequest() {
        // "clientAuthentication": How the client secret is sent: in the header field, as a parameter, or not. Default:
        // `BASIC`.
        ClientAuthentication authentication = reader.constant("clientAuthentication", ClientAuthentication.class);
        value(authentication, ProviderSettings::clientAuthentication);
        // "tokenRequest": How the parameters of token requests are sent. Default: `FORM`.
        TokenRequestFormat format = reader.constant("tokenRequest", TokenRequestFormat.class);
        value(format, ProviderSettings::tokenRequest);
        // "tokenMethod": The method of token requests. Default: `POST`.
        String method = reader.oneOf("tokenMethod", List.of("GET", "POST", "PUT"));
        value(method, ProviderSettings::tokenMethod);
        if ("GET".equals(method) && format != null && format != TokenRequestFormat.QUERY) {
            reader.problem("tokenRequest", "a GET request has no body: use \"query\", or omit it");
        }
        // "tokenParameterNames": Other names of the parameters of token requests, by their names in RFC 6749.
        pairs("tokenParameterNames", ProviderSettings::tokenParameterName);
        // "assertionAudience": The audience of the assertions that the client signs. Default: the token URL.
        text(members.text("assertionAudience", Members::checkNotEmpty), ProviderSettings::assertionAudience);
        // "assertionLifetime": The lifetime of the assertions that the client signs. Default: 5 minutes.
        Duration assertions = reader.duration("assertionLifetime");
        if (assertions != null && assertions.toSeconds() < 2) {
            reader.problem("assertionLifetime", "it must be at least two seconds");
        }
        value(assertions, ProviderSettings::assertionLifetime);
        // "omittedTokenParameters": The parameters that the token endpoint does not accept.
        names("omittedTokenParameters", ProviderSettings::withoutTokenParameters);
        // "tokenHeaders": Further header fields of token requests by name.
        Map<String, FieldText> headers = members.headers("tokenHeaders");
        steps.add((values, settings) -> {
            ProviderSettings[] all = {settings};
            values.each(
                    headers,
                    (name, value) -> all[0] = all[0].tokenHeader(name, value),
                    (name, value) -> all[0] = all[0].tokenHeader(name, value));
            return all[0];
        });
    }

    private void refreshRequest() {
        // "trustedHosts": The hosts, such as `*.example.com`, that an endpoint with a received value may have.
        names("trustedHosts", ProviderSettings::trustedHosts);
        // "refreshUrl": The endpoint that refreshes tokens. Default: the token URL.
        UrlText url = UrlText.read(receiving, "refreshUrl");
        steps.add((values, settings) -> {
            String rendered = values.urlTemplate(url);
            return rendered == null ? settings : settings.refreshUrl(rendered);
        });
        // "refreshParameters": Further parameters of refresh requests by name.
        Map<String, FieldText> parameters = members.texts("refreshParameters", true);
        steps.add((values, settings) -> {
            ProviderSettings[] all = {settings};
            values.each(
                    parameters,
                    (name, value) -> all[0] = all[0].refreshParameter(name, value),
                    (name, value) -> all[0] = all[0].refreshParameter(name, value));
            return all[0];
        });
    }

    private void tokenResponse() {
        // "accessTokenPath": The JSON Pointer of the access token in the response. Default: `/access_token`.
        value(members.pointer("accessTokenPath"), ProviderSettings::accessTokenAt);
        // "refreshTokenPath": The JSON Pointer of the refresh token. Default: `/refresh_token`.
        value(members.pointer("refreshTokenPath"), ProviderSettings::refreshTokenAt);
        // "expiresPath": The JSON Pointer of the expiry. Default: `/expires_in`.
        String expires = members.pointer("expiresPath");
        // "expiresAs": The format of the expiry. Default: `seconds`.
        ExpiryFormat meaning = ExpiryMembers.expiresAs(reader);
        if (expires != null || meaning != null) {
            steps.add((values, settings) -> settings.expires(
                    expires == null ? "/expires_in" : expires, meaning == null ? ExpiryFormat.SECONDS : meaning));
        }
        // "lifetime": The lifetime of tokens whose response has no expiry. Default: until the service rejects them.
        Duration lifetime = members.positiveDuration("lifetime");
        value(lifetime, ProviderSettings::lifetime);
        // "tokenFields": Values of token responses by name, as JSON Pointers: `baseUrl`, `headers`, `query`, `test`,
        // `tokenUrl`, `refreshUrl` and `revocationUrl`, requests and triggers may contain `{{auth.name}}`.
        Map<String, String> fields = members.pointers("tokenFields");
        fields.forEach((name, path) -> steps.add((values, settings) -> settings.tokenField(name, path)));
        // "additionalTokens": Further tokens of the same response by name, as JSON Pointers of objects with an
        // `access_token`.
        Map<String, String> additional = members.pointers("additionalTokens");
        additional.forEach((name, path) -> steps.add((values, settings) -> settings.additionalToken(name, path)));
        // "useToken": The name of the additional token that this strategy sends.
        text(members.text("useToken", Members::checkNotEmpty), ProviderSettings::useToken);
        String unusedToken = reader.atMostOneOf("additionalTokens", "useToken");
        // "refusals": Further error codes that mean that the user must consent again. Default: `invalid_grant`.
        value(members.names("refusals").toArray(String[]::new), ProviderSettings::refusals);
    }

    private void accessToken() {
        // "accessTokenHeader": The header field of the access token. Default: `Authorization`.
        header = members.text("accessTokenHeader", field -> {
            var unused = Request.get("/").header(field, "");
        });
        text(header, ProviderSettings::accessTokenHeader);
        // "tokenPrefix": The text before the access token. Default: `"Bearer "`.
        text(members.text("tokenPrefix", Members::checkTokenPrefix), ProviderSettings::tokenPrefix);
    }

    /** Returns the name of the header field of the access token; empty if it depends on a field. */
    String accessTokenHeader() {
        if (header == null) {
            return "Authorization";
        }
        return header.isFixed() ? header.fixed() : "";
    }

    /** Returns the settings with the entered values. */
    ProviderSettings build(FieldValues values) {
        ProviderSettings settings = ProviderSettings.defaults();
        for (Step step : steps) {
            settings = step.apply(values, settings);
        }
        return settings;
    }

    private void text(@Nullable FieldText text, Setter<String> setter) {
        steps.add((values, settings) -> {
            String rendered = values.text(text);
            return rendered == null ? settings : setter.set(settings, rendered);
        });
    }

    private <T> void value(@Nullable T value, Setter<T> setter) {
        if (value != null) {
            steps.add((values, settings) -> setter.set(settings, value));
        }
    }
}
