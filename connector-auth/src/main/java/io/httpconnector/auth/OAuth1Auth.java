package io.httpconnector.auth;

import com.github.scribejava.core.builder.api.DefaultApi10a;
import com.github.scribejava.core.extractors.BaseStringExtractor;
import com.github.scribejava.core.extractors.BaseStringExtractorImpl;
import com.github.scribejava.core.model.OAuth1AccessToken;
import com.github.scribejava.core.model.OAuth1RequestToken;
import com.github.scribejava.core.model.OAuthRequest;
import com.github.scribejava.core.model.Verb;
import com.github.scribejava.core.oauth.OAuth10aService;
import com.github.scribejava.core.services.HMACSha1SignatureService;
import com.github.scribejava.core.services.PlaintextSignatureService;
import com.github.scribejava.core.services.RSASha1SignatureService;
import com.github.scribejava.core.services.SignatureService;
import com.github.scribejava.core.services.TimestampService;
import com.github.scribejava.core.utils.OAuthEncoder;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.PercentEncoding;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * OAuth 1.0a, RFC 5849: signs each attempt with the keys of a client and, if there is one, of the token of a user. Immutable: each
 * method returns a new strategy.
 *
 * <pre>{@code
 * .auth(OAuth1Auth.of("consumer-key", consumerSecret).token("token", tokenSecret))
 * .auth(OAuth1Auth.of("consumer-key", consumerSecret).token("token", tokenSecret).hmacSha256().realm("4711_SB1"))
 * }</pre>
 */
public final class OAuth1Auth implements AuthStrategy {

    private final String consumerKey;
    private final Secret consumerSecret;
    private final String token;
    private final @Nullable Secret tokenSecret;
    private final SignatureService signatures;
    private final @Nullable String realm;
    private final Map<String, String> protocolParameters;
    private final TimeSource timeSource;

    private OAuth1Auth(
            String consumerKey,
            Secret consumerSecret,
            String token,
            @Nullable Secret tokenSecret,
            SignatureService signatures,
            @Nullable String realm,
            Map<String, String> protocolParameters,
            TimeSource timeSource) {
        this.consumerKey = consumerKey;
        this.consumerSecret = consumerSecret;
        this.token = token;
        this.tokenSecret = tokenSecret;
        this.signatures = signatures;
        this.realm = realm;
        this.protocolParameters = protocolParameters;
        this.timeSource = timeSource;
    }

    /**
     * Creates a strategy for a client with a shared secret, with HMAC-SHA1.
     *
     * @param consumerKey the ID of the client
     * @param consumerSecret its shared secret
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing
     */
    public static OAuth1Auth of(String consumerKey, Secret consumerSecret) {
        return new OAuth1Auth(
                required("consumer key", consumerKey),
                required("consumer secret", consumerSecret),
                "",
                null,
                new HMACSha1SignatureService(),
                null,
                Map.of(),
                TimeSource.SYSTEM);
    }

    /**
     * Creates a strategy for a client with a key pair, with RSA-SHA1.
     *
     * @param consumerKey the ID of the client
     * @param key its private key
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing
     */
    public static OAuth1Auth of(String consumerKey, PrivateKey key) {
        return of(consumerKey, Secret.of("none")).with(new RSASha1SignatureService(required("private key", key)));
    }

    /**
     * Creates a strategy for a client with a key pair, with RSA-SHA1.
     *
     * @param consumerKey the ID of the client
     * @param pem its private key, RSA in PKCS #8
     * @return the strategy
     * @throws InvalidDefinitionException if a value is missing, or the key is not such a key
     */
    public static OAuth1Auth rsaSha1(String consumerKey, Secret pem) {
        return of(consumerKey, JwtKey.pem("RSA", required("private key", pem)));
    }

    /**
     * Returns the ID of the client.
     *
     * @return the consumer key
     */
    public String consumerKey() {
        return consumerKey;
    }

