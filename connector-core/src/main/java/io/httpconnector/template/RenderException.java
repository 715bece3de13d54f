package io.httpconnector.template;

import io.httpconnector.ConnectorException;
import java.util.List;
import java.util.stream.Collectors;

/** A template can't be rendered, because values are missing or don't fit where they are put. Nothing was sent. */
public final class RenderException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient List<TemplateProblem> details;

    RenderException(String template, List<TemplateProblem> details) {
        super("Template \"" + template + "\" can't be rendered:\n  - "
                + details.stream().map(TemplateProblem::toString).collect(Collectors.joining("\n  - ")));
        this.details = List.copyOf(details);
    }

    /**
     * The problems, in the order of URL, query, headers and body.
     *
     * @return one sentence for each: where, which pill, what is missing, and the nearest name that exists; never a value
     */
    public List<String> problems() {
        return details.stream().map(TemplateProblem::toString).toList();
    }

    /**
     * The same problems, for programs.
     *
     * @return for each its kind, its place and its pill
     */
    public List<TemplateProblem> details() {
        return details;
    }
}
