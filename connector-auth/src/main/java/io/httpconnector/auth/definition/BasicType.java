package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The type {@code basic}: HTTP Basic authentication, RFC 7617. User name and password may have secrets; one may be empty. */
final class BasicType {

    static final AuthType TYPE = AuthType.reading("basic", BasicType::read);

    private BasicType() {}

    private static Recipe read(Members members) {
        // "user": The user name; it may contain secrets, and may be empty.
        FieldText user = members.requiredSecret("user", text -> {});
        // "password": The password; it may be empty.
        FieldText password = members.requiredSecret("password", text -> {});
        if (members.reader().has("user")
                && members.reader().has("password")
                && Stream.of(user, password)
                        .allMatch(text -> text.isFixed() && text.fixed().isEmpty())) {
            members.reader().problem("password", "password and user are empty: set one of them");
        }
        if (user.isFixed() && user.fixed().indexOf(':') >= 0) {
            members.reader().problem("user", "it has a colon, which can't be sent");
        }
        return Recipe.of(Additions.common(members, "Authorization"), values -> build(user, password, values));
    }

    static AuthStrategy build(FieldText user, @Nullable FieldText password, FieldValues values) {
        Secret name = values.secret(user);
        Secret word = values.secret(password);
        if (name == null && word == null) {
            return AuthStrategy.none();
        }
        Secret pair = name == null
                ? Objects.requireNonNull(word).map(text -> ":" + text)
                : word == null ? name.map(text -> text + ":") : name.combine(word, (a, b) -> a + ":" + b);
        return CustomAuth.header("Authorization", pair.map(BasicType::encode));
    }

    private static String encode(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
