package io.httpconnector.auth.definition;

import io.httpconnector.auth.DigestAuth;

/** The type {@code digest}: HTTP Digest authentication, RFC 7616. */
final class DigestType {

    static final AuthType TYPE = AuthType.reading("digest", DigestType::read);

    private DigestType() {}

    private static Recipe read(Members members) {
        // "user": The user name.
        FieldText user = members.requiredText("user");
        // "password": The password.
        FieldText password = members.requiredSecret("password");
        // "md5": Whether the algorithm MD5 is accepted. Default: true.
        boolean refusesMd5 = Boolean.FALSE.equals(members.reader().flag("md5"));
        return Recipe.of(Additions.common(members, "Authorization"), values -> {
            DigestAuth digest = DigestAuth.of(values.requiredText(user), values.requiredSecret(password));
            return refusesMd5 ? digest.withoutMd5() : digest;
        });
    }
}
