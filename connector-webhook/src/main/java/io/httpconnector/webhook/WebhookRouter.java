package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/**
 * Many receivers, each at a URL that nobody can guess. Safe for many threads, also while receivers come and go.
 *
 * <pre>{@code
 * WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
 * String token = WebhookRouter.newToken();                 // keep it where you keep secrets
 * URI url = router.add(token, leads);                      // https://app.example.com/hooks/kbnO3...: give it to the service
 * }</pre>
 *
 * <p>To rotate a URL, add the same receiver by another token, and revoke the old one when the service uses the new one.
 */
public final class WebhookRouter implements WebhookEndpoint {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 16;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22,200}");

    private final String base;
    private final String mount;

    /** By the hashes of their tokens: how long a look-up takes says nothing of a token then. */
    private final ConcurrentMap<String, WebhookEndpoint> receivers = new ConcurrentHashMap<>();

    /** Asked for with each request, so not looked for among all receivers each time. Those of one that was revoked stay. */
    private volatile Limits limits = Limits.NONE;

    private WebhookRouter(String base, String mount) {
        this.base = base;
        this.mount = mount;
    }

    /**
     * A router at a public URL.
     *
     * @param publicUrl where services reach it, such as {@code https://app.example.com/hooks}; its path is also where it expects
     *     requests
     * @return a router without receivers
     * @throws InvalidDefinitionException when it is no absolute URL by http or https
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
            if (web && uri.getHost() != null && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw invalid("the public URL must be one such as https://app.example.com/hooks");
    }

    private static String slashed(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    /**
     * The same public URL, for a server that sees another path: because a proxy in front of it changes it.
     *
     * @param path the path that requests have here, such as {@code /}
     * @return another router, without receivers
     * @throws InvalidDefinitionException when the path does not begin with a slash
     */
    public WebhookRouter mountedAt(String path) {
        if (path == null || !path.startsWith("/")) {
            throw invalid("the path where it is mounted must begin with a slash");
        }
        return new WebhookRouter(base, slashed(path));
    }

    /**
     * Makes the part of a URL that nobody can guess.
     *
     * @return 128 random bits as 22 characters of base64url
     */
    public static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Adds a receiver, or replaces the one that has the token.
     *
     * @param token one from {@link #newToken()}, or any other of 22 to 200 letters, digits, {@code -} and {@code _} that can't be guessed
     * @param receiver the receiver
     * @return its public URL, which is a secret
     * @throws InvalidDefinitionException when the token is of another form, or the receiver is null
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
     * Takes nothing at a URL any more.
     *
     * @param token the token of the URL
     * @return whether there was a receiver
     */
    public boolean revoke(String token) {
        return token != null && receivers.remove(hash(token)) != null;
    }

    /**
     * The public URL of a token.
     *
     * @param token a token
     * @return the URL, which is a secret
     * @throws InvalidDefinitionException when the token is of another form
     */
    public URI url(String token) {
        if (token == null || !TOKEN.matcher(token).matches()) {
            throw invalid("a token is 22 to 200 letters, digits, - and _: use newToken()");
        }
        return URI.create(base + token);
    }

    @Override
    public WebhookResponse receive(WebhookRequest request) {
        String path = Arguments.notNull(request, "webhook request").path();
        String token = path.startsWith(mount) ? path.substring(mount.length()) : "";
        WebhookEndpoint receiver = TOKEN.matcher(token).matches() ? receivers.get(hash(token)) : null;
        return receiver == null ? StandardResponses.NOT_FOUND : receiver.receive(request.publicUrl(base + token));
    }

    @Override
    public int maxBody() {
        return limits.maxBody;
    }

    @Override
    public Duration bodyTimeout() {
        return limits.bodyTimeout;
    }

    /** The largest of the receivers'. */
    private record Limits(int maxBody, Duration bodyTimeout) {

        private static final Limits NONE = new Limits(0, Duration.ofSeconds(1));

        Limits or(WebhookEndpoint receiver) {
            Duration timeout = receiver.bodyTimeout();
            return new Limits(
                    Math.max(maxBody, receiver.maxBody()), timeout.compareTo(bodyTimeout) > 0 ? timeout : bodyTimeout);
        }
    }

    private static String hash(String token) {
        return Digests.fingerprint(token.getBytes(StandardCharsets.UTF_8));
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("webhook router", List.of(problem));
    }

    /**
     * Says where it is, without the tokens.
     *
     * @return the public URL, and how many receivers there are
     */
    @Override
    public String toString() {
        return base + " with " + receivers.size() + " receivers";
    }
}
