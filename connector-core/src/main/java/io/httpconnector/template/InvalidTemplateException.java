package io.httpconnector.template;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;

/** Thrown when a template is built from an invalid definition. Lists all problems. */
public final class InvalidTemplateException extends InvalidDefinitionException {

    private static final long serialVersionUID = 1L;

    private final transient List<TemplateProblem> details;

    InvalidTemplateException(String template, List<TemplateProblem> details) {
        super(
                "template \"" + template + "\"",
                details.stream().map(TemplateProblem::toString).toList());
        this.details = List.copyOf(details);
    }

    /**
     * Returns the problems, in the order of the template.
     *
     * @return the code, location and pill of each problem; the machine-readable form of {@link #problems()}
     */
    public List<TemplateProblem> details() {
        return details;
    }
}
