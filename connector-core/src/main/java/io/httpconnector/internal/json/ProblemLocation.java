package io.httpconnector.internal.json;

import java.util.Arrays;
import java.util.List;

/**
 * The location of a problem of a JSON document, which starts with a JSON Pointer (RFC 6901).
 *
 * @param segments the names of the members from the root of the document; empty if the problem has no location
 * @param rest the problem from the end of the pointer on
 */
public record ProblemLocation(List<String> segments, String rest) {

    /** Creates a location. */
    public ProblemLocation {
        segments = List.copyOf(segments);
    }

    /**
     * Separates a problem from its location.
     *
     * @param problem the problem, such as {@code /connection/baseUrl: it is missing}, also with a line
     * @return the location and the rest
     */
    public static ProblemLocation of(String problem) {
        if (!problem.startsWith("/")) {
            return new ProblemLocation(List.of(), problem);
        }
        int end = end(problem, ": ");
        end = Math.min(end, end(problem, " (line "));
        List<String> segments = Arrays.stream(problem.substring(1, end).split("/", -1))
                .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
                .toList();
        return new ProblemLocation(segments, problem.substring(end));
    }

    private static int end(String problem, String separator) {
        int end = problem.indexOf(separator);
        return end < 0 ? problem.length() : end;
    }
}
