package io.httpconnector.template;

import org.jspecify.annotations.Nullable;

/** A value, or an argument, can't be used: carries what the problem says, and never leaves the package. */
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

    TemplateProblem at(SourceLocation spot, @Nullable String pill) {
        return TemplateProblem.of(spot, code, pill, String.valueOf(getMessage()))
                .nearest(nearest);
    }
}
