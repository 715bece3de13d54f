package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/**
 * Routes requests to receivers by unguessable URLs. Thread-safe, also while receivers are added and revoked.
 *
 * <pre>{@code
 * WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
 * String token = WebhookRouter.newToken();                 // keep it where you keep secrets
 * URI url = router.add(token, leads);                      // https://app.example.com/hooks/kbnO3...: give it to the service
 * }</pre>
 *
 * <p>To rotate a URL, add the same receiver with another token, and revoke the old token when the service uses the new one.
 */
public final class WebhookRouter implements WebhookEndpoint {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 16;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22,200}");

    private final String base;
    private final String mount;

    /** Receivers by the hash of their token, so that the duration of a lookup reveals nothing about a token. */
    private final ConcurrentMap<String, WebhookEndpoint> receivers = new ConcurrentHashMap<>();

    /**
     * The maximum limits of all receivers, cached because they are read with each request. Limits of revoked receivers remain.
     */
    private volatile Limits limits = Limits.NONE;

    private WebhookRouter(String base, String mount) {
        this.base = base;
        this.mount = mount;
    }

    /**
     * Creates a router for a public URL.
     *
     * @param publicUrl the URL at which services reach the router, such as {@code https://app.example.com/hooks}; the router
     *     expects requests at its path
     * @return a router without receivers
     * @throws InvalidDefinitionException if the URL is not an absolute http or https URL
     */
    public static WebhookRouter at(String publicUrl) {
        URI uri = uri(publicUrl);
        String base = publicUrl.endsWith("/") ? publicUrl : publicUrl + "/";
        return new WebhookRouter(base, slashed(uri.getRawPath()));
    }

    private static URI uri(String url) {
        try {
            URI uri = URI.create(url == null ? "" : url);
            boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            // URI has no host if its name has an underscore.
            boolean hasHost = uri.getHost() != null
                    || String.valueOf(uri.getRawAuthority()).matches("[A-Za-z0-9._-]+(:[0-9]{1,5})?");
            if (web
                    && uri.getRawAuthority() != null
                    && hasHost
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Rejected below.
        }
        throw invalid("the public URL is invalid, use a URL such as https://app.example.com/hooks");
    }

    private static String slashed(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    /**
     * Returns a router for the same public URL behind a proxy that changes the path.
     *
     * @param path the path of requests as seen by this server, such as {@code /}
     * @return a new router, without receivers
     * @throws InvalidDefinitionException if the path does not start with a slash
     */
    public WebhookRouter mountedAt(String path) {
        if (path == null || !path.startsWith("/")) {
            throw invalid("the mount path must start with a slash");
        }
        return new WebhookRouter(base, slashed(path));
    }

    /**
     * Generates an unguessable token.
     *
     * @return 128 random bits as 22 characters of base64url
     */
    public static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Adds a receiver, or replaces the receiver of the token.
     *
     * @param token a result of {@link #newToken()}, or any other unguessable text of 22 to 200 letters, digits, {@code -} and
     *     {@code _}
     * @param receiver the receiver
     * @return the public URL of the receiver, which is a secret
     * @throws InvalidDefinitionException if the token has another format, or the receiver is null
     */
    public URI add(String token, WebhookEndpoint receiver) {
        if (receiver == null) {
            throw invalid("the receiver is null");
        }
        URI url = url(token);
        synchronized (this) {
            limits = limits.or(receiver);
        }
        receivers.put(hash(token), receiver);
        return url;
    }

    /**
     * Revokes a token: its URL no longer works.
     *
     * @param token the token of the URL
     * @return whether there was a receiver
     */
    public boolean revoke(String token) {
        return token != null && receivers.remove(hash(token)) != null;
    }

    /**
     * Returns the public URL of a token.
     *
     * @param token a token
     * @return the URL, which is a secret
     * @throws InvalidDefinitionException if the token has another format
     */
    public URI url(String token) {
        if (token == null || !TOKEN.matcher(token).matches()) {
            throw invalid("a token must have 22 to 200 letters, digits, - and _: use newToken()");
        }
        return URI.create(base + token);
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        return endpointAt(Arguments.notNull(request, "webhook request").path())
                .map(endpoint -> endpoint.receive(request))
                .orElse(StandardResponses.NOT_FOUND);
    }

    @Override
    public Optional<WebhookEndpoint> endpointAt(String path) {
        String token =
                Arguments.notNull(path, "path of a request").startsWith(mount) ? path.substring(mount.length()) : "";
        WebhookEndpoint receiver = TOKEN.matcher(token).matches() ? receivers.get(hash(token)) : null;
        return receiver == null ? Optional.empty() : Optional.of(new RoutedEndpoint(receiver, base + token));
    }

    /** A receiver at its public URL. */
    private record RoutedEndpoint(WebhookEndpoint receiver, String url) implements WebhookEndpoint {

        @Override
        public WebhookResponse receive(WebhookRequest request) {
            return receiver.receive(request.publicUrl(url));
        }

        @Override
        public int maxBody() {
            return receiver.maxBody();
        }

        @Override
        public Duration bodyTimeout() {
            return receiver.bodyTimeout();
        }

        /** Omits the URL, which is a secret. */
        @Override
        public String toString() {
            return receiver.toString();
        }
    }

    @Override
    public int maxBody() {
        return limits.maxBody;
    }

    @Override
    public Duration bodyTimeout() {
        return limits.bodyTimeout;
    }

    /** The maximum limits of all receivers. */
    private record Limits(int maxBody, Duration bodyTimeout) {

        private static final Limits NONE = new Limits(0, Duration.ofSeconds(1));

        Limits or(WebhookEndpoint receiver) {
            Duration timeout = receiver.bodyTimeout();
            return new Limits(
                    Math.max(maxBody, receiver.maxBody()), timeout.compareTo(bodyTimeout) > 0 ? timeout : bodyTimeout);
        }
    }

    private static String hash(String token) {
        return Hashing.fingerprint(token.getBytes(StandardCharsets.UTF_8));
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("webhook router", List.of(problem));
    }

    /**
     * Describes the router without its tokens.
     *
     * @return the public URL and the number of receivers
     */
    @Override
    public String toString() {
        return base + " with " + receivers.size() + " receivers";
    }
}
