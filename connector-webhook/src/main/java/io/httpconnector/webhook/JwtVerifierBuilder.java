package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.JwtVerifier.EventSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Configures the verification of JSON Web Tokens (RFC 7519) that a service sends. Requires {@code nimbus-jose-jwt}, an optional
 * dependency.
 *
 * <pre>{@code
 * Verifiers.jwt(PublicKeys.jwks(google, "/oauth2/v3/certs"))
 *         .issuer("https://accounts.google.com")
 *         .audience("https://app.example.com/hooks")
 *         .build()
 * }</pre>
 *
 * <p>Not thread-safe; the verifiers it builds are.
 */
public final class JwtVerifierBuilder {

    private static final Set<String> BY_KEY =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
    private static final Set<String> BY_SECRET = Set.of("HS256", "HS384", "HS512");

    private final @Nullable PublicKeys keys;
    private final List<Secret> secrets;
    private ValueSelector location = ValueSelector.header("Authorization").after("Bearer ");
    private Set<String> algorithms;
    private final Map<String, String> claims = new LinkedHashMap<>();
    private @Nullable String audience;
    private @Nullable String bodyHash;
    private Duration tolerance = Duration.ofMinutes(1);
    private @Nullable String urlHash;
    private @Nullable String payload;
    private boolean withoutTime;
    private boolean inBody;
    private boolean hasLocation;
    private boolean detached;
    private EventSettings events = EventSettings.NONE;

    JwtVerifierBuilder(@Nullable PublicKeys keys, List<Secret> secrets) {
        this.keys = keys;
        this.secrets = secrets;
        this.algorithms = keys == null ? Set.of("HS256") : Set.of("RS256", "ES256");
    }

    /**
     * Sets the location of the token.
     *
     * @param location by default {@code Authorization} after {@code Bearer}
     * @return this builder
     */
    public JwtVerifierBuilder location(ValueSelector location) {
        this.location = location;
        this.hasLocation = true;
        return this;
    }

    /**
     * Sets the allowed signature algorithms (RFC 7518).
     *
     * @param all for public keys: RS256 and ES256 by default, any of RS, PS and ES; for secrets: HS256 by default, any of HS
     * @return this builder
     */
    public JwtVerifierBuilder algorithms(String... all) {
        this.algorithms = new TreeSet<>(Arguments.all(all, "algorithms of a JWT"));
        return this;
    }

    /**
     * Sets the required issuer.
     *
     * @param issuer the claim {@code iss}
     * @return this builder
     */
    public JwtVerifierBuilder issuer(String issuer) {
        return claim("iss", issuer);
    }

    /**
     * Sets the required audience.
     *
     * @param audience one of the values of the claim {@code aud}
     * @return this builder
     */
    public JwtVerifierBuilder audience(String audience) {
        this.audience = audience;
        return this;
    }

    /**
     * Requires another claim.
     *
     * @param name the name of the claim, such as {@code email}
     * @param value the required value, a text
     * @return this builder
     */
    public JwtVerifierBuilder claim(String name, String value) {
        claims.put(name, value);
        return this;
    }

    /**
     * Sets the claim that contains the SHA-256 of the body, in hexadecimal or base64. Without it, a captured token is valid for any body
     * until it expires. A token without the claim is accepted for a request without a body, such as a GET request of MessageBird,
     * whose query is signed by {@link #urlHash}.
     *
     * @param claim the name of the claim, such as {@code request_body_sha256}
     * @return this builder
     */
    public JwtVerifierBuilder bodyHash(String claim) {
        this.bodyHash = claim;
        return this;
    }

    /**
     * Sets the claim that contains the SHA-256 of the URL with its query, in hexadecimal or base64, and requires it. The query
     * parameters are then signed: they are the payload of a request without a body. Requires {@link WebhookRouter} or {@link
     * WebhookReceiverBuilder#publicUrl}, and {@link #bodyHash}.
     *
     * @param claim the name of the claim, such as {@code url_hash}
     * @return this builder
     */
    public JwtVerifierBuilder urlHash(String claim) {
        this.urlHash = claim;
        return this;
    }

