package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Self-signed JSON Web Tokens, RFC 7519, as bearer tokens. A token is used for half of its lifetime, and then replaced.
 * Immutable: each method returns a new strategy.
 *
 * <pre>{@code
 * .auth(JwtAuth.of(JwtKey.es256(pem).id("key-1"), Map.of("iss", issuer, "aud", "appstoreconnect-v1")))
 * }</pre>
 *
 * <p>To exchange such a token for an access token, use {@code OAuth2.jwtBearer}.
 */
public final class JwtAuth implements AuthStrategy {

    private final JwtKey key;
    private final Map<String, ?> claims;
    private final Duration lifetime;
    private final String prefix;
    private final TimeSource timeSource;
    private volatile @Nullable Signed last;

    /** A signed token, used until the given time in seconds since 1970. */
    private record Signed(Secret header, long until) {}

    private JwtAuth(JwtKey key, Map<String, ?> claims, Duration lifetime, String prefix, TimeSource timeSource) {
        this.key = key;
        this.claims = claims;
        this.lifetime = lifetime;
        this.prefix = prefix;
        this.timeSource = timeSource;
    }

    /**
     * Creates a strategy. The claims {@code iat}, {@code exp} and {@code jti} are added unless they are given.
     *
     * @param key the signing key
     * @param claims the other claims, such as {@code iss} and {@code aud}: strings, numbers, Booleans, lists, maps or JSON trees
     * @return the strategy; its tokens expire after ten minutes
     * @throws InvalidDefinitionException if a value is missing or invalid
     */
    public static JwtAuth of(JwtKey key, Map<String, ?> claims) {
        if (key == null || claims == null) {
            throw new InvalidDefinitionException("JWT", List.of("key and claims: one of them is null"));
        }
        return new JwtAuth(key, JwtKey.claims(claims), Duration.ofMinutes(10), "Bearer ", TimeSource.SYSTEM);
    }

    /**
     * Sets the lifetime of a token. Default: ten minutes.
     *
     * @param lifetime at least two seconds
     * @return a new strategy
     */
    public JwtAuth lifetime(Duration lifetime) {
        if (lifetime == null || lifetime.toSeconds() < 2) {
            throw new InvalidDefinitionException("JWT", List.of("lifetime: it must be at least two seconds"));
        }
        return new JwtAuth(key, claims, lifetime, prefix, timeSource);
    }

    /**
     * Sets the prefix of the token in the {@code Authorization} header. Default: {@code "Bearer "}.
     *
     * @param prefix the prefix, including the space; may be empty
     * @return a new strategy
     */
    public JwtAuth prefix(String prefix) {
        return new JwtAuth(key, claims, lifetime, prefix == null ? "" : prefix, timeSource);
    }

    /**
     * Sets the time source by which tokens expire, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public JwtAuth timeSource(TimeSource timeSource) {
        return new JwtAuth(key, claims, lifetime, prefix, timeSource);
    }

    @Override
    public Request apply(Request request) {
        Instant now = timeSource.now();
        Signed known = last;
        Signed usable = known != null && isUsable(known, now) ? known : renewed(now);
        return request.header("Authorization", usable.header);
    }

    private static boolean isUsable(Signed signed, Instant now) {
        return now.getEpochSecond() < signed.until;
    }

    /** Signs one token for all threads: some services, such as APNs, limit how often the token may change. */
    private synchronized Signed renewed(Instant now) {
        Signed known = last;
        if (known != null && isUsable(known, now)) {
            return known;
        }
        Signed added = signed(now);
        last = added;
        return added;
    }

    private Signed signed(Instant now) {
        return new Signed(
                key.sign(claims, lifetime, now).map(token -> prefix + token),
                now.getEpochSecond() + lifetime.toSeconds() / 2);
    }

    @Override
    public String toString() {
        return "JwtAuth";
    }
}
