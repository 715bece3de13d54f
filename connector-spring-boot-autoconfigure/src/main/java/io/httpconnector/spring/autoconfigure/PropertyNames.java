package io.httpconnector.spring.autoconfigure;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms of a name in properties, such as {@code client-secret}, {@code clientSecret} and {@code CLIENTSECRET}. */
final class PropertyNames {

    private static final Pattern HYPHEN = Pattern.compile("-([a-zA-Z0-9])");

    private static final Pattern UPPER_CASE = Pattern.compile("[A-Z]");

    private PropertyNames() {}

    /** Returns the form that is equal for all spellings of a name. */
    static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Returns the name as in documents. */
    static String camelCase(String name) {
        return HYPHEN.matcher(name).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
    }

    /** Returns the name as in properties. */
    static String hyphenated(String name) {
        return UPPER_CASE
                .matcher(name)
                .replaceAll(letter -> "-" + letter.group().toLowerCase(Locale.ROOT));
    }

    /** Returns the value of a name, in whichever spelling. */
    static @Nullable String find(Map<String, String> values, String name) {
        String exact = values.get(name);
        if (exact != null) {
            return exact;
        }
        String wanted = uniform(name);
        return values.entrySet().stream()
                .filter(entry -> uniform(entry.getKey()).equals(wanted))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
