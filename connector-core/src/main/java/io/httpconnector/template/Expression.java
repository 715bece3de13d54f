package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled content of a pill: a path and filters. {@code slot} is the nesting level of the {@code $each} whose element
 * the path begins with, or -1 if the path begins with a step of the job.
 */
record Expression(
        String text, SourceLocation location, PillPath path, int slot, List<FilterStep> filters, ValueType type)
        implements FilterArguments.ComputedValue {

    /** One filter: its name, and either its conversion of a value or its policy for a missing value. */
    record FilterStep(
            String name,
            Filters.@Nullable FilterDefinition definition,
            Filters.@Nullable Filter filter,
            @Nullable MissingValuePolicy missingValuePolicy) {

        /** The paths of the other values that it uses. */
        List<PillPath> operands() {
            if (filter != null) {
                return filter.operands();
            }
            return missingValuePolicy == null || missingValuePolicy.defaultValue() == null
                    ? List.of()
                    : missingValuePolicy.defaultValue().paths();
        }
    }

    /** Evaluates the pill. Returns null if the value is omitted; throws a {@link ValueRejectedException} if it is missing. */
    @Nullable JsonNode evaluate(RenderContext context) {
        JsonNode value = evaluateOrMissing(context);
        if (value == null) {
            throw missing(context);
        }
        return value.isMissingNode() ? null : value;
    }

    @Override
    public @Nullable JsonNode in(JsonNode root) {
        return evaluateOrNull(new RenderContext(root, 0));
    }

    @Override
    public List<PillPath> paths() {
        List<PillPath> paths = new ArrayList<>(List.of(path));
        operands().forEach(other -> paths.add(other.path()));
        return paths;
    }

    /** Evaluates the pill. Returns null if the value is missing or omitted. */
    @Nullable JsonNode evaluateOrNull(RenderContext context) {
        JsonNode value = evaluateOrMissing(context);
        return value == null || value.isMissingNode() ? null : value;
    }

    /** Evaluates the pill. Returns a missing node if the value is omitted, and null if it is missing. */
    private @Nullable JsonNode evaluateOrMissing(RenderContext context) {
        JsonNode value = resolve(context);
        for (int i = 0; i < filters.size(); i++) {
            FilterStep step = filters.get(i);
            if (step.missingValuePolicy != null) {
                value = step.missingValuePolicy.appliesTo(value)
                        ? step.missingValuePolicy.apply(value, context.root())
                        : value;
                if (value != null && value.isMissingNode()) {
                    return value;
                }
            } else if (value != null && !value.isNull()) {
                value = apply(step, value, context);
            }
        }
        return value;
    }

    private @Nullable JsonNode resolve(RenderContext context) {
        JsonNode value = slot < 0 ? path.resolve(context.root()) : path.resolve(context.element(slot), 1);
        return value == null || value.isMissingNode() ? null : value;
    }

    @SuppressWarnings("NullAway") // a step without a missing-value policy has both
    private static @Nullable JsonNode apply(FilterStep step, JsonNode value, RenderContext context) {
        if (!step.definition.accepts(ValueType.of(value))) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase() + ", which the filter " + step.name + " does not accept");
        }
        return step.filter.apply(value, context.root());
    }

    private ValueRejectedException missing(RenderContext context) {
        if (resolve(context) != null) {
            return new ValueRejectedException(
                    Code.MISSING, "has no value after its filters: add | default(...) or | omit");
        }
        return slot < 0 ? path.missing(context.root(), 0) : path.missing(context.element(slot), 1);
    }

    /** Evaluates the pill in a text. Returns null if the value is omitted; rejects null, which has no text form. */
    @Nullable JsonNode evaluatePresent(RenderContext context) {
        JsonNode value = evaluate(context);
        if (value != null && value.isNull()) {
            throw new ValueRejectedException(
                    Code.NULL, "is null, which has no text form: add | default('', null) or | omit(null)");
        }
        return value;
    }

    boolean canOmit() {
        return filters.stream().anyMatch(step -> hasPolicy(step, MissingValuePolicy.Action.OMIT));
    }

    /** Whether rendering fails if the value is missing. */
    boolean isRequired() {
        return filters.stream()
                .noneMatch(step -> step.missingValuePolicy != null
                        && step.missingValuePolicy.action() != MissingValuePolicy.Action.REQUIRED);
    }

    boolean canBeNull() {
        return filters.stream().anyMatch(step -> hasPolicy(step, MissingValuePolicy.Action.NULL));
    }

    /** Whether the value may consist of several path segments. */
    boolean keepsSlashes() {
        return filters.stream().anyMatch(step -> step.definition != null && step.definition.keepsSlashes());
    }

    /** The other values that the filters use: each a pill with the policies for missing values of this one. */
    List<Expression> operands() {
        List<FilterStep> policies =
                filters.stream().filter(step -> step.missingValuePolicy != null).toList();
        List<Expression> operands = new ArrayList<>();
        for (FilterStep step : filters) {
            List<PillPath> paths = step.operands();
            paths.forEach(
                    other -> operands.add(new Expression(other.text(), location, other, -1, policies, ValueType.ANY)));
        }
        return operands;
    }

    private static boolean hasPolicy(FilterStep step, MissingValuePolicy.Action kind) {
        return step.missingValuePolicy != null && step.missingValuePolicy.action() == kind;
    }

    TemplateProblem problem(Code code, String message) {
        return TemplateProblem.of(location, code, text, message);
    }

    TemplateProblem problem(ValueRejectedException rejection) {
        return rejection.toProblem(location, text);
    }
}
