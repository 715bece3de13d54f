package io.httpconnector.auth.definition;

import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;

/** The type {@code hmac}: an HMAC signature. Its texts also have the placeholders of {@link HmacAuth}. */
final class HmacType {

    static final AuthType TYPE = AuthType.reading("hmac", HmacType::read);

    private HmacType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        // "algorithm": The algorithm of the HMAC.
        String algorithm = members.requiredOneOf(
                "algorithm", List.of("HmacSHA256", "HmacSHA512", "HmacSHA384", "HmacSHA1", "HmacMD5"));
        // "key": The key.
        FieldText key = members.requiredSecret("key");
        // "keyEncoding": The encoding of the key. Default: UTF-8 text.
        String encoding = reader.oneOf("keyEncoding", List.of("base64", "hex"));
        // "keyDerivation": Texts from which the signing key is derived: the first one is signed by the key, and each
        // result is the key of the next text.
        List<FieldText> derivation = members.with(AttemptValues.NAMES_OF_TIME).list("keyDerivation");
        // "keyDerivationEncoding": The encoding of the results of `keyDerivation`, such as `base64` for Akamai
        // EdgeGrid. Default: bytes.
        String derived = reader.oneOf("keyDerivationEncoding", List.of("base64"));
        if (derived != null && derivation.isEmpty()) {
            reader.problem("keyDerivationEncoding", "there is no keyDerivation: omit it");
        }
        SigningMembers signing = SigningMembers.read(members);
        return Recipe.of(Additions.NONE, values -> {
            HmacAuth hmac = HmacAuth.of(algorithm, values.requiredSecret(key), "", values.byPlaceholder())
                    .timeSource(values.timeSource());
            hmac = "base64".equals(encoding) ? hmac.keyIsBase64() : "hex".equals(encoding) ? hmac.keyIsHex() : hmac;
            String[] texts = derivation.stream()
                    .map(text -> SigningMembers.text(text, values))
                    .toArray(String[]::new);
            hmac = derived == null ? hmac.deriveKey(texts) : hmac.deriveKeyInBase64(texts);
            return signing.build(hmac, values);
        });
    }
}
