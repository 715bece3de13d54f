package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.FilterArguments.ComputedValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that a filter uses in addition to its own: a literal, the path of another value, or in parentheses a path with filters.
 * Immutable.
 */
record Operand(
        @Nullable JsonNode literal,
        @Nullable PillPath path,
        @Nullable ComputedValue expression) {

    /** Returns an argument that can be any kind of operand; {@code description} completes the message if there is none. */
    static Operand of(FilterArguments arguments, int index, String description) {
        ComputedValue expression = arguments.expression(index);
        if (expression != null) {
            return new Operand(null, null, expression);
        }
        return arguments.word(index) == null
                ? new Operand(arguments.literal(index, description), null, null)
                : new Operand(null, arguments.path(index), null);
    }

    /** Returns an argument that can be a literal, or in parentheses a path with filters, but no word without quotes. */
    static Operand literalOrExpression(FilterArguments arguments, int index, String description) {
        return arguments.expression(index) == null
                ? new Operand(arguments.literal(index, description), null, null)
                : of(arguments, index, description);
    }

    /** Returns null if there is no value, or if the value of a path or an expression is null. */
    @Nullable JsonNode in(JsonNode root) {
        if (literal != null) {
            return literal;
        }
        JsonNode found = expression != null ? expression.in(root) : path == null ? null : path.resolve(root);
        return found == null || found.isMissingNode() || found.isNull() ? null : found;
    }

    /** Returns the paths of all values that it uses. */
    List<PillPath> paths() {
        if (expression != null) {
            return expression.paths();
        }
        return path == null ? List.of() : List.of(path);
    }
}
