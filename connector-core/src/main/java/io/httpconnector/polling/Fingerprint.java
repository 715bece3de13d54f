package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.Hashing;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A 128-bit fingerprint of a value, by SHA-256. Equal values have equal fingerprints, regardless of the order of their fields;
 * for a million different values the probability of a collision is about 1 in 10^26.
 */
record Fingerprint(long high, long low) {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    static Fingerprint of(JsonNode value) {
        MessageDigest digest = Hashing.sha256();
        update(digest, value);
        return of(digest);
    }

    static Fingerprint of(String text) {
        return of(text, Hashing.sha256());
    }

    /** The same, with a digest that the caller reuses. */
    static Fingerprint of(String text, MessageDigest digest) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return of(digest);
    }

    /** A derived fingerprint, different for each number and equally well distributed. */
    Fingerprint with(long number) {
        long mixed = mix(high ^ number);
        return new Fingerprint(mixed, mix(low + mixed));
    }

    /** The finalizer of MurmurHash3: each changed input bit changes half of the output bits. */
    static long mix(long bits) {
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
            updateText(digest, value.isNumber() ? text(value) : value.asText());
        }
    }

    /** The same text for equal numbers, such as 1.5 and 1.50. */
    private static String text(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.asText();
        }
        BigDecimal shortest = number.decimalValue().stripTrailingZeros();
        // Expanding a number with an exponent of nine digits would take minutes.
        boolean isShort = Math.abs((long) shortest.precision() - shortest.scale()) <= 40;
        return isShort ? shortest.toPlainString() : shortest.toString();
    }

    /** Prefixes the length, so that different sequences of texts have different input. */
    private static void updateText(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    /** Reads the output of {@link #toString}; null for any other text. */
    static @Nullable Fingerprint read(String text) {
        return text.matches("[0-9a-f]{32}")
                ? new Fingerprint(
                        Long.parseUnsignedLong(text.substring(0, 16), 16),
                        Long.parseUnsignedLong(text.substring(16), 16))
                : null;
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
