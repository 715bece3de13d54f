package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.text.PillToken;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The inputs of an instance that were left empty. Header fields, parameters, fields of forms and members of JSON that need one are
 * omitted: their pills have the filter {@code omit}, unless they have another one for missing values. Immutable.
 *
 * @param names the names of the inputs
 */
record OptionalInputs(Set<String> names) {

    private static final List<String> PAIRS = List.of("query", "headers");
    private static final List<String> FIELDS = List.of("form", "multipart");

    /** The path of an input at the start of a pill. */
    private static final Pattern PATH = Pattern.compile(
            "\\s*" + InputText.STEP + "(?:\\.([A-Za-z0-9_-]+)|\\[[\"']([^\"'\\]]+)[\"']])\\s*(?=\\||$)");

    private static final Pattern POLICY = Pattern.compile("\\|\\s*(?:default|omit|null|required)\\b");

    OptionalInputs {
        names = Set.copyOf(names);
    }

    boolean areUsedBy(JsonNode json) {
        return !names.isEmpty() && PillTree.inputs(json).stream().anyMatch(names::contains);
    }

    /** Returns the JSON of a trigger whose requests omit what needs an empty input. */
    ObjectNode inTrigger(ObjectNode json) {
        if (!areUsedBy(json)) {
            return json;
        }
        ObjectNode copy = json.deepCopy();
        changeRequests(copy);
        return copy;
    }

    /** Changes the requests of a trigger and of its parents. */
    private void changeRequests(JsonNode json) {
        json.forEach(this::changeRequests);
        if (json instanceof ObjectNode object && object.path("request") instanceof ObjectNode request) {
            change(request);
        }
    }

    /** Returns the JSON of a request that omits what needs an empty input. */
    ObjectNode inRequest(ObjectNode json) {
        ObjectNode copy = json.deepCopy();
        change(copy);
        return copy;
    }

    private void change(ObjectNode request) {
        JsonNode delimiters = request.path("delimiters");
        Delimiters pills = new Delimiters(
                delimiters.path(0).asText("{{"), delimiters.path(1).asText("}}"));
        if (request.path("url").isTextual()) {
            request.put("url", inQuery(request.path("url").textValue(), pills));
        }
        PAIRS.forEach(member -> changePairs(request.path(member), pills));
        JsonNode body = request.path("body");
        FIELDS.forEach(member -> changePairs(body.path(member), pills));
        if (body instanceof ObjectNode object && object.has("json")) {
            object.set("json", changed(object.get("json"), pills));
        }
        if (body instanceof ObjectNode object && object.path("jsonText").isTextual()) {
            object.put("jsonText", changed(object.path("jsonText").textValue(), pills, at -> true));
        }
    }

    private void changePairs(JsonNode pairs, Delimiters pills) {
        for (JsonNode pair : pairs) {
            if (pair instanceof ObjectNode object && object.path("value").isTextual()) {
                object.put("value", changed(object.path("value").textValue(), pills, at -> true));
            }
        }
    }

    private JsonNode changed(JsonNode json, Delimiters pills) {
        if (json instanceof ObjectNode object) {
            object.properties().forEach(member -> member.setValue(changed(member.getValue(), pills)));
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, changed(array.get(i), pills));
            }
        } else if (json.isTextual()) {
            return TextNode.valueOf(changed(json.textValue(), pills, at -> true));
        }
        return json;
    }

    /** Changes the pills in the query of a URL: what is in its path cannot be omitted. */
    private String inQuery(String url, Delimiters pills) {
        List<PillToken> all = PillToken.all(url, pills.open, pills.close);
        int query = url.indexOf('?');
        while (query >= 0 && isWithin(all, query)) {
            query = url.indexOf('?', query + 1);
        }
        int start = query < 0 ? url.length() : query;
        return changed(url, pills, at -> at > start);
    }

    private static boolean isWithin(List<PillToken> pills, int index) {
        return pills.stream().anyMatch(pill -> pill.start() < index && index < pill.end());
    }

    private String changed(String text, Delimiters pills, IntPredicate place) {
        StringBuilder changed = new StringBuilder();
        int copied = 0;
        for (PillToken pill : PillToken.all(text, pills.open, pills.close)) {
            Matcher path = PATH.matcher(pill.inside());
            if (place.test(pill.start())
                    && path.lookingAt()
                    && names.contains(path.group(1) == null ? path.group(2) : path.group(1))
                    && !POLICY.matcher(pill.inside()).find()) {
                int end = pill.start() + pills.open.length() + path.end();
                changed.append(text, copied, end).append(" | omit ");
                copied = end;
            }
        }
        return changed.append(text, copied, text.length()).toString();
    }

    /** The texts around a pill. */
    private record Delimiters(String open, String close) {}
}
