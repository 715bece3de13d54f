package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One {@code {{path}}} of a template: where it stands, and the steps that lead to its value, each a field name or an index.
 * An optional one, {@code {{path?}}}, may have no value.
 */
record Pill(String path, List<Object> steps, boolean optional, String where) {

    /** A value is resolved to null when it is missing, and to a null node when it is null. */
    @Nullable JsonNode resolve(JsonNode root) {
        JsonNode value = root;
        for (int i = 0; i < steps.size(); i++) {
            value = child(value, steps.get(i));
            if (value == null) {
                return null;
            }
        }
        return value;
    }

    private static @Nullable JsonNode child(JsonNode value, Object step) {
        return step instanceof Integer index ? value.get(index) : value.get((String) step);
    }

    /** What is wrong with this pill, as one sentence. */
    String problem(String what) {
        return where + ": {{" + path + "}}: " + what;
    }

    /** Says which step of the path leads nowhere, and what would. */
    String missing(JsonNode root) {
        JsonNode value = root;
        String reached = "";
        for (Object step : steps) {
            JsonNode next = child(value, step);
            if (next == null) {
                return problem(missing(value, reached, step));
            }
            value = next;
            reached = step instanceof Integer
                    ? reached + "[" + step + "]"
                    : reached.isEmpty() ? "" + step : reached + "." + step;
        }
        return problem("is null: write {{" + path + "?}} when it may be");
    }

    private static String missing(JsonNode value, String reached, Object step) {
        String owner = reached.isEmpty() ? "the job" : "\"" + reached + "\"";
        if (step instanceof Integer index) {
            return value.isArray()
                    ? owner + " has " + value.size() + " elements, and so no [" + index + "]"
                    : owner + " is no list, and so has no [" + index + "]";
        }
        if (!value.isObject()) {
            return owner + " is " + kind(value) + ", and so has no \"" + step + "\"";
        }
        String nearest = nearest((String) step, value.fieldNames());
        return owner + " has no \"" + step + "\"" + (nearest == null ? "" : ": did you mean \"" + nearest + "\"?");
    }

    private static String kind(JsonNode value) {
        return value.isArray() ? "a list" : value.isNull() ? "null" : "a single value";
    }

    private static @Nullable String nearest(String wanted, Iterator<String> names) {
        String nearest = null;
        int best = Math.max(2, wanted.length() / 2) + 1;
        while (names.hasNext()) {
            String name = names.next();
            if (Math.abs(name.length() - wanted.length()) >= best) {
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

    /** The edit distance of Levenshtein. */
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

    /** Reads the text between the braces, or says in {@code problems} why it can't. */
    static @Nullable Pill parse(String text, String where, List<String> problems) {
        String trimmed = text.strip();
        boolean optional = trimmed.endsWith("?");
        String path = optional ? trimmed.substring(0, trimmed.length() - 1).strip() : trimmed;
        List<Object> steps = new ArrayList<>();
        String problem = PillPath.read(path, steps);
        if (problem != null) {
            problems.add(where + ": {{" + trimmed + "}}: " + problem);
            return null;
        }
        return new Pill(path, List.copyOf(steps), optional, where);
    }
}
