package io.httpconnector.auth.definition;

import io.httpconnector.auth.JwtAuth;
import java.time.Duration;
import java.util.Objects;

/** The type {@code jwt}: a JSON Web Token that the application signs, RFC 7519. */
final class JwtType {

    static final AuthType TYPE = AuthType.reading("jwt", JwtType::read);

    private JwtType() {}

    private static Recipe read(Members members) {
        KeyMembers key = KeyMembers.read(members);
        var claims = members.object("claims", false);
        FieldText prefix = members.text("prefix", Members::checkTokenPrefix);
        Duration lifetime = members.reader().duration("lifetime");
        if (lifetime != null && lifetime.toSeconds() < 2) {
            members.reader().problem("lifetime", "it must be at least two seconds");
        }
        return Recipe.of(Additions.common(members, "Authorization"), values -> {
            JwtAuth jwt = JwtAuth.of(key.build(values), values.claims(claims));
            jwt = prefix == null ? jwt : jwt.prefix(Objects.requireNonNullElse(values.text(prefix), ""));
            return lifetime == null ? jwt : jwt.lifetime(lifetime);
        });
    }
}
