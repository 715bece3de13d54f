package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;

/**
 * Splits decoded bytes into pieces of text: UTF-8, or ISO 8859-1 for a single letter of that charset between ASCII characters.
 * The zero bytes of UTF-16 are skipped. Bytes that were not meant to be decoded rarely contain a piece. Not thread-safe.
 */
final class DecodedText {

    private final byte[] bytes;
    private final int minLength;
    private final StringBuilder piece = new StringBuilder();

    /** The index of the first byte of each character of the piece, and of the byte after it. */
    private final int[] positions;

    private int at;

    DecodedText(byte[] bytes, int minLength) {
        this.minLength = minLength;
        this.bytes = bytes;
        this.positions = new int[bytes.length + 1];
    }

    /** Moves to the next piece of at least the minimum length. Returns false at the end. */
    boolean next() {
        piece.setLength(0);
        while (at < bytes.length) {
            int length = bytes[at] == 0 ? 1 : length(at);
            if (length == 0) {
                if (piece.length() >= minLength) {
                    break;
                }
                piece.setLength(0);
                at++;
                continue;
            }
            if (bytes[at] != 0) {
                add(length);
            }
            at += length;
        }
        positions[piece.length()] = at;
        return piece.length() >= minLength;
    }

    private void add(int length) {
        positions[piece.length()] = at;
        if (length == 1) {
            piece.append((char) (bytes[at] & 0xff));
            return;
        }
        String one = new String(bytes, at, length, StandardCharsets.UTF_8);
        positions[piece.length() + one.length() - 1] = at;
        piece.append(one);
    }

    /** Returns the length in bytes of the character at an index; 0 if it cannot be part of a piece. */
    private int length(int at) {
        int lead = bytes[at] & 0xff;
        if (lead < 0x80) {
            return isAscii(at) ? 1 : 0;
        }
        int length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        boolean isSequence = length > 1 && at + length <= bytes.length;
        for (int i = 1; i < length && isSequence; i++) {
            isSequence = (bytes[at + i] & 0xc0) == 0x80;
        }
        if (isSequence && new String(bytes, at, length, StandardCharsets.UTF_8).codePointAt(0) != 0xfffd) {
            return length;
        }
        boolean isBetween = (at == 0 || isAscii(at - 1)) && (at + 1 == bytes.length || isAscii(at + 1));
        return lead >= 0xa0 && isBetween ? 1 : 0;
    }

    private boolean isAscii(int at) {
        byte octet = bytes[at];
        return (octet >= ' ' && octet < 0x7f) || octet == '\t' || octet == '\r' || octet == '\n' || octet == 0;
    }

    /** Returns the current piece. */
    String piece() {
        return piece.toString();
    }

    /** Returns the index of the first byte of a character of the current piece. */
    int position(int index) {
        return positions[index];
    }
}
