package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The setting for bodies that a service encrypts by AES in CBC mode, sent in base64 after their initialization vector. Immutable.
 *
 * @param location the location of the encrypted text in the body
 * @param key the template of the key
 */
record BodyEncryption(ValueSelector location, String key) {

    private static final int BLOCK = 16;
    private static final Set<Integer> KEY_LENGTHS = Set.of(16, 24, 32);
    private static final SecureRandom RANDOM = new SecureRandom();

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("location", location.toJson());
        return json.put("key", key);
    }

    static @Nullable BodyEncryption read(JsonObjectReader reader) {
        ValueSelector location = reader.requiredObject("location", ValueSelector::read);
        String key = reader.requiredText("key");
        return location == null ? null : new BodyEncryption(location, key);
    }

    /** Reports invalid settings. */
    void check(List<String> problems) {
        if (location.type != ValueSelector.SelectorType.BODY) {
            problems.add("encrypted: " + location + " is not in the body, use body(...)");
        }
        KeyTemplate.check(key, "encrypted, key", problems);
    }

    /**
     * Creates the key from the bytes of a secret.
     *
     * @throws InvalidDefinitionException if its length is invalid
     */
    byte[] keyBytes(byte[] secret) {
        byte[] bytes = KeyTemplate.apply(key, secret);
        if (!KEY_LENGTHS.contains(bytes.length)) {
            throw new InvalidDefinitionException(
                    "encryption",
                    List.of(
                            "encrypted: the key has " + bytes.length
                                    + " bytes instead of 16, 24 or 32; check its template, such as {{secret | sha256 | bytes}}, and the encoding of the secret"));
        }
        return bytes;
    }

    /** Returns the request with its decrypted body; the request itself if it has no encrypted text, null if that is invalid. */
    @Nullable WebhookRequest decrypted(WebhookRequest request, byte[] keyBytes) {
        List<String> texts = BodyParser.unverifiedValues(location, request);
        if (texts.isEmpty()) {
            return request;
        }
        byte[] bytes = texts.size() == 1 ? BinaryEncoding.BASE64.decode(texts.get(0)) : null;
        if (bytes == null || bytes.length < 2 * BLOCK) {
            return null;
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, keyBytes, bytes);
            return request.body(cipher.doFinal(bytes, BLOCK, bytes.length - BLOCK));
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /** Encrypts a body, with a random initialization vector. */
    String encrypted(byte[] body, byte[] keyBytes) throws GeneralSecurityException {
        byte[] vector = new byte[BLOCK];
        RANDOM.nextBytes(vector);
        byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, keyBytes, vector).doFinal(body);
        byte[] all = Arrays.copyOf(vector, BLOCK + encrypted.length);
        System.arraycopy(encrypted, 0, all, BLOCK, encrypted.length);
        return BinaryEncoding.BASE64.encode(all);
    }

    private static Cipher cipher(int mode, byte[] keyBytes, byte[] vector) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(keyBytes, "AES"), new IvParameterSpec(vector, 0, BLOCK));
        return cipher;
    }
}
