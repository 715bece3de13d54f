package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.Suggestions;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Signatures other than HMAC: by an RSA, EC or Ed25519 private key, or a message digest of a text that has the secret. A template
 * defines the signed text. Immutable: each method returns a new strategy.
 *
 * <pre>{@code
 * .auth(SignatureAuth.digest("MD5", "{{parameters | pairs('', '')}}{{secret}}", Map.of("secret", secret))
 *         .query("api_key", "4711")
 *         .query("api_sig", "{{signature}}"))
 * .auth(SignatureAuth.privateKey("SHA256withRSA", pem, "{{method}}\n{{target}}\n{{time}}\n{{body}}\n", Map.of())
 *         .header("X-Time", "{{time}}")
 *         .header("X-Signature", "{{signatureBase64}}"))
 * }</pre>
 *
 * <p>{@link SigningAuth} has the pills, {@link HmacAuth} signs with a shared key.
 */
public final class SignatureAuth extends SigningAuth<SignatureAuth> {

    private SignatureAuth(RequestSigner signer) {
        super(signer);
    }

    @Override
    SignatureAuth with(RequestSigner other) {
        return new SignatureAuth(other);
    }

    /**
     * Creates a strategy that sends a message digest.
     *
     * @param algorithm {@code MD5}, {@code SHA-1}, {@code SHA-256}, {@code SHA-384} or {@code SHA-512}
     * @param template the template of the digested text, with the pill of the secret
     * @param values further pills by name: a {@link Secret}, or what Jackson can write as a scalar value. They are data, and never
     *     parsed as a template
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, or a value is missing
     */
    public static SignatureAuth digest(String algorithm, String template, Map<String, ?> values) {
        check(algorithm, DigestKey.ALGORITHMS);
        return new SignatureAuth(RequestSigner.of(new DigestKey(algorithm), template, values));
    }

    /**
     * Creates a strategy that signs with a private key.
     *
     * @param algorithm {@code SHA256withRSA}, {@code SHA384withRSA}, {@code SHA512withRSA} or {@code SHA1withRSA} (RSASSA-PKCS1-v1_5);
     *     {@code RSASSA-PSS} (with SHA-256 and a salt of 32 bytes); {@code SHA256withECDSA}, {@code SHA384withECDSA} or {@code
     *     SHA512withECDSA} (in DER), each also with {@code inP1363Format} (two numbers, as in JSON Web Signatures); {@code Ed25519}
     * @param key the private key in any PEM format, as PKCS #8 in Base64, or as a JSON Web Key; an Ed25519 key also as its 32 bytes
     *     in Base64 or hexadecimal, with or without the public key after it. One by {@link Secret#from} is looked up for each
     *     request
     * @param template the template of the signed text
     * @param values further pills by name, as for {@link #digest}
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, it is not such a key, or a value is missing
     */
    public static SignatureAuth privateKey(String algorithm, Secret key, String template, Map<String, ?> values) {
        check(algorithm, PrivateSigningKey.ALGORITHMS);
        return new SignatureAuth(RequestSigner.of(PrivateSigningKey.of(algorithm, key), template, values));
    }

    private static void check(String algorithm, List<String> known) {
        if (algorithm == null || !known.contains(algorithm)) {
            String nearest = algorithm == null ? null : Suggestions.of(algorithm, new TreeSet<>(known));
            throw SigningKey.invalid(
                    PrivateSigningKey.SUBJECT,
                    "algorithm: it must be one of " + known
                            + (nearest == null ? "" : "; did you mean " + nearest + "?"));
        }
    }
}
