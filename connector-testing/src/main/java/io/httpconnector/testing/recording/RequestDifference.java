package io.httpconnector.testing.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.MediaType;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares a request with a recorded one, by the rules of a recording. Immutable. */
final class RequestDifference {

    private static final int OTHER_ORIGIN = 20;
    private static final int OTHER_PATH = 10;
    private static final int OTHER_METHOD = 5;

    private static final RecordedEntry.StoredBody NO_BODY = new RecordedEntry.StoredBody("", "", false);

    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final ReplayRules rules;
    private final boolean isForeign;

    /**
     * Creates a comparison.
     *
     * @param isForeign whether the recording is of another program: only the header fields that the rules name are compared, and
     *     secrets are equal to any value
     */
    RequestDifference(ReplayRules rules, boolean isForeign) {
        this.rules = rules;
        this.isForeign = isForeign;
    }

    private boolean equal(String recorded, String sent) {
        return MaskedText.equal(recorded, sent, isForeign);
    }

    /**
     * The differences of two requests.
     *
     * @param weight how much they differ; 0 if they are equal
     * @param texts the differences
     */
    record Result(int weight, List<String> texts) {}

    /** Returns whether method and path can be equal, which is decided quickly. */
    boolean canMatch(RecordedEntry.Sent recorded, RecordedEntry.Sent sent) {
        if (!recorded.method().equals(sent.method())) {
            return false;
        }
        if (recorded.url().equals(sent.url())) {
            return true;
        }
        UrlParts one = UrlParts.of(recorded.url());
        UrlParts other = UrlParts.of(sent.url());
        return equal(one.origin(), other.origin()) && equal(one.path(), other.path());
    }

    /** Compares a request with a recorded one. */
    Result between(RecordedEntry.Sent recorded, RecordedEntry.Sent sent) {
        List<String> texts = new ArrayList<>();
        int weight = 0;
        if (!recorded.method().equals(sent.method())) {
            texts.add("method: recorded " + recorded.method() + ", sent " + sent.method());
            weight += OTHER_METHOD;
        }
        UrlParts one = UrlParts.of(recorded.url());
        UrlParts other = UrlParts.of(sent.url());
        if (!equal(one.origin(), other.origin())) {
            texts.add("origin: recorded " + one.origin() + ", sent " + other.origin());
            weight += OTHER_ORIGIN;
        }
        if (!equal(one.path(), other.path())) {
            texts.add("path: recorded " + JsonDifference.shown(one.path()) + ", sent "
                    + JsonDifference.shown(other.path()));
            weight += OTHER_PATH;
        }
        List<String> small = new ArrayList<>();
        JsonDifference.of(pairs(one.query()), pairs(other.query()), rules.ignoredQuery(), isForeign)
                .forEach(text -> small.add("query " + text.substring(1)));
        headers(recorded, sent, small);
        body(recorded.body(), sent.body(), small);
        texts.addAll(small);
        return new Result(weight + small.size(), texts);
    }

    /** Returns the pairs of a query or form: a text for each name, or a list if there are several; null without an equals sign. */
    private static ObjectNode pairs(String encoded) {
        Map<String, List<@Nullable String>> pairs = new LinkedHashMap<>();
        for (String pair : encoded.isEmpty() ? new String[0] : encoded.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            pairs.computeIfAbsent(name, any -> new ArrayList<>())
                    .add(equals < 0 ? null : decoded(pair.substring(equals + 1)));
        }
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        pairs.forEach((name, values) -> {
            if (values.size() == 1) {
                tree.put(name, values.get(0));
            } else {
                values.forEach(tree.putArray(name)::add);
            }
        });
        return tree;
    }

    private static String decoded(String text) {
        return Objects.requireNonNullElse(PercentEncoding.decodeForm(text), text);
    }

