package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the braces of a pill, compiled: a path and filters. {@code slot} is the {@code $each} whose element the
 * path begins with, or -1 when it begins with a step of the job.
 */
record Expression(String text, SourceLocation spot, PillPath path, int slot, List<FilterStep> filters, ValueType type) {

    /** One filter: its name, and either what it makes of a value or what it does without one. */
    record FilterStep(
            String name,
            Filters.@Nullable FilterDefinition takes,
            Filters.@Nullable Filter filter,
            @Nullable MissingValuePolicy absence) {}

    /** The value, or null when it is to be left out; throws a {@link ValueRejectedException} when there is none. */
    @Nullable JsonNode evaluate(RenderContext scope) {
        JsonNode value = evaluateOrMissing(scope);
        if (value == null) {
            throw missing(scope);
        }
        return value.isMissingNode() ? null : value;
    }

    /** The value, or null when there is none, for whatever reason. */
    @Nullable JsonNode evaluateOrNull(RenderContext scope) {
        JsonNode value = evaluateOrMissing(scope);
        return value == null || value.isMissingNode() ? null : value;
    }

    /** The value, a missing node when it is to be left out, or null when there is none. */
    private @Nullable JsonNode evaluateOrMissing(RenderContext scope) {
        JsonNode value = resolve(scope);
        for (int i = 0; i < filters.size(); i++) {
            FilterStep step = filters.get(i);
            if (step.absence != null) {
                value = step.absence.covers(value) ? step.absence.apply(value) : value;
                if (value != null && value.isMissingNode()) {
                    return value;
                }
            } else if (value != null && !value.isNull()) {
                value = apply(step, value);
            }
        }
        return value;
    }

    private @Nullable JsonNode resolve(RenderContext scope) {
        JsonNode value = slot < 0 ? path.resolve(scope.root()) : path.resolve(scope.element(slot), 1);
        return value == null || value.isMissingNode() ? null : value;
    }

    @SuppressWarnings("NullAway") // a step without absence has both
    private static @Nullable JsonNode apply(FilterStep step, JsonNode value) {
        if (!step.takes.takes(ValueType.of(value))) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase() + ", which the filter " + step.name + " can't take");
        }
        return step.filter.apply(value);
    }

    private ValueRejectedException missing(RenderContext scope) {
        if (resolve(scope) != null) {
            return new ValueRejectedException(
                    Code.MISSING, "has no value after its filters: add | default(...) or | omit");
        }
        return slot < 0 ? path.missing(scope.root(), 0) : path.missing(scope.element(slot), 1);
    }

    /** The value, or null when it is to be left out; refuses null, which has no text. */
    @Nullable JsonNode evaluatePresent(RenderContext scope) {
        JsonNode value = evaluate(scope);
        if (value != null && value.isNull()) {
            throw new ValueRejectedException(
                    Code.NULL, "is null, and no text: add | default('', null) or | omit(null)");
        }
        return value;
    }

    boolean canOmit() {
        return filters.stream().anyMatch(step -> isAbsence(step, MissingValuePolicy.OnMissing.OMIT));
    }

    /** Whether rendering fails when there is no value. */
    boolean isRequired() {
        return filters.stream()
                .noneMatch(
                        step -> step.absence != null && step.absence.kind() != MissingValuePolicy.OnMissing.REQUIRED);
    }

    boolean makesNull() {
        return filters.stream().anyMatch(step -> isAbsence(step, MissingValuePolicy.OnMissing.NULL));
    }

    /** Whether it may be several segments of a path. */
    boolean keepsSlashes() {
        return filters.stream().anyMatch(step -> step.name().equals("path"));
    }

    private static boolean isAbsence(FilterStep step, MissingValuePolicy.OnMissing kind) {
        return step.absence != null && step.absence.kind() == kind;
    }

    TemplateProblem problem(Code code, String message) {
        return TemplateProblem.of(spot, code, text, message);
    }

    TemplateProblem problem(ValueRejectedException refusal) {
        return refusal.at(spot, text);
    }
}
