package io.httpconnector.webhook;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hash functions. */
final class Digests {

    private Digests() {}

    static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }

    /** A one-way fingerprint of bytes: the first half of their SHA-256. */
    static String fingerprint(byte[] bytes) {
        return HexFormat.of().formatHex(of("SHA-256").digest(bytes), 0, 16);
    }
}
