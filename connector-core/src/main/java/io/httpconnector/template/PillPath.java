package io.httpconnector.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code order.lines[0].sku}, or {@code row["Field with spaces"]}. */
final class PillPath {

    private static final String SYNTAX = ": write it like {{order.lines[0].sku}} or {{row[\"Any name\"]}}";

    private final String path;
    private int at;

    private PillPath(String path) {
        this.path = path;
    }

    /** Adds the steps, and gives what is wrong with the path, or null. */
    static @Nullable String read(String path, List<Object> steps) {
        if (path.isEmpty()) {
            return "it is empty" + SYNTAX;
        }
        if (path.length() > 500) {
            return "it is longer than 500 characters" + SYNTAX;
        }
        PillPath reader = new PillPath(path);
        while (reader.at < path.length()) {
            Object step = reader.step(steps.isEmpty());
            if (step == null) {
                return "it can't be read at character " + (reader.at + 1) + SYNTAX;
            }
            steps.add(step);
        }
        return null;
    }

    private @Nullable Object step(boolean first) {
        if (path.charAt(at) == '[') {
            return first ? null : bracketed();
        }
        if (!first) {
            if (path.charAt(at) != '.') {
                return null;
            }
            at++;
        }
        int start = at;
        while (at < path.length() && isNamePart(path.charAt(at))) {
            at++;
        }
        return at == start ? null : path.substring(start, at);
    }

    private @Nullable Object bracketed() {
        int end = path.indexOf(']', at);
        if (end > at + 2 && (path.charAt(at + 1) == '"' || path.charAt(at + 1) == '\'')) {
            int quote = path.indexOf(path.charAt(at + 1), at + 2);
            if (quote < 0 || quote + 1 >= path.length() || path.charAt(quote + 1) != ']') {
                return null;
            }
            String name = path.substring(at + 2, quote);
            at = quote + 2;
            return name;
        }
        String digits = end < 0 ? "" : path.substring(at + 1, end);
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        at = end + 1;
        return Integer.valueOf(digits);
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '$' || c == '@' || c == ':';
    }
}
