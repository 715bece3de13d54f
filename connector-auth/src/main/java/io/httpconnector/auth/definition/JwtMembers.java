package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.JwtKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The members that describe a JSON Web Token: its key, {@code claims} and {@code lifetime}. Immutable. */
record JwtMembers(
        KeyMembers key, ObjectNode claims, @Nullable Duration lifetime) {

    private static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(5);

    /** The name of the value that is computed from the key. */
    private static final String FINGERPRINT = "keyFingerprint";

    static JwtMembers read(Members members) {
        KeyMembers key = KeyMembers.read(members);
        // "claims": The claims by name; numbers, lists and objects keep their type. `iat`, `exp` and `jti` are set.
        // Texts may contain `{{auth.keyFingerprint}}`, the SHA-256 of the public key of an RSA key in Base64.
        ObjectNode claims = claims(members);
        // "lifetime": The lifetime of a token. Default: 5 minutes; 10 minutes with the type `jwt`.
        Duration lifetime = members.reader().duration("lifetime");
        if (lifetime != null && lifetime.toSeconds() < 2) {
            members.reader().problem("lifetime", "it must be at least two seconds");
        }
        return new JwtMembers(key, claims, lifetime);
    }

    /** Reads the claims. A constant time would be in the past, or soon. */
    static ObjectNode claims(Members members) {
        ObjectNode claims = members.withReceived(List.of(FINGERPRINT)).object("claims", false);
        for (String time : List.of("exp", "iat", "nbf")) {
            if (claims.path(time).isNumber()) {
                members.reader()
                        .problemAt(
                                "/claims/" + time,
                                "it is a constant time, but the times are set when a token is signed: remove it");
            }
        }
        return claims;
    }

    /** Renders claims, which may have the fingerprint of the key. */
    static Map<String, JsonNode> claims(ObjectNode claims, JwtKey key, FieldValues values) {
        if (!uses(claims)) {
            return values.claims(claims);
        }
        FieldValues all = values.withReceived(Map.of());
        try {
            all.put(FINGERPRINT, key.fingerprint());
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem("claims", problem));
            return Map.of();
        }
        Map<String, JsonNode> rendered = all.claims(claims);
        all.moveProblemsTo(values);
        return rendered;
    }

    private static boolean uses(JsonNode tree) {
        return (tree instanceof POJONode leaf
                        && leaf.getPojo() instanceof FieldText text
                        && text.fields().contains(FINGERPRINT))
                || StreamSupport.stream(tree.spliterator(), false).anyMatch(JwtMembers::uses);
    }

    /** Signs a new token. */
    Secret sign(FieldValues values) {
        JwtKey signing = key.build(values);
        return signing.sign(
                claims(claims, signing, values),
                lifetime == null ? DEFAULT_LIFETIME : lifetime,
                values.timeSource().now());
    }
}
