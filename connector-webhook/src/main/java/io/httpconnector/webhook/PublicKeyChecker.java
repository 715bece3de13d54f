package io.httpconnector.webhook;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifies signatures by public keys, any of which may match. */
final class PublicKeyChecker implements SignatureChecker {

    static final Set<String> ALGORITHMS = Set.of(
            "Ed25519",
            "SHA1withRSA",
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "SHA256withRSA/PSS",
            "SHA384withRSA/PSS",
            "SHA512withRSA/PSS",
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withECDSAinP1363Format",
            "SHA384withECDSAinP1363Format",
            "SHA512withECDSAinP1363Format");

    private final String algorithm;
    private final PublicKeys keys;

    PublicKeyChecker(String algorithm, PublicKeys keys) {
        this.algorithm = algorithm;
        this.keys = keys;
    }

    static boolean isKnown(String algorithm) {
        return ALGORITHMS.contains(algorithm);
    }

    /** Creates a signature object; RSASSA-PSS has the parameters that JSON Web Algorithms and RFC 9421 use. */
    static Signature signature(String algorithm) throws GeneralSecurityException {
        if (!algorithm.endsWith("withRSA/PSS")) {
            return Signature.getInstance(algorithm);
        }
        String digest = "SHA-" + algorithm.substring(3, 6);
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec(
                digest, "MGF1", new MGF1ParameterSpec(digest), Integer.parseInt(digest.substring(4)) / 8, 1));
        return signature;
    }

    @Override
    public @Nullable Supplier<String> verify(
            SignedContent content, SignedContent.RequestValues known, List<byte[]> signatures) {
        for (PublicKey key : keys.of(known.request())) {
            for (byte[] signature : signatures) {
                if (isValid(key, content, known, signature)) {
                    // Not a fingerprint of the signature: some algorithms allow several signatures of the same content.
                    return () -> content.fingerprint(known);
                }
            }
        }
        return null;
    }

    private boolean isValid(PublicKey key, SignedContent content, SignedContent.RequestValues known, byte[] bytes) {
        try {
            Signature signature = signature(algorithm);
            signature.initVerify(key);
            content.feed((all, offset, length) -> update(signature, all, offset, length), known, null);
            return signature.verify(bytes);
        } catch (GeneralSecurityException e) {
            // The signature has another format, or the key another type.
            return false;
        }
    }

    private static void update(Signature signature, byte[] bytes, int offset, int length) {
        try {
            signature.update(bytes, offset, length);
        } catch (SignatureException e) {
            throw new IllegalStateException("the signature was not initialised", e);
        }
    }
}
