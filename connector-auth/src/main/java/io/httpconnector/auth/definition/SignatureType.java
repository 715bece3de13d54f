package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.SignatureAuth;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The type {@code signature}: a signature by a private key, or a message digest. Its texts also have the placeholders of {@link
 * SignatureAuth}.
 */
final class SignatureType {

    static final AuthType TYPE = AuthType.reading("signature", SignatureType::read);

    private static final List<String> DIGESTS = List.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");
    private static final List<String> BY_KEY = List.of(
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "SHA1withRSA",
            "RSASSA-PSS",
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withECDSAinP1363Format",
            "SHA384withECDSAinP1363Format",
            "SHA512withECDSAinP1363Format",
            "Ed25519");

    private SignatureType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        // "algorithm": The algorithm of the signature; or that of a message digest, for a template that has the secret.
        String algorithm = members.requiredOneOf(
                "algorithm", Stream.concat(BY_KEY.stream(), DIGESTS.stream()).toList());
        boolean isDigest = DIGESTS.contains(algorithm);
        // "key": The private key: in PEM, as PKCS #8 in Base64, or as a JSON Web Key (RFC 7517); an Ed25519 key also as
        // its bytes in Base64 or hexadecimal. A message digest has none.
        FieldText key = members.secret("key");
        if (isDigest && reader.has("key")) {
            reader.problem("key", algorithm + " is a message digest, which has no key: put the secret into template");
        }
        if (!isDigest) {
            reader.require("key");
        }
        SigningMembers signing = SigningMembers.read(members);
        return Recipe.of(Additions.NONE, values -> {
            Map<String, Object> all = values.byPlaceholder();
            SignatureAuth auth = isDigest || key == null
                    ? SignatureAuth.digest(isDigest ? algorithm : DIGESTS.get(0), "", all)
                    : signing(algorithm, key, all, values);
            return signing.build(auth.timeSource(values.timeSource()), values);
        });
    }

    private static SignatureAuth signing(String algorithm, FieldText key, Map<String, Object> all, FieldValues values) {
        Secret secret = values.requiredSecret(key);
        try {
            return SignatureAuth.privateKey(algorithm, secret, "", all);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> values.problem(key.pointer(), problem));
            return SignatureAuth.digest(DIGESTS.get(0), "", all);
        }
    }
}
