package io.httpconnector.internal.text;

import java.nio.charset.StandardCharsets;

/**
 * Splits decoded bytes into pieces of text: UTF-8, or ISO 8859-1 for a single letter of that charset between ASCII characters.
 * The zero bytes of UTF-16 are skipped. Bytes that were not meant to be decoded rarely contain a piece. Not thread-safe.
 */
final class DecodedText {

    private final byte[] bytes;
    private final int count;
    private final int minLength;
    private final StringBuilder piece = new StringBuilder();

    /** The index of the first byte of each character of the piece, and of the byte after it. */
    private final int[] positions;

    private int at;

    /**
     * Creates a text.
     *
     * @param bytes the decoded bytes
     * @param count their number; the array may be longer
     * @param minLength the minimum length of a piece
     */
    DecodedText(byte[] bytes, int count, int minLength) {
        this.minLength = minLength;
        this.bytes = bytes;
        this.count = count;
        this.positions = new int[count + 1];
    }

    /** Whether bytes contain a piece. Most do not, and need no objects then. */
    static boolean hasPiece(byte[] bytes, int count, int minLength) {
        int characters = 0;
        for (int i = 0; i < count; ) {
            int length = bytes[i] == 0 ? 1 : length(bytes, i, count);
            if (length == 0) {
                characters = 0;
            } else if (bytes[i] != 0) {
                characters += length == 4 ? 2 : 1;
                if (characters >= minLength) {
                    return true;
                }
            }
            i += Math.max(1, length);
        }
        return false;
    }

    /** Moves to the next piece of at least the minimum length. Returns false at the end. */
    boolean next() {
        piece.setLength(0);
        while (at < count) {
            int length = bytes[at] == 0 ? 1 : length(bytes, at, count);
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
    private static int length(byte[] bytes, int at, int count) {
        int lead = bytes[at] & 0xff;
        if (lead < 0x80) {
            return isAscii(bytes[at]) ? 1 : 0;
        }
        int length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        boolean isSequence = length > 1 && at + length <= count;
        for (int i = 1; i < length && isSequence; i++) {
            isSequence = (bytes[at + i] & 0xc0) == 0x80;
        }
        // All sequences of two bytes are characters.
        if (isSequence
                && (length == 2 || new String(bytes, at, length, StandardCharsets.UTF_8).codePointAt(0) != 0xfffd)) {
            return length;
        }
        boolean isBetween = (at == 0 || isAscii(bytes[at - 1])) && (at + 1 == count || isAscii(bytes[at + 1]));
        return lead >= 0xa0 && isBetween ? 1 : 0;
    }

    private static boolean isAscii(byte octet) {
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
