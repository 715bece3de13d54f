package io.httpconnector.webhook;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Encodings of bytes as text, for signatures and keys. */
enum BinaryEncoding {
    HEX {
        @Override
        byte @Nullable [] decode(String text, int from, int to) {
            try {
                return HexFormat.of().parseHex(text, from, to);
            } catch (IllegalArgumentException e) {
                return null;
            }
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

    private static byte @Nullable [] decoded(Base64.Decoder decoder, String text) {
        try {
            return decoder.decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
