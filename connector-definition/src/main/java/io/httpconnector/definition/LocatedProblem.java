package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.Place;
import io.httpconnector.definition.internal.PointerSources;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A problem of a document, with the JSON Pointer at which it is reported. Immutable.
 *
 * @param pointer the JSON Pointer; empty if the problem names none
 * @param rest the place within the text of a template, and the message
 */
record LocatedProblem(String pointer, String rest) {

    /** Begins the messages about the name of a member, not its value. */
    private static final List<String> OF_NAMES = List.of(": unknown member", ": the name is invalid");

    /**
     * Splits a problem that may begin with a JSON Pointer.
     *
     * @param json the document, in which names with spaces and colons are found
     */
    static LocatedProblem of(String problem, JsonNode json) {
        int colon = problem.startsWith("/") ? problem.indexOf(": ") : -1;
        if (colon < 0) {
            return new LocatedProblem("", problem);
        }
        int end = endOfPointer(problem, endOfValue(problem, json));
        String rest = problem.substring(end);
        // Not read as a reference, because a JSON body may have such a member.
        boolean isReference = problem.substring(0, end).endsWith("/$ref") && rest.startsWith(": unknown member");
        return new LocatedProblem(
                problem.substring(0, end),
                isReference
                        ? ": a reference begins with \"#/\", such as #/definitions/page: files and URLs are not read"
                        : rest);
    }

    /** Returns the end of the longest pointer to a value that exists. */
    private static int endOfValue(String problem, JsonNode json) {
        int end = 0;
        for (int i = 1; i < problem.length(); i++) {
            boolean isEnd = problem.charAt(i) == '/' || problem.charAt(i) == ' ' || problem.startsWith(": ", i);
            if (isEnd && !json.at(problem.substring(0, i)).isMissingNode()) {
                end = i;
            }
        }
        return end;
    }

    /** Returns the end of the pointer, which may continue with a member that does not exist. */
    private static int endOfPointer(String problem, int from) {
        if (from > 0 && problem.charAt(from) != '/') {
            return from;
        }
        // A problem in a template also names its place within the text.
        int colon = problem.indexOf(": ", from);
        int space = problem.indexOf(' ', from);
        return colon < 0 ? space : Math.min(colon, space);
    }

    /** Returns the problem at the source of its value. */
    LocatedProblem from(PointerSources sources) {
        return pointer.isEmpty() ? this : new LocatedProblem(sources.of(pointer), rest);
    }

    /**
     * Returns the text of the problem, with line and column if they are known.
     *
     * @param places the places of members and elements
     * @param values the places of texts, numbers and other values that contain no values
     */
    String at(Map<String, Place> places, Map<String, Place> values) {
        if (pointer.isEmpty()) {
            return rest;
        }
        Place value = OF_NAMES.stream().anyMatch(rest::startsWith) ? null : values.get(pointer);
        String place = Stream.ofNullable(value)
                .findFirst()
                .or(() -> DocumentParser.nearest(places, pointer).findFirst())
                .map(at -> " (" + at + ")")
                .orElse("");
        return pointer + place + rest;
    }
}
