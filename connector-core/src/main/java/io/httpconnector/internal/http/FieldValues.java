package io.httpconnector.internal.http;

import io.httpconnector.Headers;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Converts header fields to values for expressions. */
public final class FieldValues {

    private FieldValues() {}

    /**
     * Returns the first value of each field.
     *
     * @param headers the fields
     * @return the values by the names in lower case
     */
    public static Map<String, String> byName(Headers headers) {
        Map<String, String> values = new TreeMap<>();
        for (String name : headers.names()) {
            headers.first(name).ifPresent(value -> values.put(name.toLowerCase(Locale.ROOT), value));
        }
        return values;
    }
}
