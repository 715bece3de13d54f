package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.DefinitionParser;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Parses the text of a connector document, JSON or YAML, and records the line and column of each value. Rejects what a tree would
 * hide: repeated members, aliases and further documents. Thread-safe.
 */
public final class DocumentParser {

    private static final JsonFactory JSON = new JsonFactory();

    private static final YAMLFactory YAML_EVENTS = new YAMLFactory();

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private DocumentParser() {}

    /**
     * A parsed text.
     *
     * @param tree the whole document
     * @param text the text
     */
    public record ParsedDocument(JsonNode tree, String text) {

        /** Returns the line and column of each value by JSON Pointer. */
        public Map<String, Place> places() {
            try {
                return DocumentParser.places(factory(text), text, new ArrayList<>());
            } catch (IOException e) {
                throw new IllegalStateException("The text was parsed before", e);
            }
        }
    }

    /** The line and column of a value, from 1. */
    public record Place(int line, int column) {

        @Override
        public String toString() {
            return "line " + line + ", column " + column;
        }
    }

    /**
     * Parses a text. One that begins with a brace is JSON.
     *
     * @throws InvalidDefinitionException if it is neither JSON nor YAML, with line and column; or if members are repeated, with the
     *     JSON Pointer of each
     */
    public static ParsedDocument parse(String text) {
        boolean isJson = factory(text) == JSON;
        List<String> problems = new ArrayList<>();
        try {
            if (isJson) {
                problems.addAll(DefinitionParser.repeatedMembers(JSON, text));
            } else if (text.contains("*")) {
                // Aliases, which the tree would hide.
                places(YAML_EVENTS, text, problems);
            }
            JsonNode tree = isJson ? JsonSupport.parse(text) : yaml(text, problems);
            reportBinary(tree, "", problems);
            if (!problems.isEmpty()) {
                throw invalid(problems);
            }
            return new ParsedDocument(tree, text);
        } catch (JsonProcessingException e) {
            throw invalid(List.of(describe(e)));
        } catch (InvalidDefinitionException e) {
            throw invalid(e.problems());
        } catch (IOException e) {
            throw invalid(List.of(String.valueOf(e.getMessage())));
        }
    }

    private static void reportBinary(JsonNode json, String pointer, List<String> problems) {
        if (json.isBinary()) {
            problems.add(pointer + ": it has the tag !!binary: write text");
        }
        json.properties()
                .forEach(member -> reportBinary(
                        member.getValue(), pointer + "/" + JsonObjectReader.token(member.getKey()), problems));
        for (int i = 0; json.isArray() && i < json.size(); i++) {
            reportBinary(json.get(i), pointer + "/" + i, problems);
        }
    }

    private static JsonFactory factory(String text) {
        return text.stripLeading().startsWith("{") ? JSON : YAML_EVENTS;
    }

    private static JsonNode yaml(String text, List<String> problems) throws IOException {
        try {
            return yaml(text);
        } catch (JsonParseException e) {
            List<String> repeated = DefinitionParser.repeatedMembers(YAML_EVENTS, text);
            if (repeated.isEmpty()) {
                throw e;
            }
            problems.addAll(repeated);
            return JsonNodeFactory.instance.nullNode();
        }
    }

    private static JsonNode yaml(String text) throws IOException {
        try (YAMLParser parser = YAML.getFactory().createParser(text)) {
            JsonNode tree = YAML.readTree(parser);
            if (tree != null && parser.nextToken() != null) {
                JsonLocation at = parser.currentTokenLocation();
                throw invalid(List.of("a second document begins in " + place(at) + ": a file has one document"));
            }
            return tree == null ? JsonSupport.parse("null") : tree;
        }
    }

    /** Says where the text is malformed; Jackson's message could quote the content. */
    private static String describe(JsonProcessingException e) {
        if (e instanceof StreamConstraintsException) {
            return "it is nested too deeply, or one of its texts is too long";
        }
        JsonLocation at = e.getLocation();
        return at == null ? "it is neither JSON nor YAML" : place(at) + ": it is neither JSON nor YAML";
    }

    private static Place place(JsonLocation at) {
        return new Place(at.getLineNr(), at.getColumnNr());
    }

    /** Records the place of each value, and reports aliases. */
    private static Map<String, Place> places(JsonFactory factory, String text, List<String> problems)
            throws IOException {
        Map<String, Place> places = new HashMap<>();
        try (JsonParser parser = factory.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                switch (token) {
                    // The context of an object or list begins at the member or element of its holder.
                    case START_OBJECT, START_ARRAY ->
                        places.putIfAbsent(holder(parser), place(parser.currentTokenLocation()));
                    case END_OBJECT, END_ARRAY -> {}
                    case FIELD_NAME -> places.put(pointer, place(parser.currentTokenLocation()));
                    default -> {
                        places.putIfAbsent(pointer, place(parser.currentTokenLocation()));
                        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                            problems.add(pointer + ": it is a YAML alias in " + place(parser.currentTokenLocation())
                                    + ": use {\"$ref\": \"#/...\"} instead");
                        }
                    }
                }
            }
        }
        return places;
    }

    private static String holder(JsonParser parser) {
        var context = parser.getParsingContext().getParent();
        return context == null ? "" : context.pathAsPointer().toString();
    }

    private static InvalidDefinitionException invalid(List<String> problems) {
        return new InvalidDefinitionException("connector document", problems);
    }

    /** Returns the place of a value, or of the nearest value around it; none if there is no text. */
    public static Stream<Place> nearest(Map<String, Place> places, String pointer) {
        String at = pointer;
        while (!places.containsKey(at) && at.contains("/")) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        return Stream.ofNullable(places.get(at));
    }
}
