package io.httpconnector.internal;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Message digests and HMACs by algorithms that every JVM has, or that an installed security provider has. Thread-safe. */
public final class Hashing {

    private static final MessageDigest SHA_256 = digest("SHA-256");

    private Hashing() {}

    /**
     * Returns a new digest.
     *
     * @param algorithm a name that {@link MessageDigest#getInstance(String)} knows in every JVM, such as {@code SHA-1}
     * @return the digest, not thread-safe
     */
    public static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JVM does not have " + algorithm, e);
        }
    }

    /**
     * Returns a new digest of an installed security provider.
     *
     * @param algorithm any name
     * @return the digest, not thread-safe; empty if no provider has it
     */
    public static Optional<MessageDigest> findDigest(String algorithm) {
        try {
            return Optional.of(MessageDigest.getInstance(algorithm));
        } catch (NoSuchAlgorithmException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns a new message authentication code of an installed security provider.
     *
     * @param algorithm any name
     * @return the code without a key, not thread-safe; empty if no provider has it
     */
    public static Optional<Mac> findMac(String algorithm) {
        try {
            return Optional.of(Mac.getInstance(algorithm));
        } catch (NoSuchAlgorithmException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns a new SHA-256 digest. Cloning a digest is cheaper than looking up the algorithm each time.
     *
     * @return the digest, not thread-safe
     */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's SHA-256 can be cloned", e);
        }
    }

    /**
     * Computes the SHA-256 of bytes.
     *
     * @param bytes the bytes
     * @return 32 bytes
     */
    public static byte[] sha256(byte[] bytes) {
        return sha256().digest(bytes);
    }

    /**
     * Computes the SHA-256 of a text in UTF-8.
     *
     * @param text the text
     * @return 32 bytes
     */
    public static byte[] sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Computes the SHA-256 of a text in UTF-8.
     *
     * @param text the text
     * @return 64 lower-case hexadecimal digits
     */
    public static String sha256Hex(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }

    /**
     * Computes an HMAC (RFC 2104).
     *
     * @param algorithm such as {@code HmacSHA256}
     * @param key at least one byte
     * @param bytes the message
     * @return the code
     */
    public static byte[] hmac(String algorithm, byte[] key, byte[] bytes) {
        return mac(new SecretKeySpec(key, algorithm)).doFinal(bytes);
    }

    /**
     * Returns a new HMAC (RFC 2104).
     *
     * @param key the key with the name of its algorithm, such as {@code HmacSHA256}
     * @return the HMAC, ready for the message; not thread-safe
     */
    public static Mac mac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            return mac;
        } catch (InvalidKeyException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JVM does not have " + key.getAlgorithm(), e);
        }
    }

    /**
     * Computes a one-way fingerprint of bytes: the first half of their SHA-256.
     *
     * @param bytes the bytes
     * @return 32 lower-case hexadecimal digits
     */
    public static String fingerprint(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes), 0, 16);
    }
}
