package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A hash of a JSON value for comparisons within one stream. Much faster than a {@link Fingerprint}, which is stored and must
 * resist attacks. The order of the members of an object has no influence.
 */
final class ContentHash {

    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    /** The number of characters of a text that count. */
    private static final int MAX_TEXT = 128;

    private ContentHash() {}

    static Fingerprint of(JsonNode value) {
        long hash = hash(value);
        return new Fingerprint(Fingerprint.mix(hash + FACTOR), hash);
    }

    private static long hash(JsonNode value) {
        if (value.isObject()) {
            long sum = 1;
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                sum += Fingerprint.mix(text(member.getKey()) * FACTOR + hash(member.getValue()));
            }
            return Fingerprint.mix(sum);
        }
        if (value.isArray()) {
            long hash = 2;
            for (JsonNode element : value) {
                hash = Fingerprint.mix(hash * FACTOR + hash(element));
            }
            return hash;
        }
        if (value.isTextual()) {
            return text(value.textValue());
        }
        if (value.isNumber()) {
            // The same for 1, 1.0 and 1.00.
            return value.isInt() || value.isLong()
                    ? Fingerprint.mix(value.longValue() + 3)
                    : value.isIntegralNumber() && value.canConvertToLong()
                            ? Fingerprint.mix(value.longValue() + 3)
                            : number(value);
        }
        return Fingerprint.mix(value.isBoolean() ? (value.booleanValue() ? 5 : 7) : 11);
    }

    private static long number(JsonNode value) {
        double number = value.doubleValue();
        return number == Math.rint(number) && Math.abs(number) < 1L << 53
                ? Fingerprint.mix((long) number + 3)
                : Fingerprint.mix(text(value.asText()) + 13);
    }

    /** Of a long text, start and end count: texts that differ in the middle only are rare, and so is a page of such records. */
    private static long text(String text) {
        int length = text.length();
        long hash = length <= MAX_TEXT
                ? text.hashCode()
                : text.substring(0, MAX_TEXT / 2).hashCode() * FACTOR
                        + text.substring(length - MAX_TEXT / 2).hashCode();
        return Fingerprint.mix(hash * FACTOR + length);
    }
}
