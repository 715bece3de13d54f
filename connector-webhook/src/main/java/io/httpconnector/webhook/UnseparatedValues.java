package io.httpconnector.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds values of any length that a content signs without a text between them: {@code a=1, b=23} and {@code a=12, b=3} then have
 * the same signature.
 */
final class UnseparatedValues {

    private static final Set<String> NAMES =
            Set.of("id", "url", "path", "query", "target", "form", "signedHeaders", "signedHeaderNames");

    private UnseparatedValues() {}

    /**
     * Returns the pairs of such values, such as <code>{{form.a}}{{form.b}}</code>. The time and JSON bodies have a form of their own, and
     * digests a fixed length, which separate them from their neighbours.
     */
    static List<String> find(String content, @Nullable ValueSelector timestamp) {
        List<String> pairs = new ArrayList<>();
        String[] previous = {""};
        Placeholder.compile(content, "content", new ArrayList<>(), text -> previous[0] = "", placeholder -> {
            String shown = isFree(placeholder, timestamp) ? "{{" + placeholder.name() + "}}" : "";
            if (!shown.isEmpty() && !previous[0].isEmpty()) {
                pairs.add(previous[0] + shown);
            }
            previous[0] = shown;
        });
        return pairs;
    }

    /** Whether a value may have any text. */
    private static boolean isFree(Placeholder placeholder, @Nullable ValueSelector timestamp) {
        String name = placeholder.name();
        boolean isTime = timestamp != null
                && name.equals(
                        switch (timestamp.type) {
                            case HEADER -> "header." + timestamp.name;
                            case QUERY -> "query." + timestamp.name;
                            case BODY -> "body." + timestamp.name;
                        });
        boolean isNamed = NAMES.contains(name)
                || name.startsWith("body./")
                || name.startsWith("form.")
                || name.startsWith("query.")
                || name.startsWith("header.");
        return isNamed && !isTime && !placeholder.hasFixedLength();
    }
}
