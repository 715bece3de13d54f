package io.httpconnector.internal.http;

import io.httpconnector.internal.text.PercentEncoding;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Operations on the parameters of an encoded query. Names are decoded before they are compared, as services do (HTML forms). */
final class QueryString {

    private QueryString() {}

    /** Returns whether there is a parameter of this name. Names are compared case-insensitively, as in {@link NameValuePairs}. */
    static boolean hasParameter(String query, String name) {
        return Arrays.stream(query.split("&", -1))
                .anyMatch(parameter -> name(parameter).equalsIgnoreCase(name));
    }

    /**
     * Returns the query without the parameters of exactly this name (case-sensitive): null if no parameter remains, and the
     * same text if there is no such parameter.
     */
    static @Nullable String without(String query, String name) {
        List<String> all = Arrays.asList(query.split("&", -1));
        List<String> others =
                all.stream().filter(parameter -> !name(parameter).equals(name)).toList();
        if (others.size() == all.size()) {
            return query;
        }
        return others.isEmpty() ? null : String.join("&", others);
    }

    /** Returns whether a query contains all parameters of the other query, in the same encoding. */
    static boolean hasAll(String query, String other) {
        return query.equals(other)
                || Arrays.asList(query.split("&", -1)).containsAll(Arrays.asList(other.split("&", -1)));
    }

    /** Returns the decoded name of a parameter; the name itself if its percent-encoding is invalid. */
    private static String name(String parameter) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        return Objects.requireNonNullElse(PercentEncoding.decodeForm(name), name);
    }
}
