package io.httpconnector.webhook;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Encodings of bytes as text, for signatures and keys. */
enum BinaryEncoding {
    HEX {
        @Override
        byte @Nullable [] decode(String text, int from, int to) {
            int length = to - from;
            if (length % 2 != 0) {
                return null;
            }
            byte[] bytes = new byte[length / 2];
            int invalid = 0;
            for (int i = 0; i < bytes.length; i++) {
                int high = hexDigit(text.charAt(from + 2 * i));
                int low = hexDigit(text.charAt(from + 2 * i + 1));
                invalid |= high | low;
                bytes[i] = (byte) (high << 4 | low);
            }
            return invalid < 0 ? null : bytes;
        }

        @Override
        String encode(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    },
    BASE64 {
        @Override
        byte @Nullable [] decode(String text, int from, int to) {
            return decoded(Base64.getDecoder(), text.substring(from, to));
        }

        @Override
        String encode(byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    },
    BASE64URL {
        @Override
        byte @Nullable [] decode(String text, int from, int to) {
            return decoded(Base64.getUrlDecoder(), text.substring(from, to));
        }

        @Override
        String encode(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    };

    /** Decodes part of a text; null if it is malformed. */
    abstract byte @Nullable [] decode(String text, int from, int to);

    byte @Nullable [] decode(String text) {
        return decode(text, 0, text.length());
    }

    abstract String encode(byte[] bytes);

    /** The value of a hexadecimal digit; negative for other characters. A table is faster than {@link HexFormat#parseHex}. */
    private static int hexDigit(char c) {
        return c < HexDigits.VALUES.length ? HexDigits.VALUES[c] : -1;
    }

    /** The values of the ASCII characters as hexadecimal digits. */
    private static final class HexDigits {

        private static final byte[] VALUES = new byte[128];

        static {
            for (int c = 0; c < VALUES.length; c++) {
                VALUES[c] = (byte) Character.digit(c, 16);
            }
        }

        private HexDigits() {}
    }

    /** Decodes base64 in either alphabet, with or without padding; null if it is malformed. */
    static byte @Nullable [] decodeBase64(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        return BASE64URL.decode(text.replace('+', '-').replace('/', '_'), 0, end);
    }

    private static byte @Nullable [] decoded(Base64.Decoder decoder, String text) {
        try {
            return decoder.decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
