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
        text(members.text("scopeSeparator", Members::checkNotEmpty), ProviderSettings::scopeSeparator);
        if (reader.has("scopeSeparator") && !reader.has("scopes")) {
            reader.problem("scopeSeparator", "there are no scopes: omit it");
        }
        if (Boolean.FALSE.equals(reader.flag("pkce"))) {
            steps.add((values, settings) -> settings.withoutPkce());
        }
        names("callbackFields", ProviderSettings::callbackFields);
        pairs("authorizationParameterNames", ProviderSettings::authorizationParameterName);
        names("omittedAuthorizationParameters", ProviderSettings::withoutAuthorizationParameters);
        text(members.text("codeParameter", Members::checkNotEmpty), ProviderSettings::codeParameter);
        if (reader.isSet("requireScopes")) {
            steps.add((values, settings) -> settings.requireScopes());
            if (!reader.has("scopes")) {
                reader.problem("requireScopes", "there are no scopes: omit it");
            }
        }
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
        ClientAuthentication authentication = reader.constant("clientAuthentication", ClientAuthentication.class);
        value(authentication, ProviderSettings::clientAuthentication);
        TokenRequestFormat format = reader.constant("tokenRequest", TokenRequestFormat.class);
        value(format, ProviderSettings::tokenRequest);
        String method = reader.oneOf("tokenMethod", List.of("GET", "POST", "PUT"));
        value(method, ProviderSettings::tokenMethod);
        if ("GET".equals(method) && format != null && format != TokenRequestFormat.QUERY) {
            reader.problem("tokenRequest", "a GET request has no body: use \"query\", or omit it");
        }
        pairs("tokenParameterNames", ProviderSettings::tokenParameterName);
        text(members.text("assertionAudience", Members::checkNotEmpty), ProviderSettings::assertionAudience);
        names("omittedTokenParameters", ProviderSettings::withoutTokenParameters);
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
        names("trustedHosts", ProviderSettings::trustedHosts);
        UrlText url = UrlText.read(receiving, "refreshUrl");
        steps.add((values, settings) -> {
            String rendered = values.urlTemplate(url);
            return rendered == null ? settings : settings.refreshUrl(rendered);
        });
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
        value(members.pointer("accessTokenPath"), ProviderSettings::accessTokenAt);
        value(members.pointer("refreshTokenPath"), ProviderSettings::refreshTokenAt);
        String expires = members.pointer("expiresPath");
        ExpiryFormat meaning = ExpiryMembers.expiresAs(reader);
        if (expires != null || meaning != null) {
            steps.add((values, settings) -> settings.expires(
                    expires == null ? "/expires_in" : expires, meaning == null ? ExpiryFormat.SECONDS : meaning));
        }
        Duration lifetime = members.positiveDuration("lifetime");
        value(lifetime, ProviderSettings::lifetime);
        Map<String, String> fields = members.pointers("tokenFields");
        fields.forEach((name, path) -> steps.add((values, settings) -> settings.tokenField(name, path)));
        Map<String, String> additional = members.pointers("additionalTokens");
        additional.forEach((name, path) -> steps.add((values, settings) -> settings.additionalToken(name, path)));
        text(members.text("useToken", Members::checkNotEmpty), ProviderSettings::useToken);
        String unusedToken = reader.atMostOneOf("additionalTokens", "useToken");
        value(members.names("refusals").toArray(String[]::new), ProviderSettings::refusals);
    }

    private void accessToken() {
        header = members.text("accessTokenHeader", field -> {
            var unused = Request.get("/").header(field, "");
        });
        text(header, ProviderSettings::accessTokenHeader);
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
