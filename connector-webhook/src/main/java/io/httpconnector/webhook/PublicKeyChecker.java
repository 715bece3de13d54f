package io.httpconnector.webhook;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Public keys, any of which may belong to whoever has signed. */
final class PublicKeyChecker implements SignatureChecker {

    private final String algorithm;
    private final PublicKeys keys;

    PublicKeyChecker(String algorithm, PublicKeys keys) {
        this.algorithm = algorithm;
        this.keys = keys;
    }

    @Override
    public @Nullable Supplier<String> verify(
            SignedContent content, SignedContent.Known known, List<byte[]> signatures) {
        for (PublicKey key : keys.of(known.request())) {
            for (byte[] signature : signatures) {
                if (holds(key, content, known, signature)) {
                    // Not of the signature: for some algorithms there are several for one content.
                    return () -> content.fingerprint(known);
                }
            }
        }
        return null;
    }

    private boolean holds(PublicKey key, SignedContent content, SignedContent.Known known, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(key);
            content.feed((all, offset, length) -> update(signature, all, offset, length), known, null);
            return signature.verify(bytes);
        } catch (GeneralSecurityException e) {
            // A signature of another form, or a key of another kind.
            return false;
        }
    }

    private static void update(Signature signature, byte[] bytes, int offset, int length) {
        try {
            signature.update(bytes, offset, length);
        } catch (SignatureException e) {
            throw new IllegalStateException("it was initialised", e);
        }
    }
}
