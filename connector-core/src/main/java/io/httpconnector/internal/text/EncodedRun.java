package io.httpconnector.internal.text;

import java.util.Arrays;
import java.util.HexFormat;

/** Consecutive characters of Base64 in a text, without the escapes and line breaks between them. Not thread-safe. */
final class EncodedRun {

    /** The value of each ASCII character in both alphabets of Base64, or -1. A form reader turns a plus sign into a space. */
    private static final byte[] SEXTETS = new byte[128];

    static {
        Arrays.fill(SEXTETS, (byte) -1);
        for (int i = 0; i < 26; i++) {
            SEXTETS['A' + i] = (byte) i;
            SEXTETS['a' + i] = (byte) (26 + i);
        }
        for (int i = 0; i < 10; i++) {
            SEXTETS['0' + i] = (byte) (52 + i);
        }
        for (char c : new char[] {'+', '-', ' '}) {
            SEXTETS[c] = 62;
        }
        for (char c : new char[] {'/', '_'}) {
            SEXTETS[c] = 63;
        }
    }

    private char[] characters = new char[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int size;

    /** The index in the text after the run. */
    private int textEnd;

    void add(char character, int start, int end) {
        if (size == characters.length) {
            characters = Arrays.copyOf(characters, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
        }
        characters[size] = character;
        starts[size] = start;
        ends[size++] = end;
    }

    /** Returns the number of bytes of a range of the characters, each of which has 4 bits (hexadecimal) or 6 bits (Base64). */
    static int byteCount(int from, int to, int bits) {
        return (to - from) * bits / 8;
    }

    /** Decodes a range of the characters to the start of an array, which has space for them. */
    void decode(int from, int to, int bits, byte[] target) {
        int count = byteCount(from, to, bits);
        int buffer = 0;
        int available = 0;
        int at = 0;
        for (int i = from; i < to && at < count; i++) {
            buffer = buffer << bits | (bits == 4 ? Character.digit(characters[i], 16) : sextet(characters[i]));
            available += bits;
            if (available >= 8) {
                available -= 8;
                target[at++] = (byte) (buffer >> available);
            }
        }
    }

    boolean isHexDigit(int i) {
        return characters[i] < 0x80 && HexFormat.isHexDigit(characters[i]);
    }

    /** Returns the value of a character of Base64, or -1. */
    static int sextet(int c) {
        return c < 128 ? SEXTETS[c] : -1;
    }

    /** Starts a new run. */
    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Returns the index in the text at which a character starts. */
    int start(int i) {
        return starts[i];
    }

    /** Returns the index in the text after a character. */
    int end(int i) {
        return ends[i];
    }

    /** Returns the index in the text after the run. */
    int textEnd() {
        return textEnd;
    }

    void textEnd(int index) {
        textEnd = index;
    }
}
