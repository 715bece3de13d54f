package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifies plain hashes of a shared secret and the content: older than HMAC, and weaker. */
final class DigestChecker implements SignatureChecker {

    private final String algorithm;
    private final List<Secret> secrets;

    DigestChecker(String algorithm, List<Secret> secrets) {
        this.algorithm = algorithm;
        this.secrets = secrets;
    }

    @Override
    public @Nullable Supplier<String> verify(
            SignedContent content, SignedContent.RequestValues known, List<byte[]> signatures) {
        byte[] first = null;
        for (Secret secret : secrets) {
            MessageDigest digest = Hashing.digest(algorithm);
            content.feed(digest::update, known, secret);
            byte[] right = digest.digest();
            // The fingerprint uses the first secret, regardless of which one matches.
            byte[] fingerprinted = first == null ? right : first;
            first = fingerprinted;
            for (byte[] signature : signatures) {
                if (MessageDigest.isEqual(right, signature)) {
                    return () -> Hashing.fingerprint(fingerprinted);
                }
            }
        }
        return null;
    }
}
