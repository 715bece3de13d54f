package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Evaluates constant expressions of Jinja. */
final class JinjaConstants {

    private JinjaConstants() {}

    /** A constant. */
    record Constant(@Nullable Object value) {}

    /** Returns an argument that must be constant: a pill has no place for another one. */
    static <T> T argument(List<Jinja> arguments, int index, Class<T> type) {
        Object value = index < arguments.size() ? JinjaParser.constant(arguments.get(index)) : null;
        if (!type.isInstance(value)) {
            throw new UnsupportedException("an argument that is not constant");
        }
        return type.cast(value);
    }

    /** Returns a constant as text. */
    static String written(Constant constant) {
        return constant.value() == null ? "" : String.valueOf(constant.value());
    }

    /** Returns whether a condition with this value holds. */
    static boolean isTrue(@Nullable Object value) {
        return value != null
                && !Boolean.FALSE.equals(value)
                && !"".equals(value)
                && !(value instanceof Number number && number.doubleValue() == 0);
    }

    /** Returns a value as it is written as the argument of a filter. */
    static String quoted(@Nullable Object value) {
        return value instanceof String text
                ? "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
                : String.valueOf(value);
    }

    /** Applies a filter to a constant. */
    static Object filtered(Constant constant, Filtered filtered) {
        String text = written(constant);
        return switch (filtered.filter()) {
            case "string", "trim" -> new Constant(text.strip());
            case "lower" -> new Constant(text.toLowerCase(Locale.ROOT));
            case "upper" -> new Constant(text.toUpperCase(Locale.ROOT));
            case "int" -> new Constant(text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0L);
            default -> throw new UnsupportedException("the filter " + filtered.filter());
        };
    }

    /** Adds or subtracts numbers, or joins texts. */
    static Constant sum(Constant left, String operator, Constant right) {
        if (left.value() instanceof Long one && right.value() instanceof Long other) {
            return new Constant(operator.equals("+") ? one + other : one - other);
        }
        return new Constant(written(left) + written(right));
    }
}
