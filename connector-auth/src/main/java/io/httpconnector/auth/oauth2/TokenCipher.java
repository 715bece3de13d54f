package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256 in Galois/Counter Mode, NIST SP 800-38D. A text is bound to its store key, so that two entries can't be swapped. */
final class TokenCipher implements TokenEncryption {

    private static final String PREFIX = "aes-256-gcm:";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    TokenCipher(Secret base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64.reveal());
        } catch (IllegalArgumentException e) {
            // The cause would quote the key.
            bytes = new byte[0];
        }
        if (bytes.length != KEY_BYTES) {
            throw new InvalidDefinitionException(
                    "token store", List.of("encryption key: it is not the Base64 text of 32 random bytes"));
        }
        this.key = new SecretKeySpec(bytes, "AES");
    }

    @Override
    public String encrypt(String text, String storeKey) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, storeKey).doFinal(text.getBytes(StandardCharsets.UTF_8));
            Base64.Encoder encoder = Base64.getEncoder();
            return PREFIX + encoder.encodeToString(nonce) + ":" + encoder.encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has AES in GCM", e);
        }
    }

    @Override
    public String decrypt(String text, String storeKey) {
        String[] parts = text.split(":", -1);
        if (!text.startsWith(PREFIX) || parts.length != 3) {
            throw unreadable("it is not encrypted");
        }
        try {
            byte[] nonce = Base64.getDecoder().decode(parts[1]);
            byte[] sealed = Base64.getDecoder().decode(parts[2]);
            return new String(cipher(Cipher.DECRYPT_MODE, nonce, storeKey).doFinal(sealed), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable("it was encrypted with another key, or changed");
        }
    }

    static boolean isEncrypted(String text) {
        return text.startsWith(PREFIX);
    }

    static ConnectorException unreadable(String reason) {
        return new ConnectorException("The entry in the token store can't be read: " + reason);
    }

    private Cipher cipher(int mode, byte[] nonce, String storeKey) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(storeKey.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
