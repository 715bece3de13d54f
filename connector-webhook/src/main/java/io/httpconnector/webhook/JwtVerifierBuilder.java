package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
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
 * Describes the JSON Web Tokens (RFC 7519) that a service sends along. Needs {@code nimbus-jose-jwt}, an optional dependency.
 *
 * <pre>{@code
 * Verifiers.jwt(PublicKeys.jwks(google, "/oauth2/v3/certs"))
 *         .issuer("https://accounts.google.com")
 *         .audience("https://app.example.com/hooks")
 *         .build()
 * }</pre>
 *
 * <p>For one thread; what it builds is for many.
 */
public final class JwtVerifierBuilder {

    private static final Set<String> BY_KEY =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
    private static final Set<String> BY_SECRET = Set.of("HS256", "HS384", "HS512");

    private final @Nullable PublicKeys keys;
    private final List<Secret> secrets;
    private ValueSelector place = ValueSelector.header("Authorization").after("Bearer ");
    private Set<String> algorithms;
    private final Map<String, String> claims = new LinkedHashMap<>();
    private @Nullable String audience;
    private @Nullable String bodyHash;
    private Duration tolerance = Duration.ofMinutes(1);

    JwtVerifierBuilder(@Nullable PublicKeys keys, List<Secret> secrets) {
        this.keys = keys;
        this.secrets = secrets;
        this.algorithms = keys == null ? Set.of("HS256") : Set.of("RS256", "ES256");
    }

    /**
     * Sets where the token stands.
     *
     * @param place {@code Authorization} after {@code Bearer} by default
     * @return this builder
     */
    public JwtVerifierBuilder place(ValueSelector place) {
        this.place = place;
        return this;
    }

    /**
     * Sets by which algorithms (RFC 7518) it may be signed.
     *
     * @param all with public keys RS256 and ES256 by default, or others with RS, PS and ES; with secrets HS256 by default, or others
     *     with HS
     * @return this builder
     */
    public JwtVerifierBuilder algorithms(String... all) {
        this.algorithms = new TreeSet<>(Arguments.all(all, "algorithms of a JWT"));
        return this;
    }

    /**
     * Sets who must have issued it.
     *
     * @param issuer the claim {@code iss}
     * @return this builder
     */
    public JwtVerifierBuilder issuer(String issuer) {
        return claim("iss", issuer);
    }

    /**
     * Sets whom it must be for.
     *
     * @param audience one of the claim {@code aud}
     * @return this builder
     */
    public JwtVerifierBuilder audience(String audience) {
        this.audience = audience;
        return this;
    }

    /**
     * Sets what another claim must be.
     *
     * @param name its name, such as {@code email}
     * @param value its value, a text
     * @return this builder
     */
    public JwtVerifierBuilder claim(String name, String value) {
        claims.put(name, value);
        return this;
    }

    /**
     * Sets which claim is the SHA-256 of the body in hexadecimal: without that, a token that was seen is good for any body until it
     * expires.
     *
     * @param claim its name, such as {@code request_body_sha256}
     * @return this builder
     */
    public JwtVerifierBuilder bodyHash(String claim) {
        this.bodyHash = claim;
        return this;
    }

    /**
     * Sets how far the clocks may be apart.
     *
     * @param tolerance up to 1 hour; 1 minute by default
     * @return this builder
     */
    public JwtVerifierBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Builds it.
     *
     * @return checks the tokens
     * @throws InvalidDefinitionException when something is missing or wrong, or the library is missing: lists every problem
     */
    public Verifier build() {
        List<String> problems = new ArrayList<>();
        Set<String> known = keys == null ? BY_SECRET : BY_KEY;
        if (algorithms.isEmpty() || !known.containsAll(algorithms)) {
            problems.add("algorithms: use some of " + new TreeSet<>(known));
        }
        if (keys == null && secrets.isEmpty()) {
            problems.add("secrets: there is none");
        }
        for (Secret secret : secrets) {
            if (secret == null || secret.reveal().getBytes(StandardCharsets.UTF_8).length < 32) {
                problems.add("secrets: one has less than 32 bytes, which RFC 7518 wants");
            }
        }
        if (place == null || claims.containsKey(null) || claims.containsValue(null)) {
            problems.add("place or claims: one is null");
        }
        if (tolerance == null || tolerance.isNegative() || tolerance.compareTo(Duration.ofHours(1)) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use up to 1 hour");
        }
        try {
            Class.forName("com.nimbusds.jwt.SignedJWT");
        } catch (ClassNotFoundException e) {
            problems.add("to read tokens, the library com.nimbusds:nimbus-jose-jwt must be there");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("JWT verifier", problems);
        }
        return new JwtVerifier(new JwtVerifier.Rules(
                keys,
                List.copyOf(secrets),
                place,
                Set.copyOf(algorithms),
                Map.copyOf(claims),
                audience,
                bodyHash,
                tolerance));
    }
}
