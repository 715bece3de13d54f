package io.httpconnector.webhook;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifies signatures by public keys, any of which may match. */
final class PublicKeyChecker implements SignatureChecker {

    private final String algorithm;
    private final PublicKeys keys;

    PublicKeyChecker(String algorithm, PublicKeys keys) {
        this.algorithm = algorithm;
        this.keys = keys;
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
            Signature signature = Signature.getInstance(algorithm);
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