    /**
     * Adds the token of a user.
     *
     * @param token the token
     * @param secret its shared secret
     * @return a new strategy
     */
    public OAuth1Auth token(String token, Secret secret) {
        return new OAuth1Auth(
                consumerKey,
                consumerSecret,
                required("token", token),
                required("token secret", secret),
                signatures,
                realm,
                protocolParameters,
                timeSource);
    }

    /**
     * Signs with HMAC-SHA256, which RFC 5849 does not define, but some services support.
     *
     * @return a new strategy
     */
    public OAuth1Auth hmacSha256() {
        return with(new HmacSha256());
    }

    /**
     * Sends both secrets as the signature: PLAINTEXT, RFC 5849, section 3.4.4. Only for https.
     *
     * @return a new strategy
     */
    public OAuth1Auth plaintext() {
        return with(new PlaintextSignatureService());
    }

    /**
     * Adds a parameter of the protocol to the {@code Authorization} header, such as {@code oauth_callback}.
     *
     * @param name the name, which begins with {@code oauth_}
     * @param value the value
     * @return a new strategy
     */
    public OAuth1Auth protocolParameter(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(protocolParameters);
        all.put(required("protocol parameter", name), required("protocol parameter " + name, value));
        return new OAuth1Auth(
                consumerKey, consumerSecret, token, tokenSecret, signatures, realm, Map.copyOf(all), timeSource);
    }

    private OAuth1Auth with(SignatureService other) {
        return new OAuth1Auth(
                consumerKey, consumerSecret, token, tokenSecret, other, realm, protocolParameters, timeSource);
    }

    /**
     * Sets the realm in the header: RFC 5849, section 3.5.1.
     *
     * @param realm the realm, such as the number of an account; without quotes
     * @return a new strategy
     */
    public OAuth1Auth realm(String realm) {
        if (required("realm", realm).contains("\"")) {
            throw new InvalidDefinitionException("OAuth 1", List.of("realm: it has a quotation mark"));
        }
        return new OAuth1Auth(
                consumerKey, consumerSecret, token, tokenSecret, signatures, realm, protocolParameters, timeSource);
    }

    /**
     * Sets the time source by which requests are signed, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public OAuth1Auth timeSource(TimeSource timeSource) {
        return new OAuth1Auth(
                consumerKey, consumerSecret, token, tokenSecret, signatures, realm, protocolParameters, timeSource);
    }

    private static <T> T required(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidDefinitionException("OAuth 1", List.of(what + ": it is null"));
        }
        return value;
    }

    @Override
    public Request apply(Request request) {
        URI uri = request.uri();
        OAuthRequest form = new OAuthRequest(verb(request), uri.toString().split("\\?", 2)[0]);
        parameters(uri.getRawQuery(), form::addQuerystringParameter);
        request.body()
                .filter(OAuth1Auth::isForm)
                .ifPresent(
                        body -> parameters(new String(body.toBytes(), StandardCharsets.UTF_8), form::addBodyParameter));
        form.setRealm(realm);
        protocolParameters.forEach(form::addOAuthParameter);
        return request.header("Authorization", header(form));
    }

    /** Returns the header, derived from both secrets; the connection masks the consumer secret and the header itself. */
    private Secret header(OAuthRequest form) {
        return consumerSecret.map(secret -> {
            String other = tokenSecret == null ? "" : tokenSecret.reveal();
            new Service(new Api(), consumerKey, secret).signRequest(new OAuth1AccessToken(token, other), form);
            return form.getHeaders().get("Authorization");
        });
    }

    private static Verb verb(Request request) {
        try {
            return Verb.valueOf(request.method());
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException(
                    "OAuth 1", List.of("method: " + request.method() + " can't be signed"));
        }
    }

    private static boolean isForm(Body body) {
        return body.contentType().startsWith("application/x-www-form-urlencoded");
    }

