package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An RSA, EC or Ed25519 key of a {@link SignatureAuth}: in PEM, as a JSON Web Key, or encoded. Immutable and thread-safe. */
final class PrivateSigningKey implements SigningKey {

    static final String SUBJECT = "request signature";

    private static final String PSS = "RSASSA-PSS";
    private static final String ED_25519 = "Ed25519";

    static final List<String> ALGORITHMS = List.of(
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "SHA1withRSA",
            PSS,
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withECDSAinP1363Format",
            "SHA384withECDSAinP1363Format",
            "SHA512withECDSAinP1363Format",
            ED_25519);

    /** RFC 8410, section 7: PKCS #8 before the 32 bytes of an Ed25519 key. */
    private static final byte[] ED_25519_HEADER = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final int ED_25519_BYTES = 32;
    private static final Pattern HEX = Pattern.compile("(?:[0-9A-Fa-f]{2})+");

    private final String algorithm;
    private final Secret secret;
    private volatile Parsed parsed;

    /** A key with the text that it was read from. */
    private record Parsed(String text, PrivateKey key) {}

    private PrivateSigningKey(String algorithm, Secret secret, Parsed parsed) {
        this.algorithm = algorithm;
        this.secret = secret;
        this.parsed = parsed;
    }

    static PrivateSigningKey of(String algorithm, Secret secret) {
        if (secret == null) {
            throw SigningKey.invalid(SUBJECT, "key: it is null");
        }
        String text = secret.reveal();
        return new PrivateSigningKey(algorithm, secret, new Parsed(text, read(algorithm, text)));
    }

    @Override
    public Secret secret() {
        return secret;
    }

    @Override
    public byte[] sign(String text, byte[] bytes, Function<String, @Nullable Object> values) {
        Parsed known = parsed;
        if (!known.text.equals(text)) {
            known = new Parsed(text, read(algorithm, text));
            parsed = known;
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            if (algorithm.equals(PSS)) {
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            signature.initSign(known.key);
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw invalid("key: it can't sign by " + algorithm + ": " + e.getMessage());
        }
    }

    private static PrivateKey read(String algorithm, String text) {
        String kind = algorithm.equals(ED_25519) ? "EdDSA" : algorithm.contains("ECDSA") ? "EC" : "RSA";
        try {
            if (!text.strip().startsWith("{")) {
                byte[] raw = kind.equals("EdDSA") ? rawKey(text.strip()) : null;
                return raw == null ? JwtKey.pem(kind, Secret.of(text)) : ed25519(raw);
            }
            PrivateKey key = JsonWebKey.parse(text.strip()).key();
            if (!key.getAlgorithm().equals(kind)) {
                throw SigningKey.invalid(
                        SUBJECT,
                        "key: it is a JSON Web Key for " + key.getAlgorithm() + ", but " + algorithm + " requires "
                                + kind);
            }
            return key;
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    SUBJECT,
                    e.problems().stream()
                            .map(problem -> problem.startsWith("key: ") ? problem : "key: " + problem)
                            .toList());
        }
    }

    /** Returns the bytes of a key in Base64 or hexadecimal, without or with the public key after it; null for another text. */
    private static byte @Nullable [] rawKey(String text) {
        try {
            byte[] raw = HEX.matcher(text).matches() ? HexFormat.of().parseHex(text) : HmacKey.base64(text);
            return raw.length == ED_25519_BYTES || raw.length == 2 * ED_25519_BYTES ? raw : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static PrivateKey ed25519(byte[] raw) {
        byte[] encoded = new byte[ED_25519_HEADER.length + ED_25519_BYTES];
        System.arraycopy(ED_25519_HEADER, 0, encoded, 0, ED_25519_HEADER.length);
        System.arraycopy(raw, 0, encoded, ED_25519_HEADER.length, ED_25519_BYTES);
        try {
            return KeyFactory.getInstance(ED_25519).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw SigningKey.invalid(SUBJECT, "key: it is not an Ed25519 key");
        }
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    /** Omits the key. */
    @Override
    public String toString() {
        return "PrivateSigningKey for " + algorithm;
    }
}
