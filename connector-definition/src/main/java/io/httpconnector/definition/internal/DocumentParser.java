package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.LosslessTreeDeserializer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of a connector document, JSON or YAML 1.2 with its core schema, and records the line and column of each value. Rejects what a tree would
 * hide: repeated members, aliases and further documents. Thread-safe.
 */
public final class DocumentParser {

    private static final JsonFactory JSON = new JsonFactory();

    private static final YAMLFactory YAML_EVENTS = new CoreSchemaYaml.Factory();

    private static final YAMLFactory YAML_TEXTS = new CoreSchemaYaml.Factory(true);

    /** The start of the tags of YAML itself, and those of the core schema. */
    private static final String YAML_TAG = "tag:yaml.org,2002:";

    private static final Set<String> CORE_TAGS = Set.of("str", "int", "float", "bool", "null", "map", "seq", "binary");

    private static final YAMLMapper YAML = YAMLMapper.builder(new CoreSchemaYaml.Factory())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final ObjectReader LENIENT_YAML = YAML.reader();

    private static final ObjectReader STRICT_YAML = LENIENT_YAML.with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

    /** The start of an object in the flow style of YAML, whose first name has no quotes. */
    private static final Pattern FLOW = Pattern.compile("\\s*\\{\\s*[A-Za-z][\\w.-]*:\\s");

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** More mistakes in the syntax are not worth reading at once. */
    private static final int MAX_REPAIRS = 20;

    private DocumentParser() {}

    /**
     * A parsed text.
     *
     * @param tree the whole document
     * @param text the text; if its syntax has mistakes, without them
     * @param problems the mistakes, and what the tree hides; each with its line and column
     */
    public record ParsedDocument(JsonNode tree, String text, List<String> problems) {

        /** Returns the line and column of each member and element by JSON Pointer. */
        public Map<String, Place> places() {
            return DocumentParser.places(text, true);
        }

