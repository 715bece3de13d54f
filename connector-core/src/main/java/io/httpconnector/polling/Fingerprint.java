package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A value in 128 bits, by SHA-256: equal values have the same, whatever the order of their fields; others have not, unless by a
 * chance of one in 10^26 among a million.
 */
record Fingerprint(long high, long low) {

    static Fingerprint of(JsonNode value) {
        MessageDigest digest = sha256();
        update(digest, value);
        return of(digest);
    }

    static Fingerprint of(String text) {
        MessageDigest digest = sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return of(digest);
    }

    private static Fingerprint of(MessageDigest digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
        return new Fingerprint(bytes.getLong(), bytes.getLong());
    }

    private static void update(MessageDigest digest, JsonNode value) {
        if (value.isObject()) {
            digest.update((byte) '{');
            List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(value.properties());
            fields.sort(Comparator.comparing(Map.Entry::getKey));
            for (Map.Entry<String, JsonNode> field : fields) {
                updateText(digest, field.getKey());
                update(digest, field.getValue());
            }
            digest.update((byte) '}');
        } else if (value.isArray()) {
            digest.update((byte) '[');
            value.forEach(element -> update(digest, element));
            digest.update((byte) ']');
        } else {
            digest.update((byte) (value.isTextual() ? '"' : value.isNumber() ? '0' : 'x'));
            updateText(digest, value.asText());
        }
    }

    /** With its length, so that no two texts can be read as two others. */
    private static void updateText(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
