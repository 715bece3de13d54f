package io.httpconnector.testing.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.text.LogSafe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The differences between two JSON values by their JSON pointers. Recorded secrets and ignored members are equal to any value. */
final class JsonDifference {

    /** The maximum number of differences of one pair of values. */
    private static final int MAX = 10;

    private static final int MAX_SHOWN = 80;

    private final List<List<String>> ignored;
    private final boolean isForeign;
    private final List<String> found = new ArrayList<>();

    private JsonDifference(List<List<String>> ignored, boolean isForeign) {
        this.ignored = ignored;
        this.isForeign = isForeign;
    }

    /**
     * Compares two values.
     *
     * @param ignored the pointers of ignored members, as unescaped segments; an asterisk stands for any segment
     * @param isForeign see {@link MaskedText#equal}
     */
    static List<String> of(JsonNode recorded, JsonNode sent, List<List<String>> ignored, boolean isForeign) {
        JsonDifference difference = new JsonDifference(ignored, isForeign);
        difference.compare(recorded, sent, List.of());
        return difference.found;
    }

    private void compare(JsonNode recorded, JsonNode sent, List<String> path) {
        if (found.size() >= MAX || isIgnored(path) || isMasked(recorded, sent)) {
            return;
        }
        if (recorded.isObject() && sent.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            recorded.fieldNames().forEachRemaining(names::add);
            sent.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(recorded.path(name), sent.path(name), child(path, name));
            }
        } else if (recorded.isArray() && sent.isArray()) {
            for (int i = 0; i < Math.max(recorded.size(), sent.size()); i++) {
                compare(recorded.path(i), sent.path(i), child(path, String.valueOf(i)));
            }
        } else if (!isEqual(recorded, sent)) {
            add(path, recorded, sent);
        }
    }

    private boolean isMasked(JsonNode recorded, JsonNode sent) {
        return (recorded.isTextual() && recorded.asText().equals(LogSafe.MASK) && !sent.isMissingNode())
                || (isForeign && sent.isTextual() && sent.asText().equals(LogSafe.MASK) && !recorded.isMissingNode());
    }

    private boolean isEqual(JsonNode recorded, JsonNode sent) {
        if (recorded.isNumber() && sent.isNumber()) {
            return recorded.decimalValue().compareTo(sent.decimalValue()) == 0;
        }
        return (recorded.isTextual() && sent.isTextual())
                ? MaskedText.equal(recorded.asText(), sent.asText(), isForeign)
                : recorded.equals(sent);
    }

    private boolean isIgnored(List<String> path) {
        return ignored.stream().anyMatch(pattern -> matches(pattern, path));
    }

    private static boolean matches(List<String> pattern, List<String> path) {
        if (pattern.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            if (!pattern.get(i).equals("*") && !pattern.get(i).equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> child(List<String> path, String name) {
        List<String> child = new ArrayList<>(path);
        child.add(name);
        return child;
    }

    private void add(List<String> path, JsonNode recorded, JsonNode sent) {
        StringBuilder pointer = new StringBuilder();
        path.forEach(
                segment -> pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1")));
        found.add(LogSafe.visible(pointer.toString()) + ": recorded " + shown(recorded) + ", sent " + shown(sent));
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "nothing" : shown(value.toString());
    }

    /** Returns the start of a text in one line. */
    static String shown(String text) {
        String visible = LogSafe.visible(text);
        return visible.length() <= MAX_SHOWN ? visible : visible.substring(0, MAX_SHOWN) + "…";
    }
}
