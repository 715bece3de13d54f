package io.httpconnector.webhook;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** AES in CBC mode. */
final class AesCbc {

    static final int BLOCK = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    private AesCbc() {}

    /** Decrypts a text that follows its initialization vector, with padding as in PKCS #7; null if it is invalid. */
    static byte @Nullable [] decryptAfterVector(byte[] bytes, byte[] key) {
        if (bytes.length < 2 * BLOCK) {
            return null;
        }
        try {
            return cipher("AES/CBC/PKCS5Padding", Cipher.DECRYPT_MODE, key, bytes)
                    .doFinal(bytes, BLOCK, bytes.length - BLOCK);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /** Encrypts a text after a random initialization vector. */
    static byte[] encryptAfterVector(byte[] text, byte[] key) throws GeneralSecurityException {
        byte[] vector = random(BLOCK);
        byte[] encrypted =
                cipher("AES/CBC/PKCS5Padding", Cipher.ENCRYPT_MODE, key, vector).doFinal(text);
        byte[] all = Arrays.copyOf(vector, BLOCK + encrypted.length);
        System.arraycopy(encrypted, 0, all, BLOCK, encrypted.length);
        return all;
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Creates a cipher whose initialization vector is the start of some bytes. */
    static Cipher cipher(String transformation, int mode, byte[] key, byte[] vector) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(vector, 0, BLOCK));
        return cipher;
    }
}
