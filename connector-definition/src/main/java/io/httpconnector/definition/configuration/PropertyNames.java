package io.httpconnector.definition.configuration;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms of a name in properties, such as {@code client-secret}, {@code clientSecret} and {@code CLIENTSECRET}. */
final class PropertyNames {

    private static final Pattern INNER_SEPARATOR = Pattern.compile("[-.]([a-zA-Z0-9])");
    private static final Pattern SEPARATOR = Pattern.compile("[-_.]");
    private static final Pattern UPPER_CASE = Pattern.compile("(?<=[a-z0-9])[A-Z]");

    private PropertyNames() {}

    /** Returns the form that is equal for all spellings of a name. */
    static String uniform(String name) {
        return SEPARATOR.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /** Returns the name as in documents. */
    static String camelCase(String name) {
        return INNER_SEPARATOR.matcher(name).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
    }

    /** Returns the name as in properties. */
    static String withHyphens(String name) {
        return UPPER_CASE
                .matcher(name)
                .replaceAll(letter -> "-" + letter.group().toLowerCase(Locale.ROOT));
    }

    /** Returns the name of a list that equals a name but for its spelling; null if there is none. */
    static @Nullable String find(Iterable<String> names, String name) {
        String wanted = uniform(name);
        for (String each : names) {
            if (uniform(each).equals(wanted)) {
                return each;
            }
        }
        return null;
    }

    /** Whether a name of a list starts with a name, in whichever spelling. */
    static boolean isStart(Iterable<String> names, String name) {
        String start = uniform(name);
        for (String each : names) {
            if (uniform(each).startsWith(start)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the value of a name, in whichever spelling. */
    static @Nullable String value(Map<String, String> values, String name) {
        String exact = values.get(name);
        if (exact != null) {
            return exact;
        }
        String found = find(values.keySet(), name);
        return found == null ? null : values.get(found);
    }
}
