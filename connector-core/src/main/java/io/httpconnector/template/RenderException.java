package io.httpconnector.template;

import io.httpconnector.ConnectorException;
import java.util.List;

/** A template can't be rendered, because values are missing or don't fit where they are put. Nothing was sent. */
public final class RenderException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    RenderException(String template, List<String> problems) {
        super("Template \"" + template + "\" can't be rendered:\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * The problems, in the order of the template.
     *
     * @return one sentence for each: where, which pill, what is missing, and the nearest name that exists; never a value
     */
    public List<String> problems() {
        return problems;
    }
}
