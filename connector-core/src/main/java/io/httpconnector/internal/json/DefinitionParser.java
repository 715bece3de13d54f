package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A strict parser of the text of a definition: a member that an object has twice is an error, because a tree would keep only
 * one of the values. Every definition that is read from text, a stream or a file is parsed here. Thread-safe.
 */
public final class DefinitionParser {

    private static final JsonFactory FACTORY = new JsonFactory();

    private DefinitionParser() {}

    /**
     * Parses a definition.
     *
     * @param what the kind of document for the error message, such as {@code saved request}
     * @param text one JSON value
     * @return the tree, whose numbers are written as they were read
     * @throws InvalidDefinitionException if the text is not one JSON value, with line and column; or if members are repeated,
     *     with the JSON Pointer of each
     */
    public static JsonNode parse(String what, String text) {
        JsonNode tree;
        List<String> problems;
        try {
            tree = JsonSupport.parse(text);
            problems = repeatedMembers(text);
        } catch (InvalidDefinitionException e) {
            throw text.stripLeading().startsWith("<")
                    ? new InvalidDefinitionException(what, "it is XML or HTML: expected JSON with a " + what)
                    : new InvalidDefinitionException(what, e.problems());
        } catch (IOException e) {
            throw new InvalidDefinitionException(what, List.of(String.valueOf(e.getMessage())));
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException(what, problems);
        }
        return tree;
    }

    /**
     * Finds the members that an object has more than once.
     *
     * @param text one JSON value
     * @return a problem for each repetition, beginning with its JSON Pointer
     * @throws IOException if the text is not JSON
     */
    public static List<String> repeatedMembers(String text) throws IOException {
        return repeatedMembers(FACTORY, text);
    }

    /**
     * Finds the members that an object of a JSON or YAML text has more than once.
     *
     * @param format creates the parser
     * @param text the text
     * @return a problem for each repetition, beginning with its JSON Pointer
     * @throws IOException if the text is malformed
     */
    public static List<String> repeatedMembers(JsonFactory format, String text) throws IOException {
        List<String> problems = new ArrayList<>();
        Deque<Set<String>> names = new ArrayDeque<>();
        try (JsonParser parser = format.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    names.push(new HashSet<>());
                } else if (token == JsonToken.END_OBJECT) {
                    names.pop();
                } else if (token == JsonToken.FIELD_NAME && !names.element().add(parser.currentName())) {
                    JsonLocation at = parser.currentTokenLocation();
                    problems.add(parser.getParsingContext().pathAsPointer() + ": it appears twice, again in line "
                            + at.getLineNr() + ", column " + at.getColumnNr() + ": remove one of them");
                }
            }
        }
        return problems;
    }
}