    /**
     * Takes the payload of the event from the claims of the token instead of the body. A text that contains JSON is parsed.
     *
     * @param pointer a JSON Pointer (RFC 6901) in the claims, such as {@code /data}, which may continue in a text that contains JSON;
     *     empty for all claims
     * @return this builder
     */
    public JwtVerifierBuilder payload(String pointer) {
        this.payload = Arguments.notNull(pointer, "payload of a JWT");
        return this;
    }

    /**
     * Expects the token as the whole body, such as that of a webhook of Wix. Requires {@link #payload}.
     *
     * @return this builder
     */
    public JwtVerifierBuilder inBody() {
        this.inBody = true;
        return this;
    }

    /**
     * Accepts tokens without the claims {@code exp} and {@code iat}, which never expire. {@link #bodyHash} or {@link #payload} is required: it
     * distinguishes events, so that a captured request can be sent again, but is not handled again.
     *
     * @return this builder
     */
    public JwtVerifierBuilder withoutTime() {
        this.withoutTime = true;
        return this;
    }

    /**
     * Expects a token without a payload, which signs the body instead (RFC 7515, appendix F). It has no claims.
     *
     * @return this builder
     */
    public JwtVerifierBuilder detached() {
        this.detached = true;
        return this;
    }

    /**
     * Sets the maximum clock skew.
     *
     * @param tolerance at most 1 hour; 1 minute by default
     * @return this builder
     */
    public JwtVerifierBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /** Sets how the events of a known service are distinguished. */
    JwtVerifierBuilder events(EventSettings settings) {
        this.events = settings;
        return this;
    }

    /**
     * Builds the verifier.
     *
     * @return the verifier
     * @throws InvalidDefinitionException if a setting is missing or invalid, or the library is missing; reports all problems
     */
    public Verifier build() {
        List<String> problems = new ArrayList<>();
        Set<String> known = keys == null ? BY_SECRET : BY_KEY;
        if (algorithms.isEmpty() || !known.containsAll(algorithms)) {
            problems.add("algorithms: use one or more of " + new TreeSet<>(known));
        }
        if (keys == null && secrets.isEmpty()) {
            problems.add("secrets: none is given");
        }
        for (Secret secret : secrets) {
            if (secret == null || secret.reveal().getBytes(StandardCharsets.UTF_8).length < 32) {
                problems.add("secrets: one has fewer than 32 bytes, which RFC 7518 requires");
            }
        }
        if (location == null || claims.containsKey(null) || claims.containsValue(null)) {
            problems.add("location or claims: a value is null");
        }
        if (tolerance == null || tolerance.isNegative() || tolerance.compareTo(Duration.ofHours(1)) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use at most 1 hour");
        }
        if (withoutTime && bodyHash == null && payload == null) {
            problems.add("withoutTime: a token that never expires is valid for any body, use bodyHash(...) as well");
        }
        boolean hasClaims = bodyHash != null || urlHash != null || payload != null || audience != null;
        if (detached && (withoutTime || hasClaims || !claims.isEmpty())) {
            problems.add("detached: a token that signs the body has no claims to be checked");
        }
        if (urlHash != null && bodyHash == null) {
            problems.add("urlHash: without bodyHash(...), the body is not signed");
        }
        if (payload != null && (bodyHash != null || urlHash != null)) {
            problems.add("payload: a token that contains the payload does not need "
                    + (bodyHash == null ? "urlHash" : "bodyHash"));
        }
        if (inBody && payload == null) {
            problems.add("inBody: the body has no other payload than the token, use payload(...) as well");
        }
        if (inBody && hasLocation) {
            problems.add("inBody: it contradicts location(...), use one of them");
        }
        JsonPointer pointer = pointer(problems);
        try {
            Class.forName("com.nimbusds.jwt.SignedJWT");
        } catch (ClassNotFoundException e) {
            problems.add("JWT verification requires the library com.nimbusds:nimbus-jose-jwt on the class path");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("JWT verifier", problems);
        }
        return new JwtVerifier(new JwtVerifier.JwtSettings(
                keys,
                List.copyOf(secrets),
                location,
                Set.copyOf(algorithms),
                Map.copyOf(claims),
                audience,
                bodyHash,
                urlHash,
                pointer,
                tolerance,
                withoutTime,
                inBody,
                detached,
                events));
    }

    private @Nullable JsonPointer pointer(List<String> problems) {
        try {
            return payload == null ? null : JsonSupport.pointer(payload);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("payload: " + problem));
            return null;
        }
    }
}
