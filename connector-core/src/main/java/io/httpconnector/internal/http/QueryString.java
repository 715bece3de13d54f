package io.httpconnector.internal.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a query as it is written in a URL. Names are compared after they are decoded, as services do (HTML forms). */
final class QueryString {

    private QueryString() {}

    /** Returns whether there is a parameter of this name, without regard to case, as for {@link NameValuePairs}. */
    static boolean hasParameter(String query, String name) {
        return Arrays.stream(query.split("&", -1))
                .anyMatch(parameter -> name(parameter).equalsIgnoreCase(name));
    }

    /** Returns the query without the parameters of exactly this name; null if nothing is left; the same text if there is no such parameter. */
    static @Nullable String without(String query, String name) {
        List<String> all = Arrays.asList(query.split("&", -1));
        List<String> others =
                all.stream().filter(parameter -> !name(parameter).equals(name)).toList();
        if (others.size() == all.size()) {
            return query;
        }
        return others.isEmpty() ? null : String.join("&", others);
    }

    /** Returns whether a query has all parameters of another one, as they are written there. */
    static boolean hasAll(String query, String other) {
        return query.equals(other)
                || Arrays.asList(query.split("&", -1)).containsAll(Arrays.asList(other.split("&", -1)));
    }

    /** Returns the decoded name of a parameter of a {@link Url}, whose percent-encoding is valid. */
    private static String name(String parameter) {
        int equals = parameter.indexOf('=');
        return URLDecoder.decode(equals < 0 ? parameter : parameter.substring(0, equals), StandardCharsets.UTF_8);
    }
}
