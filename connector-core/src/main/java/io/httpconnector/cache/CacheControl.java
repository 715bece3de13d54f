package io.httpconnector.cache;

import io.httpconnector.internal.text.Ascii;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The directives of a {@code Cache-Control} field (RFC 9111, section 5.2). Immutable. */
final class CacheControl {

    private final Map<String, String> directives;

    private CacheControl(Map<String, String> directives) {
        this.directives = directives;
    }

    /** Parses field lines. If a directive with a number is repeated, the smallest one applies; an invalid number is 0. */
    static CacheControl parse(List<String> lines) {
        Map<String, String> all = new HashMap<>();
        for (String line : lines) {
            for (String directive : split(line)) {
                int equals = directive.indexOf('=');
                String name = Ascii.lowerCase((equals < 0 ? directive : directive.substring(0, equals)).strip());
                String value = equals < 0
                        ? ""
                        : unquoted(directive.substring(equals + 1).strip());
                if (!name.isEmpty()) {
                    all.merge(name, value, (one, other) -> seconds(one) <= seconds(other) ? one : other);
                }
            }
        }
        return new CacheControl(all);
    }

    /** Splits at commas outside quoted strings. */
    private static List<String> split(String line) {
        List<String> parts = new ArrayList<>();
        boolean isQuoted = false;
        int start = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == '\\' && isQuoted) {
                i++;
            } else if (c == ',' && !isQuoted) {
                parts.add(line.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(line.substring(start));
        return parts;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** Returns the seconds of a directive; null if it is absent. */
    @Nullable Long seconds(Directive directive) {
        String value = directives.get(directive.text);
        return value == null ? null : Long.valueOf(seconds(value));
    }

    /** Directives with a number of seconds. */
    enum Directive {
        MAX_AGE("max-age"),
        MAX_STALE("max-stale"),
        MIN_FRESH("min-fresh"),
        STALE_IF_ERROR("stale-if-error");

        private final String text;

        Directive(String text) {
            this.text = text;
        }
    }

    /** Returns whether a directive has a number. */
    boolean hasNumber(Directive directive) {
        return !directives.getOrDefault(directive.text, "").isEmpty();
    }

    private static long seconds(String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        // RFC 9111, section 1.2.2: larger numbers mean the largest one.
        return value.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(value);
    }
}
