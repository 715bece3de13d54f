package io.httpconnector.internal.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The code points of the texts that a {@link SecretSearch} looks for. Immutable and thread-safe. */
final class SearchTerms {

    private static final int[][] NONE = {};

    /** The ASCII characters that are not plain, see {@link EscapeReader#isPlain}. */
    private static final char[] ESCAPES = {'%', '\\', '&'};

    private static final int ASCII = 128;
    private static final int[][][] NO_ASCII = new int[ASCII][][];

    static {
        Arrays.fill(NO_ASCII, NONE);
    }

    private final int[][] all;
    private final Map<Character, int[][]> byFirst = new HashMap<>();

    /** The terms by first character, for ASCII characters. */
    private final int[][][] byAscii;

    /** The pairs of ASCII characters with which a term may start, one bit each. Most positions of a text are excluded by them. */
    private final long[] pairs = new long[ASCII * ASCII / Long.SIZE];

    SearchTerms(List<int[]> terms) {
        all = terms.toArray(int[][]::new);
        for (int[] term : all) {
            char first = (char) term[0];
            if (term[0] <= Character.MAX_VALUE) {
                add(first, term);
            }
            if (first == ' ' || first == '+') {
                add(first == ' ' ? '+' : ' ', term);
            }
        }
        // Most searches have no term, or a few ones.
        byAscii = byFirst.isEmpty() ? NO_ASCII : NO_ASCII.clone();
        byFirst.forEach((first, found) -> {
            if (first < ASCII) {
                byAscii[first] = found;
                for (int[] term : found) {
                    addPairs(first, term);
                }
            }
        });
        for (char escape : ESCAPES) {
            Arrays.fill(pairs, escape << 1, (escape << 1) + 2, -1L);
        }
    }

    private void addPairs(char first, int[] term) {
        if (term.length == 1) {
            Arrays.fill(pairs, first << 1, (first << 1) + 2, -1L);
            return;
        }
        if (term[1] < ASCII) {
            addPair(first, (char) term[1]);
        }
        if (term[1] == ' ' || term[1] == '+') {
            addPair(first, term[1] == ' ' ? '+' : ' ');
        }
        for (char escape : ESCAPES) {
            addPair(first, escape);
        }
    }

    private void addPair(char first, char second) {
        pairs[first << 1 | second >> 6] |= 1L << second;
    }

    /** Returns whether no term starts with two characters, both as they are and as parts of escapes. */
    boolean isExcluded(char first, char second) {
        return (first | second) < ASCII && (pairs[first << 1 | second >> 6] & 1L << second) == 0;
    }

    private void add(char first, int[] term) {
        int[][] known = byFirst.getOrDefault(first, NONE);
        int[][] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = term;
        byFirst.put(first, more);
    }

    int[][] all() {
        return all;
    }

    boolean isEmpty() {
        return all.length == 0;
    }

    /** Returns the terms that may start with a character which is not part of an escape. */
    int[][] startingWith(char c) {
        return c < byAscii.length ? byAscii[c] : byFirst.getOrDefault(c, NONE);
    }

    /** Returns the length of the longest term in code points. */
    int maxLength() {
        return Arrays.stream(all).mapToInt(term -> term.length).max().orElse(0);
    }
}
