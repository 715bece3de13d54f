package io.httpconnector;

import java.util.List;

/**
 * Something was described wrongly: a connection, a request, a template. Thrown when it is built, before anything is sent,
 * and lists every problem at once.
 */
public class InvalidDefinitionException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * For code that validates definitions, such as custom auth strategies.
     *
     * @param what what is invalid, such as {@code connection "Jira"}
     * @param problems one sentence for each problem: what was wrong, where, and what to do
     */
    public InvalidDefinitionException(String what, List<String> problems) {
        super("Invalid " + what + ":\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * An exception with one problem.
     *
     * @param what what is invalid, such as {@code connection "Jira"}
     * @param problem the problem, and how to fix it
     */
    public InvalidDefinitionException(String what, String problem) {
        super("Invalid " + what + ": " + problem);
        this.problems = List.of(problem);
    }

    /**
     * Returns the problems, in the order in which they were found.
     *
     * @return one sentence for each problem, at least one
     */
    public List<String> problems() {
        return problems;
    }
}
