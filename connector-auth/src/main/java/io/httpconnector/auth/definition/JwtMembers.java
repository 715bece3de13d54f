package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members that describe a JSON Web Token: its key, {@code claims} and {@code lifetime}. Immutable. */
record JwtMembers(
        KeyMembers key, ObjectNode claims, @Nullable Duration lifetime) {

    private static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(5);

    static JwtMembers read(Members members) {
        KeyMembers key = KeyMembers.read(members);
        // "claims": The claims by name; numbers, lists and objects keep their type. `iat`, `exp` and `jti` are set.
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
        ObjectNode claims = members.object("claims", false);
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

    /** Signs a new token. */
    Secret sign(FieldValues values) {
        return key.build(values)
                .sign(
                        values.claims(claims),
                        lifetime == null ? DEFAULT_LIFETIME : lifetime,
                        values.timeSource().now());
    }
}
