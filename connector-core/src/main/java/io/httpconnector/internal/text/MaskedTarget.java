package io.httpconnector.internal.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Restores the secrets in a path and query that were changed in their masked form. */
public final class MaskedTarget {

    private MaskedTarget() {}

    /**
     * Returns the changed target with the original path segments and query parameters in place of masked ones: of that at the same
     * index, otherwise of the only one with the same text. Returns null if a mask is ambiguous, or is not one of the masked target.
     *
     * @param changed a path and query with masks
     * @param masked the original path and query with masks instead of secrets
     * @param original the original path and query
     */
    public static @Nullable String restored(String changed, String masked, String original) {
        String path = restored(path(changed), path(masked), path(original), '/');
        String query = restored(query(changed), query(masked), query(original), '&');
        return path == null || query == null ? null : changed.indexOf('?') < 0 ? path : path + "?" + query;
    }

    private static @Nullable String restored(String changed, String masked, String original, char separator) {
        List<String> shown = parts(masked, separator);
        List<String> plain = parts(original, separator);
        List<String> restored = parts(changed, separator);
        for (int i = 0; i < restored.size(); i++) {
            if (LogSafe.hasMask(restored.get(i))) {
                String part = shown.size() == plain.size() ? part(i, restored.get(i), shown, plain) : null;
                if (part == null) {
                    return null;
                }
                restored.set(i, part);
            }
        }
        return String.join(String.valueOf(separator), restored);
    }

    private static @Nullable String part(int index, String text, List<String> shown, List<String> plain) {
        if (index < shown.size() && shown.get(index).equals(text)) {
            return plain.get(index);
        }
        Set<String> found = new HashSet<>();
        for (int i = 0; i < shown.size(); i++) {
            if (shown.get(i).equals(text)) {
                found.add(plain.get(i));
            }
        }
        return found.size() == 1 ? found.iterator().next() : null;
    }

    private static String path(String target) {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    private static String query(String target) {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }

    private static List<String> parts(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, start)) {
            parts.add(text.substring(start, end));
            start = end + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }
}
