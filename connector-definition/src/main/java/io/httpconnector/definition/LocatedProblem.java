package io.httpconnector.definition;

import io.httpconnector.definition.internal.DocumentParser;
import io.httpconnector.definition.internal.DocumentParser.Place;
import io.httpconnector.definition.internal.PointerSources;
import java.util.Map;

/**
 * A problem of a document, with the JSON Pointer at which it is reported. Immutable.
 *
 * @param pointer the JSON Pointer; empty if the problem names none
 * @param rest the place within the text of a template, and the message
 */
record LocatedProblem(String pointer, String rest) {

    /** Splits a problem that begins with a JSON Pointer. */
    static LocatedProblem of(String problem) {
        int colon = problem.startsWith("/") ? problem.indexOf(": ") : -1;
        if (colon < 0) {
            return new LocatedProblem("", problem);
        }
        // A problem in a template also names its place within the text.
        int end = Math.min(colon, problem.indexOf(' '));
        String rest = problem.substring(end);
        // Not read as a reference, because a JSON body may have such a member.
        boolean isReference = problem.substring(0, end).endsWith("/$ref") && rest.startsWith(": unknown member");
        return new LocatedProblem(
                problem.substring(0, end),
                isReference
                        ? ": a reference begins with \"#/\", such as #/definitions/page: files and URLs are not read"
                        : rest);
    }

    /** Returns the problem at the source of its value. */
    LocatedProblem from(PointerSources sources) {
        return pointer.isEmpty() ? this : new LocatedProblem(sources.of(pointer), rest);
    }

    /** Returns the text of the problem, with line and column if they are known. */
    String at(Map<String, Place> places) {
        return pointer
                + (pointer.isEmpty()
                        ? ""
                        : DocumentParser.nearest(places, pointer)
                                .map(place -> " (" + place + ")")
                                .findFirst()
                                .orElse(""))
                + rest;
    }
}
