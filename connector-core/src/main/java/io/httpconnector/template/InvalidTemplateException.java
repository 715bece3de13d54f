package io.httpconnector.template;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;

/** A template is described wrongly. Thrown when it is built, and lists every problem at once. */
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
     * The problems, in the order of the template.
     *
     * @return for each its kind, its place and its pill; the same as {@link #problems()}, for programs
     */
    public List<TemplateProblem> details() {
        return details;
    }
}
