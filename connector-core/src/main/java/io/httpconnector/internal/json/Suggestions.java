package io.httpconnector.internal.json;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the most similar known name for a misspelt one. Thread-safe. */
public final class Suggestions {

    private static final int MAX_LENGTH = 100;

    private Suggestions() {}

    /**
     * Returns the name with the smallest edit distance, if one is similar enough.
     *
     * @param wanted the name as written
     * @param names the known names
     * @return the nearest name, or null if none is similar
     */
    public static @Nullable String of(String wanted, Iterable<String> names) {
        String nearest = null;
        int best = Math.max(2, wanted.length() / 2) + 1;
        for (String name : names) {
            if (Math.abs(name.length() - wanted.length()) >= best || name.length() > MAX_LENGTH) {
                continue;
            }
            int distance = distance(wanted.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < best) {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    /** Returns the Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