    private void headers(RecordedEntry.Sent recorded, RecordedEntry.Sent sent, List<String> found) {
        Map<String, String> one = fields(recorded);
        Map<String, String> other = fields(sent);
        Set<String> names = new LinkedHashSet<>(one.keySet());
        names.addAll(other.keySet());
        for (String name : names) {
            String known = one.get(name);
            String value = other.get(name);
            if (known == null || value == null || !equal(known, value)) {
                found.add("header " + name + ": recorded " + shown(known) + ", sent " + shown(value));
            }
        }
    }

    private static String shown(@Nullable String value) {
        return value == null ? "nothing" : JsonDifference.shown(value);
    }

    private Map<String, String> fields(RecordedEntry.Sent request) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (RecordedEntry.Field field : request.headers()) {
            String name = Ascii.lowerCase(field.name());
            boolean isCompared = rules.matchedHeaders().contains(name)
                    || (!isForeign && !rules.ignoredHeaders().contains(name));
            if (isCompared) {
                String value = name.equals("content-type") ? withoutBoundary(field.value()) : field.value();
                fields.merge(name, value, (before, next) -> before + ", " + next);
            }
        }
        return fields;
    }

    private void body(
            RecordedEntry.@Nullable StoredBody recorded, RecordedEntry.@Nullable StoredBody sent, List<String> found) {
        RecordedEntry.StoredBody one = recorded == null ? NO_BODY : recorded;
        RecordedEntry.StoredBody other = sent == null ? NO_BODY : sent;
        if (rules.ignoredBody().contains(List.<String>of()) || equal(one.text(), other.text())) {
            return;
        }
        String type = Ascii.lowerCase(other.mediaType().isEmpty() ? one.mediaType() : other.mediaType());
        if (type.contains("urlencoded")) {
            JsonDifference.of(pairs(one.text()), pairs(other.text()), rules.ignoredBody(), isForeign)
                    .forEach(text -> found.add("body " + text));
            return;
        }
        JsonNode known = json(one.text());
        JsonNode value = json(other.text());
        if (known != null && value != null) {
            JsonDifference.of(known, value, rules.ignoredBody(), isForeign).forEach(text -> found.add("body " + text));
            return;
        }
        String before = text(one);
        String after = text(other);
        if (!equal(before, after)) {
            found.add(difference(before, after));
        }
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return text.isBlank() || repeatsMembers(text) ? null : JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Returns whether a text is no JSON, or an object in it has two members of the same name, of which a tree has only one. */
    private static boolean repeatsMembers(String json) {
        try (JsonParser parser = STRICT.createParser(json)) {
            while (parser.nextToken() != null) {
                // Only the names are of interest.
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static String text(RecordedEntry.StoredBody body) {
        String text = body.isBase64() ? new String(body.bytes(), StandardCharsets.ISO_8859_1) : body.text();
        String boundary = MediaType.parameter(body.mediaType(), "boundary");
        return boundary == null || boundary.isEmpty() ? text : text.replace(boundary, "boundary");
    }

    /** Returns a media type without the boundary of a multipart body, which is another one in each request. */
    private static String withoutBoundary(String mediaType) {
        String boundary = MediaType.parameter(mediaType, "boundary");
        return boundary == null || boundary.isEmpty() ? mediaType : mediaType.replace(boundary, "boundary");
    }

    private static String difference(String recorded, String sent) {
        int at = 0;
        while (at < Math.min(recorded.length(), sent.length()) && recorded.charAt(at) == sent.charAt(at)) {
            at++;
        }
        if (recorded.isEmpty() || sent.isEmpty()) {
            return "body: recorded " + size(recorded) + ", sent " + size(sent);
        }
        int from = Math.max(0, at - 10);
        return "body at character " + at + ": recorded \"" + JsonDifference.shown(recorded.substring(from))
                + "\", sent \"" + JsonDifference.shown(sent.substring(from)) + "\"";
    }

    private static String size(String text) {
        return text.isEmpty() ? "nothing" : text.length() + " characters, \"" + JsonDifference.shown(text) + "\"";
    }
}
