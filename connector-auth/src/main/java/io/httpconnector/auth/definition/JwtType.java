package io.httpconnector.auth.definition;

import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.JwtKey;
import java.time.Duration;
import java.util.Objects;

/** The type {@code jwt}: a JSON Web Token that the application signs, RFC 7519. */
final class JwtType {

    static final AuthType TYPE = AuthType.reading("jwt", JwtType::read);

    private JwtType() {}

    private static Recipe read(Members members) {
        JwtMembers token = JwtMembers.read(members);
        // "prefix": The text before the token in the header field. Default: `"Bearer "`.
        FieldText prefix = members.text("prefix", Members::checkTokenPrefix);
        Duration lifetime = token.lifetime();
        return Recipe.of(Additions.common(members, "Authorization"), values -> {
            JwtKey key = token.key().build(values);
            JwtAuth jwt = JwtAuth.of(key, JwtMembers.claims(token.claims(), key, values))
                    .timeSource(values.timeSource());
            jwt = prefix == null ? jwt : jwt.prefix(Objects.requireNonNullElse(values.text(prefix), ""));
            return lifetime == null ? jwt : jwt.lifetime(lifetime);
        });
    }
}
