package io.httpconnector.internal.json;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the most similar known name for a misspelt one. Thread-safe. */
public final class Suggestions {

    private static final int MAX_LENGTH = 100;
    private static final Pattern SEPARATORS = Pattern.compile("[-_. ]");

    private Suggestions() {}

    /**
     * Returns the name with the smallest edit distance, if one is similar enough: at most half of the characters differ, and one
     * of three.
     *
     * @param wanted the name as written
     * @param names the known names
     * @return the nearest name, or null if none is similar
     */
    public static @Nullable String of(String wanted, Iterable<String> names) {
        String nearest = null;
        int best = (wanted.length() <= 3 ? 1 : Math.max(2, wanted.length() / 2)) + 1;
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

    /**
     * Returns the name of which the wanted one is a misspelling, for names that are similar by chance, such as those of services:
     * at most one of four characters differs. Hyphens, underscores, dots and spaces are ignored.
     *
     * @param wanted the name as written
     * @param names the known names
     * @return the nearest name, or null if none is a similar spelling
     */
    public static @Nullable String ofName(String wanted, Iterable<String> names) {
        String plain = plain(wanted);
        String nearest = null;
        int best = (plain.length() < 4 ? 0 : Math.max(1, plain.length() / 4)) + 1;
        for (String name : names) {
            String other = plain(name);
            if (Math.abs(other.length() - plain.length()) >= best || other.length() > MAX_LENGTH) {
                continue;
            }
            int distance = distance(plain, other);
            if (distance < best) {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    private static String plain(String name) {
        return SEPARATORS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
    }

    /** Returns the Levenshtein distance, in which two adjacent characters that are exchanged count as one change. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] unused = beforeLast;
            beforeLast = last;
            last = row;
            row = unused;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(last[j], row[j - 1]) + 1);
                boolean isExchanged =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (isExchanged) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
        }
        return row[b.length()];
    }
}
