package io.httpconnector.definition.imports;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Translates the times of Nango, such as {@code now+7:days:YYYY-MM-DD}, whose formats are those of Day.js. */
final class NangoTime {

    private static final Pattern NOW = Pattern.compile("now(?:([+-])(\\d{1,6}):([a-z]+))?(?::(.+))?", Pattern.DOTALL);
    private static final Pattern TOKEN = Pattern.compile(
            "\\[([^\\]]*)\\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|SSS|A|ZZ|Z|[A-Za-z]+|'");

    private static final Map<String, String> LETTERS = Map.ofEntries(
            Map.entry("YYYY", "yyyy"),
            Map.entry("YY", "yy"),
            Map.entry("DD", "dd"),
            Map.entry("D", "d"),
            Map.entry("dddd", "EEEE"),
            Map.entry("ddd", "EEE"),
            Map.entry("A", "a"),
            Map.entry("ZZ", "xx"),
            Map.entry("Z", "xxx"));

    private NangoTime() {}

    /** Returns the content of the pill for an expression; null if it is no time. */
    static @Nullable String pill(String expression) {
        Matcher now = NOW.matcher(expression);
        if (!now.matches()) {
            return null;
        }
        String format = now.group(4);
        String difference = now.group(1) == null
                ? ""
                : " | " + (now.group(1).equals("+") ? "plus" : "minus") + "('" + period(now.group(2), now.group(3))
                        + "')";
        if (format == null) {
            return "timeIso" + difference;
        }
        if (format.equals("X")) {
            return difference.isEmpty() ? "time" : "timeIso" + difference + " | epochSeconds";
        }
        if (format.equals("x")) {
            return difference.isEmpty() ? "timeMillis" : "timeIso" + difference + " | epochMillis";
        }
        return "timeIso" + difference + " | date(\"" + javaPattern(format) + "\", 'UTC')";
    }

    private static String period(String count, String unit) {
        String letter = unit.substring(0, 1).toUpperCase(Locale.ROOT);
        boolean isTime = unit.startsWith("h") || unit.startsWith("mi") || unit.startsWith("s");
        return (isTime ? "PT" : "P") + count + letter;
    }

    private static String javaPattern(String format) {
        return TOKEN.matcher(format)
                .replaceAll(token -> Matcher.quoteReplacement(
                        token.group(1) != null ? quoted(token.group(1)) : letters(token.group())));
    }

    private static String letters(String token) {
        if (token.equals("'")) {
            return "''";
        }
        boolean isSame = token.matches("M{1,4}|HH?|hh?|mm|ss|SSS");
        return isSame ? token : LETTERS.getOrDefault(token, quoted(token));
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "" : "'" + text.replace("'", "''") + "'";
    }
}
