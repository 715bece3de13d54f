package io.httpconnector.webhook;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes. */
final class Digests {

    private Digests() {}

    static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }

    /** What stands for some bytes, and can't be turned back into them: the first half of their SHA-256. */
    static String fingerprint(byte[] bytes) {
        return HexFormat.of().formatHex(of("SHA-256").digest(bytes), 0, 16);
    }
}
