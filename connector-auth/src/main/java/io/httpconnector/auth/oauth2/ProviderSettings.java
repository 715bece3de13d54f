package io.httpconnector.auth.oauth2;

import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.internal.http.HostPattern;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The differences of a provider from the OAuth 2 standards: the format of its requests, the location of the tokens in its
 * responses, and how it expects the access token. Few providers need any of these settings.
 *
 * <pre>{@code
 * .auth(OAuth2.authorizationCode()
 *         .authorizationUrl("https://login.example.com/authorize")
 *         .tokenUrl("https://login.example.com/token")
 *         .client("client-id", clientSecret)
 *         .provider(ProviderSettings.defaults().scopeSeparator(",").tokenRequest(TokenRequestFormat.JSON))
 *         .build())
 * }</pre>
 *
 * <p>Immutable: each method returns new settings. Invalid values are reported by {@link OAuth2Builder#build()}, together with
 * all other problems.
 */
public final class ProviderSettings {

    private static final Set<String> TOKEN_METHODS = Set.of("GET", "POST", "PUT");
    private static final ProviderSettings DEFAULTS = new ProviderSettings(new OptionRecorder());

    /** Never changed. */
    private final OptionRecorder options;

    private ProviderSettings(OptionRecorder options) {
        this.options = options;
    }

    /**
     * Returns the settings of a provider that follows the standards.
     *
     * @return the settings
     */
    public static ProviderSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the separator between scopes. Default: a space, RFC 6749, section 3.3.
     *
     * @param separator the separator, such as a comma
     * @return new settings
     */
    public ProviderSettings scopeSeparator(String separator) {
        return with(options -> {
            if ("".equals(separator)) {
                options.problem("scopeSeparator: it is empty");
            }
            options.text("scopeSeparator", separator);
        });
    }

    /**
     * Omits the proof key for code exchange (PKCE, RFC 7636), which is sent by default, but which some services reject.
     *
     * @return new settings
     */
    public ProviderSettings withoutPkce() {
        return with(options -> options.flag("pkce", false));
    }

    /**
     * Stores parameters of the callback with the tokens, such as {@code realmId}. They are also available to the base URL of the
     * connection.
     *
     * @param names the names of the parameters and of the fields
     * @return new settings
     */
    public ProviderSettings callbackFields(String... names) {
        return with(options -> options.texts("callbackFields", names));
    }

    /**
     * Sends a parameter of the authorization request under another name, such as {@code client_key} in place of {@code client_id}.
     * The state is then expected under its other name in the callback, too.
     *
     * @param parameter the name in RFC 6749
     * @param name the name of the provider
     * @return new settings
     */
    public ProviderSettings authorizationParameterName(String parameter, String name) {
        return with(options -> options.pair("authorizationParameterNames", parameter, name));
    }

    /**
     * Omits parameters of the authorization request that the provider rejects, such as {@code response_type}.
     *
     * @param names the names in RFC 6749
     * @return new settings
     */
    public ProviderSettings withoutAuthorizationParameters(String... names) {
        return with(options -> {
            options.texts("omittedAuthorizationParameters", names);
            if (List.of(names).contains("state")) {
                options.problem(
                        "withoutAuthorizationParameters: the state protects against forged callbacks: it can't be"
                                + " omitted");
            }
        });
    }

    /**
     * Sets the name of the authorization code in the callback. Default: {@code code}, RFC 6749, section 4.1.2.
     *
     * @param name the name of the provider, such as {@code spapi_oauth_code}
     * @return new settings
     */
    public ProviderSettings codeParameter(String name) {
        return with(options -> options.text("codeParameter", name));
    }

    /**
     * Sends a parameter of the token and refresh requests under another name, such as {@code client_key} in place of
     * {@code client_id}.
     *
     * @param parameter the name in RFC 6749
     * @param name the name of the provider
     * @return new settings
     */
    public ProviderSettings tokenParameterName(String parameter, String name) {
        return with(options -> options.pair("tokenParameterNames", parameter, name));
    }

    /**
     * Omits parameters of the token and refresh requests that the provider rejects, such as {@code redirect_uri}. A parameter of the
     * same name that is configured, such as by {@link OAuth2Builder#tokenParameter(String, String)}, replaces the omitted one.
     *
     * @param names the names in RFC 6749
     * @return new settings
     */
    public ProviderSettings withoutTokenParameters(String... names) {
        return with(options -> options.texts("omittedTokenParameters", names));
    }

    /**
     * Permits hosts for endpoints that begin with a value of the callback or of a token response, such as
     * {@code tokenUrl("{{auth.accounts-server}}/oauth/v2/token")}. Such an endpoint receives the client secret, so it must be at one
     * of these hosts.
     *
     * @param hosts names, or {@code *.} and a name, such as {@code *.zoho.eu}
     * @return new settings
     */
    public ProviderSettings trustedHosts(String... hosts) {
        return with(options -> {
            for (String host : hosts) {
                options.check("trustedHosts", () -> HostPattern.of("host", host));
            }
            options.texts("trustedHosts", hosts);
        });
    }

    /**
     * Stores another token of the response to a consent, such as the token of the user beside that of a bot. A connection with
     * {@link #useToken} sends it; it must have the same name, client and account.
     *
     * @param name a name for the token
     * @param path a JSON pointer to the object with {@code access_token}, such as {@code /authed_user}
     * @return new settings
     */
    public ProviderSettings additionalToken(String name, String path) {
        return with(options -> {
            options.checkPointer("additionalToken " + name, path);
            options.pair("additionalTokens", name, path);
        });
    }

    /**
     * Sends an {@link #additionalToken additional token}, which the consent of another connection has stored.
     *
     * @param name the name of the token
     * @return new settings
     */
    public ProviderSettings useToken(String name) {
        return with(options -> options.text("useToken", name));
    }

    /**
     * Sets the client registration endpoint of a configured authorization server, RFC 7591. A client without an ID is registered
     * there.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return new settings
     */
    public ProviderSettings registrationUrl(String url) {
        return with(options -> options.url("registrationUrl", url));
    }

    /**
     * Sets the audience of the assertions that the client signs. Default: the token URL, RFC 7523, section 3.
     *
     * @param audience such as the issuer identifier of the authorization server
     * @return new settings
     */
    public ProviderSettings assertionAudience(String audience) {
        return with(options -> options.text("assertionAudience", audience));
    }

    /**
     * Sets the lifetime of the assertions that the client signs: of the JWT bearer grant, and for client authentication. Default:
     * five minutes.
     *
     * @param lifetime at least two seconds
     * @return new settings
     */
    public ProviderSettings assertionLifetime(Duration lifetime) {
        return with(options -> {
            if (options.isPresent("assertionLifetime", lifetime)) {
                if (lifetime.toSeconds() < 2) {
                    options.problem("assertionLifetime: it must be at least two seconds");
                }
                options.text("assertionLifetime", lifetime.toString());
            }
        });
    }

    /**
     * Requires that all requested scopes are granted: otherwise the consent ends in an {@link AuthorizationRequiredException} that
     * names the missing scopes, and nothing is stored.
     *
     * @return new settings
     */
    public ProviderSettings requireScopes() {
        return with(options -> options.flag("requireScopes", true));
    }

    /**
     * Sets the client authentication method at the token endpoint. Default: HTTP Basic authentication.
     *
     * @param method the method
     * @return new settings
     */
    public ProviderSettings clientAuthentication(ClientAuthentication method) {
        return with(options -> {
            if (options.isPresent("clientAuthentication", method)) {
                options.text("clientAuthentication", method.name());
            }
        });
    }

    /**
     * Sets the format of the parameters of a token request. Default: a form.
     *
     * @param format the format
     * @return new settings
     */
    public ProviderSettings tokenRequest(TokenRequestFormat format) {
        return with(options -> {
            if (options.isPresent("tokenRequest", format)) {
                options.text("tokenRequest", format.name());
            }
        });
    }

    /**
     * Sets the HTTP method of a token request. Default: POST.
     *
     * @param method GET, POST or PUT
     * @return new settings
     */
    public ProviderSettings tokenMethod(String method) {
        return with(options -> {
            if (method == null || !TOKEN_METHODS.contains(method)) {
                options.problem("tokenMethod: it must be one of GET, POST and PUT");
            }
            options.text("tokenMethod", method);
        });
    }

    /**
     * Adds a header field to each token request.
     *
     * @param name the name
     * @param value the value
     * @return new settings
     */
    public ProviderSettings tokenHeader(String name, String value) {
        return with(options -> {
            options.check("tokenHeader", () -> Request.get("/").header(name, value));
            options.pair("tokenHeaders", name, value);
        });
    }

    /**
     * Adds a header field with a secret to each token request.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each request
     * @return new settings
     */
    public ProviderSettings tokenHeader(String name, Secret value) {
        return with(options -> {
            options.check("tokenHeader", () -> Request.get("/").header(name, ""));
            options.secret("tokenHeader", "tokenHeaders", name, value);
        });
    }

    /**
     * Sets the endpoint for refresh requests, if it is not the token endpoint.
     *
     * @param url a URL as for {@link OAuth2Builder#tokenUrl}
     * @return new settings
     */
    public ProviderSettings refreshUrl(String url) {
        return with(options -> options.urlTemplate("refreshUrl", url));
    }

    /**
     * Adds a parameter to the refresh request.
     *
     * @param name the name
     * @param value the value; it replaces a parameter of the protocol with the same name
     * @return new settings
     */
    public ProviderSettings refreshParameter(String name, String value) {
        return with(options -> options.pair("refreshParameters", name, value));
    }

    /**
     * Adds a secret parameter to the refresh request.
     *
     * @param name the name
     * @param value the value; one by {@link Secret#from} is looked up for each request
     * @return new settings
     */
    public ProviderSettings refreshParameter(String name, Secret value) {
        return with(options -> options.secret("refreshParameter", "refreshParameters", name, value));
    }

    /**
     * Sets the location of the access token in the response. Default: {@code /access_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return new settings
     */
    public ProviderSettings accessTokenAt(String path) {
        return with(options -> options.pointer("accessTokenPath", path));
    }

    /**
     * Sets the location of the refresh token in the response. Default: {@code /refresh_token}.
     *
     * @param path a JSON pointer, RFC 6901
     * @return new settings
     */
    public ProviderSettings refreshTokenAt(String path) {
        return with(options -> options.pointer("refreshTokenPath", path));
    }

    /**
     * Sets the location and format of the token expiry in the response. Default: {@code /expires_in}, in seconds.
     *
     * @param path a JSON pointer
     * @param meaning the format of the value
     * @return new settings
     */
    public ProviderSettings expires(String path, ExpiryFormat meaning) {
        return with(options -> {
            if (options.isPresent("expires", meaning)) {
                options.pointer("expiresPath", path);
                options.text("expiresAs", meaning.name().replace('_', '-'));
            }
        });
    }

    /**
     * Sets the lifetime of a token if the response has none. Without it such a token is used until the service rejects it.
     *
     * @param lifetime a positive duration
     * @return new settings
     */
    public ProviderSettings lifetime(Duration lifetime) {
        return with(options -> {
            if (options.isPresent("lifetime", lifetime) && (lifetime.isNegative() || lifetime.isZero())) {
                options.problem("lifetime: " + lifetime + " is not positive");
            }
            options.text("lifetime", String.valueOf(lifetime));
        });
    }

    /**
     * Stores a value of the token response with the tokens, such as {@code instance_url}. It is also available to the base URL of
     * the connection: {@code {{auth.instance_url}}/services}.
     *
     * @param name the name of the field
     * @param path a JSON pointer to the value
     * @return new settings
     */
    public ProviderSettings tokenField(String name, String path) {
        return with(options -> {
            options.checkPointer("tokenField " + name, path);
            options.pair("tokenFields", name, path);
        });
    }

    /**
     * Sets error codes that have the meaning of {@code invalid_grant}: the user must consent again.
     *
     * @param errors the codes of this provider, such as {@code bad_refresh_token}
     * @return new settings
     */
    public ProviderSettings refusals(String... errors) {
        return with(options -> options.texts("refusals", errors));
    }

    /**
     * Sets the header field of the access token. Default: {@code Authorization}.
     *
     * @param name the field name
     * @return new settings
     */
    public ProviderSettings accessTokenHeader(String name) {
        return with(options -> {
            options.check("accessTokenHeader", () -> Request.get("/").header(name, ""));
            options.text("accessTokenHeader", name);
        });
    }

    /**
     * Sets the prefix of the access token in its header field. Default: {@code "Bearer "}, RFC 6750.
     *
     * @param prefix the prefix, including the space; may be empty
     * @return new settings
     */
    public ProviderSettings tokenPrefix(String prefix) {
        return with(options -> {
            options.check("tokenPrefix", () -> Request.get("/").header("Authorization", prefix + "x"));
            options.text("tokenPrefix", prefix);
        });
    }

    private ProviderSettings with(Consumer<OptionRecorder> option) {
        OptionRecorder changed = new OptionRecorder().add(options);
        option.accept(changed);
        return new ProviderSettings(changed);
    }

    OptionRecorder options() {
        return options;
    }

    /** Omits the settings, which may have secrets. */
    @Override
    public String toString() {
        return "ProviderSettings";
    }
}
