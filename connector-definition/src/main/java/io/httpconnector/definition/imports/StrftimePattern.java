package io.httpconnector.definition.imports;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Translates the time formats of Python's {@code strftime} to those of Java. */
final class StrftimePattern {

    private static final Map<Character, String> LETTERS = Map.ofEntries(
            Map.entry('Y', "yyyy"),
            Map.entry('y', "yy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('f', "SSSSSS"),
            Map.entry('z', "xx"),
            Map.entry('p', "a"),
            Map.entry('b', "MMM"),
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('j', "DDD"));

    private StrftimePattern() {}

    /** Returns the filter that writes a time in a format; null if there is none. */
    static @Nullable String filter(String format) {
        return switch (format) {
            case "%s" -> "epochSeconds";
            case "%ms" -> "epochMillis";
            default -> {
                String pattern = pattern(format);
                yield pattern == null ? null : "date(\"" + pattern + "\", 'UTC')";
            }
        };
    }

    /** Returns the pattern of Java; null if there is none. */
    static @Nullable String pattern(String format) {
        StringBuilder pattern = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        String rest = format.replace("%_ms", "%\u0001").replace("%e", "%\u0002");
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            String letters = c != '%' || i + 1 == rest.length()
                    ? null
                    : rest.charAt(i + 1) == '\u0001' ? "SSS" : LETTERS.get(rest.charAt(i + 1));
            if (c == '%' && letters == null) {
                return null;
            }
            if (letters != null) {
                quote(literal, pattern);
                pattern.append(letters);
                i++;
            } else if (Character.isLetter(c) || c == '\'') {
                literal.append(c);
            } else {
                quote(literal, pattern);
                pattern.append(c);
            }
        }
        quote(literal, pattern);
        return pattern.toString();
    }

    private static void quote(StringBuilder literal, StringBuilder pattern) {
        if (!literal.isEmpty()) {
            pattern.append('\'').append(literal.toString().replace("'", "''")).append('\'');
            literal.setLength(0);
        }
    }
}
