package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/** An internal signal that a value or argument is invalid. Carries the message of the problem, and never leaves the package. */
final class ValueRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TemplateProblem.Code code;
    private final @Nullable String nearest;

    ValueRejectedException(TemplateProblem.Code code, String message) {
        this(code, message, null);
    }

    ValueRejectedException(TemplateProblem.Code code, String message, @Nullable String nearest) {
        super(message, null, false, false);
        this.code = code;
        this.nearest = nearest;
    }

    TemplateProblem toProblem(SourceLocation location, @Nullable String pill) {
        return TemplateProblem.of(location, code, pill, String.valueOf(getMessage()))
                .withSuggestion(nearest);
    }
}
