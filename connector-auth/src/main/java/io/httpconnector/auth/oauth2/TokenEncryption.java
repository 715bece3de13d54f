package io.httpconnector.auth.oauth2;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.List;

/**
 * Encryption of the entries of a {@link TokenStore}. Implement it for keys in a vault or a key management service. Thread-safe.
 */
public interface TokenEncryption {

    /**
     * Creates an encryption with AES-256 in Galois/Counter Mode (NIST SP 800-38D), by the JDK.
     *
     * @param key 32 random bytes as Base64, such as the output of {@code openssl rand -base64 32}; without it the entries can't be read
     * @return the encryption
     * @throws InvalidDefinitionException if the key is not such a key
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
     * @param storeKey the store key of the text, to which the result must be bound
     * @return the encrypted text
     */
    String encrypt(String text, String storeKey);

    /**
     * Decrypts a text.
     *
     * @param text the result of {@link #encrypt}
     * @param storeKey the store key of the text
     * @return the text
     * @throws io.httpconnector.ConnectorException if it is not such a text, or was modified; the message reveals no content
     */
    String decrypt(String text, String storeKey);
}
