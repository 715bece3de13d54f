package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.wizard.RequestReview;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/** The fixed values of a sample that can be replaced by pills: in the URL, query, header fields, form and JSON body. */
final class SampleValues {

    /** Header fields that do not differ from job to job. */
    private static final Set<String> FIXED_HEADERS = Set.of("accept", "content-type", "user-agent");

    private final List<SampleValue> all = new ArrayList<>();

    private SampleValues() {}

    /**
     * A fixed value.
     *
     * @param location its location, such as {@code query page}; that in a JSON body is a JSON Pointer
     * @param replacement puts a pill in its place
     */
    record SampleValue(String location, JsonNode value, BiFunction<RequestReview, String, RequestReview> replacement) {}

    /** Returns the values of a request in the order in which they occur. */
    static List<SampleValue> of(ObjectNode definition) {
        SampleValues values = new SampleValues();
        values.url(definition.path("url").asText());
        values.pairs("query", definition.path("query"), RequestReview::queryPill);
        values.pairs("header", definition.path("headers"), RequestReview::headerPill);
        values.pairs("field", definition.at("/body/form"), RequestReview::fieldPill);
        values.pairs("field", definition.at("/body/multipart"), RequestReview::fieldPill);
        values.json("", definition.at("/body/json"));
        return List.copyOf(values.all);
    }

    private void add(String location, JsonNode value, BiFunction<RequestReview, String, RequestReview> replacement) {
        boolean isFixed =
                value.isValueNode() && !value.isNull() && !value.asText().contains("{{");
        if (isFixed && !value.asText().isEmpty()) {
            all.add(new SampleValue(location, value, replacement));
        }
    }

    /** Adds the segments of the path and the values in the URL that occur once. */
    private void url(String url) {
        String path = url.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "");
        List<String> pieces = List.of(path.split("[/?&=]", -1));
        for (String piece : pieces) {
            boolean isName = path.contains("?" + piece + "=") || path.contains("&" + piece + "=");
            if (!isName && !piece.isEmpty() && Collections.frequency(pieces, piece) == 1) {
                add("url", TextNode.valueOf(decoded(piece)), (review, pill) -> review.urlPill(piece, pill));
            }
        }
    }

    private static String decoded(String piece) {
        String decoded = PercentEncoding.decode(piece);
        return decoded == null ? piece : decoded;
    }

    /** Adds the first pair of each name. */
    private void pairs(String what, JsonNode pairs, Replacement replacement) {
        Set<String> names = new HashSet<>();
        for (JsonNode pair : pairs) {
            String name = pair.path("name").asText();
            boolean isFixed = what.equals("header") && FIXED_HEADERS.contains(name.toLowerCase(Locale.ROOT));
            if (names.add(name) && !isFixed) {
                add(what + " " + name, pair.path("value"), (review, pill) -> replacement.replace(review, name, pill));
            }
        }
    }

    /** Puts a pill in the place of the value of a pair. */
    @FunctionalInterface
    private interface Replacement {
        RequestReview replace(RequestReview review, String name, String pill);
    }

    private void json(String pointer, JsonNode node) {
        node.properties().forEach(member -> {
            // Members such as $each are instructions.
            if (!member.getKey().startsWith("$")) {
                String name = member.getKey().replace("~", "~0").replace("/", "~1");
                json(pointer + "/" + name, member.getValue());
            }
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            json(pointer + "/" + i, node.get(i));
        }
        add(pointer, node, (review, pill) -> review.pill(pointer, pill));
    }
}
