package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A URL, a query value or a header value with pills, cut into literal text and pills. */
final class TextTemplate {

    /** What happens to a value on its way in. */
    enum Encoding {
        /** Nothing: whoever takes the text encodes or checks it. */
        NONE,
        /** Percent-encoded, slashes too, so that it stays in its path segment or query value. */
        URL
    }

    private final Encoding encoding;
    /** Strings and pills. */
    private final Object[] parts;

    private TextTemplate(Encoding encoding, Object[] parts) {
        this.encoding = encoding;
        this.parts = parts;
    }

    List<Pill> pills() {
        List<Pill> pills = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof Pill pill) {
                pills.add(pill);
            }
        }
        return pills;
    }

    /** The text when there are no pills in it, or else null. */
    @Nullable String fixed() {
        return pills().isEmpty()
                ? String.join("", List.of(parts).stream().map(String::valueOf).toList())
                : null;
    }

    /** A URL with letters instead of its values, or null when a value would decide where the request goes. */
    @Nullable String sample() {
        StringBuilder sample = new StringBuilder();
        for (Object part : parts) {
            if (part instanceof Pill && !hasAuthority(sample)) {
                return null;
            }
            sample.append(part instanceof Pill ? "x" : (String) part);
        }
        return sample.toString();
    }

    private static boolean hasAuthority(StringBuilder start) {
        int scheme = start.indexOf("://");
        int path = start.indexOf("/", scheme < 0 ? 0 : scheme + 3);
        return path >= 0 && (scheme < 0 || path > scheme + 3);
    }

    /** Whether the text is one optional pill without a value, so that there is nothing to say. */
    boolean isAbsent(JsonNode root) {
        if (parts.length == 1 && parts[0] instanceof Pill pill && pill.optional()) {
            JsonNode value = pill.resolve(root);
            return value == null || value.isNull();
        }
        return false;
    }

    /** The text with its values; what {@code problems} says about it is wrong. */
    String render(JsonNode root, List<String> problems) {
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            if (part instanceof Pill pill) {
                String value = value(pill, root, problems);
                boolean inPath = encoding == Encoding.URL && text.indexOf("?") < 0;
                if (value != null && value.isEmpty() && inPath) {
                    // Without its last segment a path often means all there is.
                    problems.add(pill.problem("is empty, which would make another path"));
                }
                text.append(value == null || encoding == Encoding.NONE ? value : encoded(value));
            } else {
                text.append((String) part);
            }
        }
        return text.toString();
    }

    /** The value as text, or null when {@code problems} says why there is none. */
    private static @Nullable String value(Pill pill, JsonNode root, List<String> problems) {
        JsonNode value = pill.resolve(root);
        if (value == null || value.isNull()) {
            if (pill.optional()) {
                return "";
            }
            problems.add(pill.missing(root));
            return null;
        }
        if (value.isContainerNode()) {
            problems.add(pill.problem("is " + (value.isArray() ? "a list" : "an object")
                    + ", which can't stand here: name a single value of it"));
            return null;
        }
        return value.asText();
    }

    private static String encoded(String value) {
        // The form encoding of URLEncoder is percent-encoding, but for the space.
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The compiled text; what {@code problems} says about it is wrong. */
    static TextTemplate compile(String source, String text, Encoding encoding, List<String> problems) {
        List<Object> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (!Scan.opens(text, at)) {
                literal.append(text.charAt(at++));
                continue;
            }
            String where = Scan.where(source, text, at);
            int close = Scan.close(text, at + 2);
            if (close < 0) {
                problems.add(Scan.unclosed(where));
                break;
            }
            String inside = text.substring(at + 2, close);
            if (Scan.isQuoted(inside)) {
                String quoted = Scan.unquoted(inside);
                literal.append(encoding == Encoding.URL ? encoded(quoted) : quoted);
            } else {
                Pill pill = Pill.parse(inside, where, problems);
                if (pill != null) {
                    if (!literal.isEmpty()) {
                        parts.add(literal.toString());
                        literal.setLength(0);
                    }
                    parts.add(pill);
                }
            }
            at = close + 2;
        }
        if (!literal.isEmpty()) {
            parts.add(literal.toString());
        }
        return new TextTemplate(encoding, parts.toArray());
    }
}