    private static void parameters(@Nullable String text, BiConsumer<String, String> to) {
        for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
            String[] both = pair.split("=", 2);
            to.accept(decoded(both[0]), both.length == 1 ? "" : decoded(both[1]));
        }
    }

    private static String decoded(String text) {
        String decoded = PercentEncoding.decodeForm(text);
        if (decoded == null) {
            throw new InvalidDefinitionException(
                    "OAuth 1", List.of("a parameter has a % that is not followed by two hexadecimal digits"));
        }
        return decoded;
    }

    @Override
    public String toString() {
        return "OAuth1Auth";
    }

    private static final class Service extends OAuth10aService {
        Service(DefaultApi10a api, String consumerKey, String consumerSecret) {
            super(api, consumerKey, consumerSecret, null, null, null, null, null, null);
        }
    }

    private final class Api extends DefaultApi10a {
        @Override
        public SignatureService getSignatureService() {
            return signatures;
        }

        @Override
        public TimestampService getTimestampService() {
            return new TimestampService() {
                @Override
                public String getTimestampInSeconds() {
                    return String.valueOf(timeSource.now().getEpochSecond());
                }

                @Override
                public String getNonce() {
                    return UUID.randomUUID().toString();
                }
            };
        }

        @Override
        public BaseStringExtractor getBaseStringExtractor() {
            return new EncodedFirst();
        }

        @Override
        public String getRequestTokenEndpoint() {
            throw new UnsupportedOperationException("the token is configured");
        }

        @Override
        public String getAccessTokenEndpoint() {
            throw new UnsupportedOperationException("the token is configured");
        }

        @Override
        protected String getAuthorizationBaseUrl() {
            throw new UnsupportedOperationException("the token is configured");
        }

        @Override
        public String getAuthorizationUrl(OAuth1RequestToken requestToken) {
            throw new UnsupportedOperationException("the token is configured");
        }
    }

    /** Sorts parameters by their encoded form: RFC 5849, section 3.4.1.3.2. */
    private static final class EncodedFirst extends BaseStringExtractorImpl {
        /** Returns the base string URI: RFC 5849, section 3.4.1.2. Only the port of the authority can be a default port. */
        @Override
        protected String getUrl(OAuthRequest request) {
            URI uri = URI.create(request.getUrl());
            boolean isDefault = uri.getPort() == ("https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80);
            String host = uri.getHost() + (uri.getPort() < 0 || isDefault ? "" : ":" + uri.getPort());
            return (uri.getScheme() + "://" + host).toLowerCase(Locale.ROOT) + uri.getRawPath();
        }

        @Override
        protected String getSortedAndEncodedParams(OAuthRequest request) {
            List<String[]> pairs = new ArrayList<>();
            Stream.concat(
                            request.getQueryStringParams().getParams().stream(),
                            request.getBodyParams().getParams().stream())
                    .forEach(parameter -> pairs.add(encoded(parameter.getKey(), parameter.getValue())));
            for (Map.Entry<String, String> parameter :
                    request.getOauthParameters().entrySet()) {
                pairs.add(encoded(parameter.getKey(), parameter.getValue()));
            }
            return OAuthEncoder.encode(pairs.stream()
                    .sorted((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]))
                    .map(pair -> pair[0] + "=" + pair[1])
                    .collect(Collectors.joining("&")));
        }

        private static String[] encoded(String name, String value) {
            return new String[] {OAuthEncoder.encode(name), OAuthEncoder.encode(value)};
        }
    }

    private static final class HmacSha256 implements SignatureService {
        @Override
        public String getSignature(String baseString, String consumerSecret, String tokenSecret) {
            String key = OAuthEncoder.encode(consumerSecret) + "&" + OAuthEncoder.encode(tokenSecret);
            byte[] signature = Hashing.hmac(
                    "HmacSHA256", key.getBytes(StandardCharsets.UTF_8), baseString.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(signature);
        }

        @Override
        public String getSignatureMethod() {
            return "HMAC-SHA256";
        }
    }
}
