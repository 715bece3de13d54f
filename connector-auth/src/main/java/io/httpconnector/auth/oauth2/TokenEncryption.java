package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;

/**
 * Encrypts what a {@link TokenStore} keeps. Write your own for keys that a vault or a key service has. Safe for many threads.
 */
public interface TokenEncryption {

    /**
     * AES-256 in Galois/Counter Mode (NIST SP 800-38D), by the JDK.
     *
     * @param key 32 random bytes as Base64, such as {@code openssl rand -base64 32} gives; without it what is in the store is lost
     * @return the encryption
     * @throws InvalidDefinitionException when the key is no such key
     */
    static TokenEncryption aesGcm(Secret key) {
        if (key == null) {
            throw new InvalidDefinitionException("token store", List.of("encryption key: it is null"));
        }
        return new TokenCipher(key);
    }

    /**
     * Encrypts a text.
     *
     * @param text the text
     * @param storeKey the key under which it is kept: two texts must not be good for each other's keys
     * @return the text as it is stored
     */
    String encrypt(String text, String storeKey);

    /**
     * Decrypts a text.
     *
     * @param text what {@link #encrypt} gave
     * @param storeKey the key under which it was kept
     * @return the text
     * @throws io.httpconnector.ConnectorException when it is no such text, or was changed; says nothing of the content
     */
    String decrypt(String text, String storeKey);
}
