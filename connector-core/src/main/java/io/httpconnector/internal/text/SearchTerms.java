package io.httpconnector.internal.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The code points of the texts that a {@link SecretSearch} looks for. Immutable and thread-safe. */
final class SearchTerms {

    private static final int[][] NONE = {};
    private static final int ASCII = 128;
    private static final int[][][] NO_ASCII = new int[ASCII][][];

    static {
        Arrays.fill(NO_ASCII, NONE);
    }

    private final int[][] all;
    private final Map<Character, int[][]> byFirst = new HashMap<>();

    /** The terms by first character, for ASCII characters. */
    private final int[][][] byAscii;

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
            }
        });
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
