package io.httpconnector;

import java.util.List;

/**
 * Thrown when a definition is invalid, such as that of a connection, a request or a template. It is thrown while the object is
 * built, before anything is sent, and lists all problems at once.
 */
public class InvalidDefinitionException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /**
     * Creates an exception; for code that validates definitions, such as custom auth strategies.
     *
     * @param what the invalid object, such as {@code connection "Jira"}
     * @param problems one sentence for each problem: what is invalid, where, and how to fix it
     */
    public InvalidDefinitionException(String what, List<String> problems) {
        super("Invalid " + what + ":\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * Creates an exception with one problem.
     *
     * @param what the invalid object, such as {@code connection "Jira"}
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