        /** Returns the line and column of each text, number or other value that contains no values, by JSON Pointer. */
        public Map<String, Place> valuePlaces() {
            return DocumentParser.places(text, false);
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
     * Parses a text. One that begins with a brace is JSON, unless its first name has no quotes.
     *
     * @throws InvalidDefinitionException if it has a mistake, or members are repeated; reports all problems that {@link #read} finds
     */
    public static ParsedDocument parse(String text) {
        ParsedDocument parsed = read(text);
        if (!parsed.problems().isEmpty()) {
            throw invalid(parsed.problems());
        }
        return parsed;
    }

    /**
     * Reads a text of which other problems are reported, too. Mistakes that can be guessed are corrected, so that they hide no other.
     *
     * @throws InvalidDefinitionException if the syntax has a mistake that hides what follows; reports all problems until there
     */
    public static ParsedDocument read(String original) {
        return read(original, false);
    }

    /**
     * Reads a text whose values are texts as they are written, such as {@code 1.10}, whatever their type is; null stays null.
     *
     * @throws InvalidDefinitionException as for {@link #read}
     */
    public static ParsedDocument readTexts(String original) {
        return read(original, true);
    }

    private static ParsedDocument read(String original, boolean areTexts) {
        String text = original.startsWith(BYTE_ORDER_MARK) ? original.substring(1) : original;
        boolean isJson = factory(text) == JSON;
        List<String> problems = new ArrayList<>();
        while (true) {
            try {
                JsonNode tree = areTexts ? texts(text, problems) : isJson ? json(text, problems) : yaml(text, problems);
                if (tree.isNull() || tree.isMissingNode()) {
                    throw invalid(List.of("the document is empty"));
                }
                reportBinary(tree, "", problems);
                return new ParsedDocument(tree, text, problems);
            } catch (JsonProcessingException e) {
                SyntaxProblem problem = SyntaxProblem.of(e, text, isJson);
                problems.add(problem.in(text));
                if (problem.repaired() == null || problems.size() >= MAX_REPAIRS) {
                    reportHidden(text, problems);
                    throw invalid(problems);
                }
                text = problem.repaired();
            } catch (IOException e) {
                throw invalid(List.of(String.valueOf(e.getMessage())));
            }
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
        return text.stripLeading().startsWith("{") && !FLOW.matcher(text).lookingAt() ? JSON : YAML_EVENTS;
    }

    private static JsonNode json(String text, List<String> problems) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            JsonNode tree = LosslessTreeDeserializer.read(parser, JsonNodeFactory.instance);
            reportMore(parser, problems);
            reportHidden(text, problems);
            return tree;
        }
    }

    private static JsonNode texts(String text, List<String> problems) throws IOException {
        JsonFactory factory = factory(text) == JSON ? JSON : YAML_TEXTS;
        try (JsonParser parser = factory.createParser(text)) {
            JsonNode tree = parser.nextToken() == null ? JsonNodeFactory.instance.nullNode() : texts(parser);
            reportMore(parser, problems);
            reportHidden(text, problems);
            return tree;
        }
    }

    /** Reads the value at the current token. */
    private static JsonNode texts(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                object.set(name, texts(parser));
            }
            return object;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                array.add(texts(parser));
            }
            return array;
        }
        return switch (parser.currentToken()) {
            case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
            case VALUE_EMBEDDED_OBJECT -> JsonNodeFactory.instance.binaryNode(parser.getBinaryValue());
            default -> JsonNodeFactory.instance.textNode(parser.getText());
        };
    }

    private static JsonNode yaml(String text, List<String> problems) throws IOException {
        try {
            JsonNode tree = yaml(STRICT_YAML, text, problems);
            if (text.contains("*") || text.contains("!") || YamlSyntax.hasHint(text)) {
                reportHidden(text, problems);
            }
            return tree;
        } catch (JsonParseException e) {
            if (!String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field")) {
                throw e;
            }
            JsonNode tree = yaml(LENIENT_YAML, text, problems);
            reportHidden(text, problems);
            return tree;
        }
    }

    private static JsonNode yaml(ObjectReader reader, String text, List<String> problems) throws IOException {
        try (JsonParser parser = reader.createParser(text)) {
            JsonNode tree = reader.readTree(parser);
            if (tree == null) {
                return JsonNodeFactory.instance.nullNode();
            }
            reportMore(parser, problems);
            return tree;
        }
    }

    private static void reportMore(JsonParser parser, List<String> problems) throws IOException {
        if (parser.nextToken() != null) {
            problems.add(place(parser.currentTokenLocation()) + ": a second document begins: a file has one document");
        }
    }

    /** Reports what the tree would hide, up to the first mistake in the syntax: repeated members and aliases. */
    private static void reportHidden(String text, List<String> problems) {
        Deque<Set<String>> names = new ArrayDeque<>();
        try (JsonParser parser = factory(text).createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    names.push(new HashSet<>());
                } else if (token == JsonToken.END_OBJECT) {
                    names.pop();
                } else if (token == JsonToken.FIELD_NAME && !names.element().add(parser.currentName())) {
                    problems.add(located(parser) + ": it appears twice: remove one of them");
                }
                if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                    problems.add(located(parser)
                            + ": it is a YAML alias: use {\"$ref\": \"#/...\"} instead; a text that begins with * must be in"
                            + " quotes");
                }
                // At a name, the parser returns the tag of the object.
                if (parser instanceof YAMLParser yaml && token != JsonToken.FIELD_NAME && isUnknown(yaml.getTypeId())) {
                    problems.add(located(parser) + ": it has an unknown YAML tag: remove the word that begins with !");
                }
                if (parser instanceof YAMLParser && token == JsonToken.FIELD_NAME) {
                    String hint = YamlSyntax.hint(parser.currentName());
                    if (!hint.isEmpty()) {
                        problems.add(place(parser.currentTokenLocation()) + ": " + hint);
                    }
                }
            }
        } catch (IOException e) {
            // Reported already.
        }
    }

    private static boolean isUnknown(@Nullable String tag) {
        return tag != null
                && !tag.isEmpty()
                && !(tag.startsWith(YAML_TAG) && CORE_TAGS.contains(tag.substring(YAML_TAG.length())));
    }

    private static String located(JsonParser parser) {
        return parser.getParsingContext().pathAsPointer() + " (" + place(parser.currentTokenLocation()) + ")";
    }

    private static Place place(JsonLocation at) {
        return new Place(at.getLineNr(), at.getColumnNr());
    }

    /** Records the place of each member and element, or else of each value that contains none. */
    private static Map<String, Place> places(String text, boolean areNames) {
        Map<String, Place> places = new HashMap<>();
        try (JsonParser parser = factory(text).createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Place place = place(parser.currentTokenLocation());
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                if (token.isStructStart() && areNames) {
                    // The context of an object or list begins at the member or element of its holder.
                    places.putIfAbsent(holder(parser), place);
                } else if (token == JsonToken.FIELD_NAME && areNames) {
                    places.put(pointer, place);
                } else if (token.isScalarValue()) {
                    places.putIfAbsent(pointer, place);
                }
            }
        } catch (IOException e) {
            // What follows after the document.
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
