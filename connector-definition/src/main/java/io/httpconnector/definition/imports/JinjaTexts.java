package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The methods of texts in Jinja, and their parts: constants are calculated, others become the filter {@code match}. */
final class JinjaTexts {

    private JinjaTexts() {}

    /** Returns the part of a text between two positions. */
    static Object slice(Object value, @Nullable Jinja from, @Nullable Jinja to) {
        int start = position(from, 0);
        int end = position(to, Integer.MAX_VALUE);
        if (value instanceof Constant constant) {
            String text = JinjaConstants.written(constant);
            int first = Math.min(text.length(), start < 0 ? Math.max(0, text.length() + start) : start);
            int last = Math.min(text.length(), end < 0 ? Math.max(0, text.length() + end) : end);
            return new Constant(text.substring(Math.min(first, last), last));
        }
        if (start >= 0) {
            String skipped = start == 0 ? "" : ".{" + start + "}";
            return matched(
                    value,
                    end == Integer.MAX_VALUE
                            ? "(?s)^" + skipped + "(.*)$"
                            : end < 0
                                    ? "(?s)^" + skipped + "(.*).{" + -end + "}$"
                                    : "(?s)^" + skipped + "(.{0," + Math.max(0, end - start) + "})");
        }
        if (end == Integer.MAX_VALUE) {
            return matched(value, "(?s)(.{0," + -start + "})$");
        }
        throw new UnsupportedException("a slice");
    }

    private static int position(@Nullable Jinja position, int none) {
        if (position == null) {
            return none;
        }
        if (position instanceof Literal literal && literal.value() instanceof Long number && Math.abs(number) < 1000) {
            return number.intValue();
        }
        throw new UnsupportedException("a slice");
    }

    /** Returns one of the parts between separators. */
    static Object part(Object value, List<Jinja> arguments, long index) {
        if (arguments.size() != 1 || !(JinjaParser.constant(arguments.get(0)) instanceof String separator)) {
            throw new UnsupportedException("split(...)");
        }
        if (value instanceof Constant constant) {
            List<String> parts = Arrays.asList(JinjaConstants.written(constant).split(Pattern.quote(separator), -1));
            int at = (int) (index < 0 ? parts.size() + index : index);
            if (at < 0 || at >= parts.size()) {
                throw new UnsupportedException("an index that is out of range");
            }
            return new Constant(parts.get(at));
        }
        String quoted = quoted(separator);
        if (index == -1) {
            return matched(value, "(?s)^(?:.*" + quoted + ")?(.*)$");
        }
        if (index < 0 || index > 9) {
            throw new UnsupportedException("an index");
        }
        return matched(value, "(?s)^" + (".*?" + quoted).repeat((int) index) + "(.*?)(?:" + quoted + ".*)?$");
    }

    private static String quoted(String text) {
        return text.replaceAll("[^A-Za-z0-9 /:,;=&_-]", "\\\\$0");
    }

    private static String matched(Object value, String pattern) {
        return value + " | match(" + JinjaConstants.quoted(pattern) + ")";
    }

    /** Returns the first group of a regular expression, or an empty text. */
    static Object found(Object value, @Nullable Object pattern) {
        if (!(pattern instanceof String regex) || value instanceof Constant) {
            throw new UnsupportedException("the filter regex_search");
        }
        try {
            Matcher groups = Pattern.compile(regex).matcher("");
            if (groups.groupCount() == 0) {
                return new Constant("");
            }
        } catch (PatternSyntaxException e) {
            throw new UnsupportedException("the filter regex_search");
        }
        return matched(value, regex);
    }

    /** Calls a method of a text. */
    static Object called(String method, Object value, List<Jinja> arguments) {
        String characters = arguments.isEmpty() ? " " : String.valueOf(JinjaParser.constant(arguments.get(0)));
        boolean isOne = characters.length() == 1 && arguments.size() < 2;
        if (value instanceof Constant constant) {
            String text = JinjaConstants.written(constant);
            return switch (method) {
                case "lower" -> new Constant(text.toLowerCase(Locale.ROOT));
                case "upper" -> new Constant(text.toUpperCase(Locale.ROOT));
                case "strip" -> strip(text, arguments);
                case "replace" -> new Constant(text.replace(characters, second(arguments)));
                default -> throw new UnsupportedException(method + "(...)");
            };
        }
        if (arguments.isEmpty() && method.matches("lower|upper|strip")) {
            return value + " | " + (method.equals("strip") ? "trim" : method);
        }
        if (isOne) {
            String one = quoted(characters);
            switch (method) {
                case "rstrip" -> {
                    return matched(value, "(?s)^(.*?)" + one + "*$");
                }
                case "lstrip" -> {
                    return matched(value, "(?s)^" + one + "*(.*)$");
                }
                case "strip" -> {
                    return matched(value, "(?s)^" + one + "*(.*?)" + one + "*$");
                }
                default -> {}
            }
        }
        throw new UnsupportedException(method + "(...)");
    }

    private static Constant strip(String text, List<Jinja> arguments) {
        if (!arguments.isEmpty()) {
            throw new UnsupportedException("strip(...)");
        }
        return new Constant(text.strip());
    }

    private static String second(List<Jinja> arguments) {
        if (arguments.size() == 2 && JinjaParser.constant(arguments.get(1)) instanceof String text) {
            return text;
        }
        throw new UnsupportedException("replace(...)");
    }
}
