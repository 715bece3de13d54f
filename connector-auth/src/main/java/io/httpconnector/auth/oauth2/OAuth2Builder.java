package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes an OAuth 2 client; begin with {@link OAuth2}. For one thread; what it builds is for all. */
public final class OAuth2Builder {

    private static final Set<String> TOKEN_METHODS = Set.of("GET", "POST", "PUT");

    private final ClientSettings.Grant grant;
    private final ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private final List<String> problems = new ArrayList<>();
    private @Nullable String clientId;
    private @Nullable Secret clientSecret;
    private final List<String> scopes = new ArrayList<>();
    private final Map<String, Secret> secretParameters = new LinkedHashMap<>();
    private @Nullable TokenStore tokens;
    private @Nullable String account;
    private Duration refreshBefore = Duration.ofMinutes(1);
    private Clock clock = Clock.systemUTC();

    OAuth2Builder(ClientSettings.Grant grant) {
        this.grant = grant;
    }

    /**
     * The token endpoint.
     *
     * @param url an absolute URL
     * @return this
     */
    public OAuth2Builder tokenUrl(String url) {
        return url("tokenUrl", url);
    }

    /**
     * A client with a secret.
     *
     * @param id the client id
     * @param secret the client secret; one by {@link Secret#from} is looked up for each token request
     * @return this
     */
    public OAuth2Builder client(String id, Secret secret) {
        this.clientId = id;
        this.clientSecret = secret;
        return this;
    }

    /**
     * A public client, without a secret.
     *
     * @param id the client id
     * @return this
     */
    public OAuth2Builder publicClient(String id) {
        this.clientId = id;
        this.clientSecret = null;
        return this;
    }

    /**
     * How the client proves who it is at the token endpoint; by default in the Basic scheme.
     *
     * @param way the way
     * @return this
     */
    public OAuth2Builder clientAuthentication(OAuth2.ClientAuthentication way) {
        definition.put("clientAuthentication", way.name());
        return this;
    }

    /**
     * What is to be permitted.
     *
     * @param scopes the scopes, one by one
     * @return this
     */
    public OAuth2Builder scopes(String... scopes) {
        this.scopes.addAll(List.of(scopes));
        return this;
    }

    /**
     * What stands between two scopes; by default a space, RFC 6749, section 3.3.
     *
     * @param separator such as a comma
     * @return this
     */
    public OAuth2Builder scopeSeparator(String separator) {
        definition.put("scopeSeparator", separator);
        return this;
    }

    /**
     * Adds a parameter to the request that brings the first tokens, such as {@code audience}.
     *
     * @param name the name
     * @param value the value; instead of the protocol's own where that has the same name
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, String value) {
        definition.withObject("/tokenParameters").put(name, value);
        return this;
    }

    /**
     * Adds a secret parameter to each token request.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth2Builder tokenParameter(String name, Secret value) {
        secretParameters.put(name, value);
        return this;
    }

    /**
     * Adds a header field to each token request.
     *
     * @param name the name
     * @param value the value
     * @return this
     */
    public OAuth2Builder tokenHeader(String name, String value) {
        definition.withObject("/tokenHeaders").put(name, value);
        return this;
    }

    /**
     * How the parameters of a token request are sent; by default as a form.
     *
     * @param place where they are
     * @return this
     */
    public OAuth2Builder tokenRequest(OAuth2.TokenRequest place) {
        definition.put("tokenRequest", place.name());
        return this;
    }

    /**
     * The method of a token request; by default POST.
     *
     * @param method GET, POST or PUT
     * @return this
     */
    public OAuth2Builder tokenMethod(String method) {
        if (!TOKEN_METHODS.contains(method)) {
            problems.add("tokenMethod: it must be one of GET, POST and PUT");
        }
        definition.put("tokenMethod", method);
        return this;
    }

    /**
     * Where the answer says when the token expires, and what that means; by default {@code /expires_in}, in seconds.
     *
     * @param path a JSON pointer
     * @param meaning what the value means
     * @return this
     */
    public OAuth2Builder expires(String path, OAuth2.ExpiresAs meaning) {
        definition.put("expiresPath", path).put("expiresAs", meaning.name().replace('_', '-'));
        return this;
    }

    /**
     * How long a token lives when the answer does not say so. Without it such a token is used until the service refuses it.
     *
     * @param lifetime a positive time
     * @return this
     */
    public OAuth2Builder lifetime(Duration lifetime) {
        if (lifetime.isNegative() || lifetime.isZero()) {
            problems.add("lifetime: " + lifetime + " is not positive");
        }
        definition.put("lifetime", lifetime.toString());
        return this;
    }

    /**
     * Where the tokens are kept, under the name of the connection; by default in memory.
     *
     * @param store the store
     * @return this
     */
    public OAuth2Builder tokens(TokenStore store) {
        this.tokens = store;
        return this;
    }

    /**
     * Where the tokens are kept, and whose they are.
     *
     * @param store the store
     * @param account the key, such as the id of a customer; unique in the store
     * @return this
     */
    public OAuth2Builder tokens(TokenStore store, String account) {
        this.tokens = store;
        this.account = account;
        return this;
    }

    /**
     * How long before it expires a token is replaced: a minute by default, but never more than a quarter of its life.
     *
     * @param time not negative
     * @return this
     */
    public OAuth2Builder refreshBefore(Duration time) {
        if (time.isNegative()) {
            problems.add("refreshBefore: " + time + " is negative");
        }
        this.refreshBefore = time;
        return this;
    }

    /**
     * By which clock tokens expire; for tests, by default that of the system.
     *
     * @param clock the clock
     * @return this
     */
    public OAuth2Builder clock(Clock clock) {
        this.clock = clock;
        return this;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it
     */
    public OAuth2 build() {
        List<String> found = new ArrayList<>(problems);
        if (!definition.has("tokenUrl")) {
            found.add("token URL: it is missing: set it by tokenUrl(\"https://...\")");
        }
        if (clientId == null || clientId.isEmpty()) {
            found.add("client: it is missing: set it by client(id, secret)");
        }
        if (!found.isEmpty()) {
            throw new InvalidDefinitionException("OAuth 2", found);
        }
        return new OAuth2(new ClientSettings(
                Definition.of(definition, "OAuth 2"),
                grant,
                clientId,
                clientSecret,
                null,
                List.copyOf(scopes),
                Map.copyOf(secretParameters),
                tokens == null ? TokenStore.inMemory() : tokens,
                account,
                refreshBefore,
                clock));
    }

    private OAuth2Builder url(String name, String url) {
        try {
            if (!Request.get(url).uri().isAbsolute()) {
                problems.add(name + ": it is not absolute: begin with https://");
            }
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.getMessage());
        }
        definition.put(name, url);
        return this;
    }
}
