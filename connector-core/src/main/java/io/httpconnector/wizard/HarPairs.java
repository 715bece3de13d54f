package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Compares names and values that an HTTP Archive contains twice, as text and as a list. The text is imported; what the list has in addition
 * is noted. Lists may be percent-encoded, as those of Chrome.
 */
final class HarPairs {

    private static final Pattern FORM = Pattern.compile("(?i)\\s*application/x-www-form-urlencoded\\s*(;.*)?");
    private static final Pattern LINE_END = Pattern.compile("\\r\\n?");

    /**
     * A pair of the text.
     *
     * @param isExact whether the value is complete and in a known charset
     */
    record Pair(String name, String value, boolean isExact) {}

    private HarPairs() {}

    /** Returns the pairs of a query or form. */
    static List<Pair> of(String encoded) {
        List<Pair> all = new ArrayList<>();
        QueryPair.pairs(encoded, false).forEach(pair -> all.add(new Pair(pair.name(), pair.value(), pair.isExact())));
        return all;
    }

    /** Returns the pairs of a text body; none if it is not a form. */
    static List<Pair> ofBody(String text, String mediaType) {
        return mediaType.isEmpty() || FORM.matcher(mediaType).matches() ? of(text) : List.of();
    }

    /**
     * Notes the names of the list that are not in the text with this value.
     *
     * @param what the list and the text, such as "parameters of the body that differ from its text"
     */
    static void noteDifference(String what, List<Pair> text, JsonNode list, RequestDefinitionBuilder definition) {
        List<Pair> left = new ArrayList<>(text);
        Set<String> lost = new LinkedHashSet<>();
        for (JsonNode one : list) {
            String name = one.path("name").asText();
            String value = one.path("value").asText("");
            boolean isFound = remove(left, literal(name), literal(value))
                    || remove(left, QueryPair.value(name, false), QueryPair.value(value, false));
            if (!isFound) {
                lost.add(name);
            }
        }
        if (!lost.isEmpty()) {
            definition.note("the archive has " + what + ", which is used: " + String.join(", ", lost));
        }
    }

    private static boolean remove(List<Pair> pairs, String name, String value) {
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            String known = lines(pair.value());
            String listed = lines(value);
            // Chrome cuts the values of parts at the end of a line.
            boolean isEqual = !pair.isExact() || known.equals(listed) || known.startsWith(listed + "\n");
            if (isEqual && pair.name().equals(name)) {
                pairs.remove(i);
                return true;
            }
        }
        return false;
    }

    private static String literal(String text) {
        return RequestDefinitionBuilder.escapeBraces(text);
    }

    private static String lines(String text) {
        return LINE_END.matcher(text).replaceAll("\n");
    }
}
