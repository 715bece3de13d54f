package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A policy for missing values: one of the filters {@code default}, {@code omit}, {@code null}, {@code required}. */
record MissingValuePolicy(
        Action action, MissingLevel level, @Nullable Operand defaultValue) {

    /** The names of these filters: the actions in lower case. */
    static final List<String> NAMES = Stream.of(Action.values())
            .map(action -> action.name().toLowerCase(Locale.ROOT))
            .toList();

    enum Action {
        DEFAULT,
        OMIT,
        NULL,
        REQUIRED
    }

    /** The values that are treated as missing; each level includes those before it. */
    enum MissingLevel {
        MISSING,
        NULL,
        EMPTY
    }

    static MissingValuePolicy of(FilterArguments arguments) {
        Action kind = Action.valueOf(arguments.filter().toUpperCase(Locale.ROOT));
        if (kind == Action.REQUIRED) {
            arguments.requireAtMost(0);
            return new MissingValuePolicy(kind, MissingLevel.EMPTY, null);
        }
        int values = kind == Action.DEFAULT ? 1 : 0;
        arguments.requireAtMost(values + 1);
        Operand instead = kind == Action.DEFAULT
                ? Operand.literalOrExpression(arguments, 0, "the default value, such as default('none')")
                : null;
        return new MissingValuePolicy(kind, level(arguments, values), instead);
    }

    private static MissingLevel level(FilterArguments arguments, int index) {
        if (arguments.list().size() <= index) {
            return MissingLevel.MISSING;
        }
        JsonNode argument = arguments.list().get(index).literal();
        if (argument.isNull()) {
            return MissingLevel.NULL;
        }
        if ("empty".equals(arguments.word(index))) {
            return MissingLevel.EMPTY;
        }
        throw arguments.problem(
                "the last argument can be null (also applies to null values) or empty (also applies to empty values)");
    }

    boolean appliesTo(@Nullable JsonNode value) {
        if (value == null) {
            return true;
        }
        if (value.isNull()) {
            return level != MissingLevel.MISSING;
        }
        return level == MissingLevel.EMPTY && isEmpty(value);
    }

    static boolean isEmpty(JsonNode value) {
        return value.isContainerNode()
                ? value.isEmpty()
                : value.isTextual() && value.textValue().isEmpty();
    }

    /**
     * Returns the replacement of a value that the policy applies to: a missing node if it is omitted, null if it is still
     * missing.
     *
     * @param root has the values of the job by their steps
     */
    @Nullable JsonNode apply(@Nullable JsonNode value, JsonNode root) {
        return switch (action) {
            case DEFAULT -> defaultValue == null ? null : defaultValue.in(root);
            case OMIT -> MissingNode.getInstance();
            case NULL -> NullNode.getInstance();
            case REQUIRED -> {
                if (value == null) {
                    yield null;
                }
                throw value.isNull()
                        ? new ValueRejectedException(Code.NULL, "is required, but null")
                        : new ValueRejectedException(Code.EMPTY, "is required, but empty");
            }
        };
    }
}
