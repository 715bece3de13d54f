package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.OAuth1Auth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builder for {@link OAuth1}; created by {@link OAuth1#by}. Not thread-safe; the instances it builds are. */
public final class OAuth1Builder {

    private final @Nullable OAuth1Auth client;
    private final OptionRecorder options = new OptionRecorder();
    private final Map<String, String> requestParameters = new LinkedHashMap<>();
    private final Map<String, String> authorizationParameters = new LinkedHashMap<>();
    private final Map<String, String> fields = new LinkedHashMap<>();
    private @Nullable String redirectUri;
    private @Nullable TokenStore tokens;
    private @Nullable String account;
    private TimeSource timeSource = TimeSource.SYSTEM;

    OAuth1Builder(@Nullable OAuth1Auth client) {
        this.client = client;
    }

    /**
     * Sets the endpoint for temporary credentials: RFC 5849, section 2.1.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth1Builder requestTokenUrl(String url) {
        options.url("requestTokenUrl", url);
        return this;
    }

    /**
     * Sets the page that the user's browser is sent to: RFC 5849, section 2.2.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth1Builder authorizationUrl(String url) {
        options.url("authorizationUrl", url);
        return this;
    }

    /**
     * Sets the endpoint for the token of the user: RFC 5849, section 2.3.
     *
     * @param url an absolute https URL, or an http URL on the loopback interface
     * @return this
     */
    public OAuth1Builder accessTokenUrl(String url) {
        options.url("accessTokenUrl", url);
        return this;
    }

    /**
     * Adds a parameter to the request for temporary credentials, such as {@code x_auth_access_type}.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth1Builder requestParameter(String name, String value) {
        return put("requestParameter", requestParameters, name, value);
    }

    /**
     * Adds a parameter to the page that the browser is sent to, such as {@code expiration}.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth1Builder authorizationParameter(String name, String value) {
        return put("authorizationParameter", authorizationParameters, name, value);
    }

    /**
     * Sets a value for the base URL of the connection: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param value the value
     * @return this
     */
    public OAuth1Builder field(String name, String value) {
        return put("field", fields, name, value);
    }

    private OAuth1Builder put(String option, Map<String, String> parameters, String name, String value) {
        if (options.isPresent(option, name) && options.isPresent(option + " " + name, value)) {
            parameters.put(name, value);
        }
        return this;
    }

    /**
     * Sets the redirect URI: the page of the application that calls {@link OAuth1Flow#finish}.
     *
     * @param uri an absolute URI
     * @return this
     */
    public OAuth1Builder redirectUri(String uri) {
        this.redirectUri = uri;
        return this;
    }

    /**
     * Sets the token store and the account that the token belongs to. Default: in memory.
     *
     * @param store the store
     * @param account the account, such as a customer ID
     * @return this
     */
    public OAuth1Builder tokenStore(TokenStore store, String account) {
        if (options.isPresent("tokenStore", store) && options.isPresent("account", account)) {
            this.tokens = store;
            this.account = account;
        }
        return this;
    }

    /**
     * Sets the time source, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return this
     */
    public OAuth1Builder timeSource(TimeSource timeSource) {
        if (options.isPresent("timeSource", timeSource)) {
            this.timeSource = timeSource;
        }
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public OAuth1 build() {
        List<String> found = new ArrayList<>(options.problems());
        for (String url : List.of("requestTokenUrl", "authorizationUrl", "accessTokenUrl")) {
            if (!options.has(url) && found.stream().noneMatch(problem -> problem.startsWith(url))) {
                found.add(url + ": it is missing: set it by " + url + "(\"https://...\")");
            }
        }
        if (client == null) {
            found.add("client: it is null");
        }
        if (client == null || !found.isEmpty()) {
            throw new InvalidDefinitionException("OAuth 1", found);
        }
        return new OAuth1(new OAuth1Config(
                client.timeSource(timeSource),
                options.get("requestTokenUrl"),
                options.get("authorizationUrl"),
                options.get("accessTokenUrl"),
                Map.copyOf(requestParameters),
                Map.copyOf(authorizationParameters),
                Map.copyOf(fields),
                redirectUri,
                tokens == null ? TokenStore.inMemory() : tokens,
                account,
                timeSource));
    }
}
