package io.httpconnector.auth.internal;

import io.httpconnector.internal.text.PercentEncoding;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The parameters of a URL in the order that signatures require. */
public final class SortedQuery {

    private SortedQuery() {}

    /** A parameter, percent-encoded. */
    private record Parameter(String name, String value) {}

    /**
     * Returns the canonical query of AWS Signature Version 4 and similar signatures: percent-encoded by RFC 3986, and sorted.
     *
     * @param uri the URL
     * @return the query; empty if there is none
     */
    public static String canonical(URI uri) {
        return sorted(uri).stream()
                .map(parameter -> parameter.name + "=" + parameter.value)
                .collect(Collectors.joining("&"));
    }

    /**
     * Returns the names and values without separators, decoded, and sorted.
     *
     * @param uri the URL
     * @return the text; empty if there is no query
     */
    public static String concatenated(URI uri) {
        return sorted(uri).stream()
                .map(parameter -> decoded(parameter.name) + decoded(parameter.value))
                .collect(Collectors.joining());
    }

    private static List<Parameter> sorted(URI uri) {
        String query = uri.getRawQuery();
        return Arrays.stream(query == null ? new String[0] : query.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> pair.replace("+", "%20").split("=", 2))
                .map(pair -> new Parameter(reencoded(pair[0]), pair.length == 1 ? "" : reencoded(pair[1])))
                .sorted(Comparator.comparing(Parameter::name).thenComparing(Parameter::value))
                .toList();
    }

    /** Decodes and re-encodes byte by byte, as the bytes need not be UTF-8. */
    private static String reencoded(String text) {
        return PercentEncoding.encode(PercentEncoding.decode(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String decoded(String text) {
        return new String(PercentEncoding.decode(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
