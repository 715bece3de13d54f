package io.httpconnector.template;

import io.httpconnector.ConnectorException;
import java.util.List;
import java.util.stream.Collectors;

/** Thrown if a template can't be rendered because values are missing or invalid. Nothing was sent. */
public final class RenderException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient List<TemplateProblem> details;

    RenderException(String template, List<TemplateProblem> details) {
        super("Template \"" + template + "\" can't be rendered:\n  - "
                + details.stream().map(TemplateProblem::toString).collect(Collectors.joining("\n  - ")));
        this.details = List.copyOf(details);
    }

    /**
     * Returns the problems, in the order of URL, query, headers and body.
     *
     * @return one sentence each: location, pill, problem, and the most similar existing name; never a value
     */
    public List<String> problems() {
        return details.stream().map(TemplateProblem::toString).toList();
    }

    /**
     * Returns the same problems in machine-readable form.
     *
     * @return the code, location and pill of each problem
     */
    public List<TemplateProblem> details() {
        return details;
    }
}
