package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.internal.FormText;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The OAuth 1 token of one connection: signs each request with it, and obtains it by the requests of the flow. Thread-safe. */
final class OAuth1Session implements AuthStrategy {

    private final OAuth1Config config;
    private final AuthContext context;
    private final String key;
    private volatile @Nullable Stored current;

    /**
     * A token in the store.
     *
     * @param fields other values of the response, such as {@code user_id}
     */
    record Stored(String token, String secret, Map<String, String> fields) {

        /** Omits the token. */
        @Override
        public String toString() {
            return "OAuth 1 token";
        }
    }

    OAuth1Session(OAuth1Config config, AuthContext context) {
        this.config = config;
        this.context = context;
        String label = config.account() == null ? context.connection() : config.account();
        this.key = "oauth1."
                + TokenStoreCodec.fingerprint(
                        config.accessTokenUrl(), config.client().consumerKey(), context.connection(), label);
    }

    @Override
    public Request apply(Request request) {
        Stored known = known();
        return config.client().token(known.token, Secret.of(known.secret)).apply(request);
    }

    private Stored known() {
        Stored known = current;
        if (known == null) {
            known = stored().orElseThrow(() -> new AuthorizationRequiredException(
                    "\"" + context.connection()
                            + "\" needs the user's authorization: there is no consent yet: send the user through an"
                            + " OAuth1Flow",
                    null,
                    null));
            current = known;
        }
        return known;
    }

    Optional<Stored> stored() {
        return config.tokens().get(key).map(text -> TokenStoreCodec.read(text, Stored.class));
    }

    /** Reads the token again: another process may have replaced it after a new consent. */
    @Override
    public boolean refresh(Request rejected, Response response) {
        Stored before = current;
        current = null;
        return before != null && stored().filter(now -> !now.equals(before)).isPresent();
    }

    @Override
    public Map<String, String> fields(Request request) {
        return config.fields();
    }

    OAuth1Config config() {
        return config;
    }

    /** Returns the store key of the token. */
    String key() {
        return key;
    }

    /** Stores the token of a new consent. */
    void store(Stored token) {
        config.tokens().put(key, TokenStoreCodec.write(token), null);
        current = token;
    }

    void remove() {
        var unused = config.tokens().remove(key);
        current = null;
    }

    /** Sends a token request, and returns the token of its response: RFC 5849, sections 2.1 and 2.3. */
    Stored request(String url, OAuth1Auth signer, Map<String, String> parameters) {
        Request request = Request.post(url).named("OAuth 1 token request");
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            request = request.query(parameter.getKey(), parameter.getValue());
        }
        return token(TokenError.send(context, "token endpoint", signer.apply(request)));
    }

    private Stored token(Response response) {
        String text = response.text().strip();
        JsonNode form = FormText.isForm(text) ? FormText.parse(text) : response.json();
        String token = form.path("oauth_token").asText();
        String secret = form.path("oauth_token_secret").asText();
        if (token.isEmpty() || secret.isEmpty()) {
            UnaryOperator<String> mask = message -> context.mask(response, message);
            throw TokenError.of(form)
                    .exception(
                            "token endpoint",
                            response.exchange().method(),
                            response.exchange().url(),
                            response.status(),
                            null,
                            mask);
        }
        Map<String, String> fields = new HashMap<>();
        form.properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
        fields.keySet().removeIf(name -> name.startsWith("oauth_"));
        return new Stored(token, secret, Map.copyOf(fields));
    }

    @Override
    public String toString() {
        return "OAuth1 of \"" + context.connection() + "\"";
    }
}
