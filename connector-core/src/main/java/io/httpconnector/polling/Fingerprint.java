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

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final MessageDigest SHA_256 = original();

    static Fingerprint of(JsonNode value) {
        MessageDigest digest = sha256();
        update(digest, value);
        return of(digest);
    }

    static Fingerprint of(String text) {
        return of(text, sha256());
    }

    /** The same, with a digest that the caller uses again and again. */
    static Fingerprint of(String text, MessageDigest digest) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return of(digest);
    }

    /** Another one for each number, as widely spread as this one. */
    Fingerprint with(long number) {
        long mixed = mix(high ^ number);
        return new Fingerprint(mixed, mix(low + mixed));
    }

    /** The last step of MurmurHash3, by which each bit that differs changes half of the others. */
    private static long mix(long bits) {
        long once = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        long twice = (once ^ (once >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return twice ^ (twice >>> 33);
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

    /** A copy costs less than to look for the algorithm each time. */
    static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's SHA-256 can be copied", e);
        }
    }

    private static MessageDigest original() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        byte[] text = new byte[32];
        for (int i = 0; i < 16; i++) {
            text[i] = HEX[(int) (high >>> (60 - 4 * i)) & 0xf];
            text[16 + i] = HEX[(int) (low >>> (60 - 4 * i)) & 0xf];
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
