package io.httpconnector.webhook;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * The format of encrypted messages of WeCom, WeChat and DingTalk: 16 random bytes, the length of the message in 4 bytes, the
 * message, and the ID of the receiver, padded to blocks of 32 bytes. The initialization vector is the start of the key.
 */
final class WecomMessage {

    private static final int RANDOM_BYTES = 16;
    private static final int HEAD = RANDOM_BYTES + Integer.BYTES;
    private static final int PADDED_BLOCK = 32;
    private static final String TRANSFORMATION = "AES/CBC/NoPadding";

    private WecomMessage() {}

    /**
     * Decrypts a message.
     *
     * @param receiver the required ID of the receiver; null for any
     * @return the message; null if it is invalid, whatever the reason
     */
    static byte @Nullable [] decrypt(byte[] bytes, byte[] key, byte @Nullable [] receiver) {
        if (bytes.length < PADDED_BLOCK || bytes.length % AesCbc.BLOCK != 0) {
            return null;
        }
        byte[] plain;
        try {
            plain = AesCbc.cipher(TRANSFORMATION, Cipher.DECRYPT_MODE, key, key).doFinal(bytes);
        } catch (GeneralSecurityException e) {
            return null;
        }
        int padding = plain[plain.length - 1];
        int end = plain.length - padding;
        if (padding < 1 || padding > PADDED_BLOCK || end < HEAD || !isPadding(plain, end, padding)) {
            return null;
        }
        int length = ByteBuffer.wrap(plain).getInt(RANDOM_BYTES);
        if (length < 0 || length > end - HEAD) {
            return null;
        }
        byte[] found = Arrays.copyOfRange(plain, HEAD + length, end);
        return receiver == null || Arrays.equals(found, receiver)
                ? Arrays.copyOfRange(plain, HEAD, HEAD + length)
                : null;
    }

    private static boolean isPadding(byte[] plain, int from, int value) {
        for (int i = from; i < plain.length; i++) {
            if (plain[i] != value) {
                return false;
            }
        }
        return true;
    }

    static byte[] encrypt(byte[] message, byte[] key, byte[] receiver) throws GeneralSecurityException {
        int length = HEAD + message.length + receiver.length;
        int padding = PADDED_BLOCK - length % PADDED_BLOCK;
        ByteBuffer plain = ByteBuffer.allocate(length + padding)
                .put(AesCbc.random(RANDOM_BYTES))
                .putInt(message.length)
                .put(message)
                .put(receiver);
        Arrays.fill(plain.array(), length, length + padding, (byte) padding);
        return AesCbc.cipher(TRANSFORMATION, Cipher.ENCRYPT_MODE, key, key).doFinal(plain.array());
    }
}
