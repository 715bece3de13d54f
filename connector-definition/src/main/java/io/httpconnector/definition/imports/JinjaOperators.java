package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Translates operators of Jinja that join texts, or calculate. Not thread-safe. */
final class JinjaOperators {

    private final JinjaPills pills;

    /** Creates a translation, in which the values are translated by {@code pills}. */
    JinjaOperators(JinjaPills pills) {
        this.pills = pills;
    }

    /** Returns whether an operator joins texts. */
    static boolean isConcatenation(Binary binary) {
        return binary.operator().equals("~") || isTextSum(binary);
    }

    /** Returns the parts of a concatenation; another expression as the only part. */
    static List<Jinja> parts(Jinja concatenation) {
        if (!(concatenation instanceof Binary binary && isConcatenation(binary))) {
            return List.of(concatenation);
        }
        List<Jinja> parts = new ArrayList<>(parts(binary.left()));
        parts.addAll(parts(binary.right()));
        return parts;
    }

    private static boolean isTextSum(Binary binary) {
        return binary.operator().equals("+") && (isText(binary.left()) || isText(binary.right()));
    }

    private static boolean isText(Jinja value) {
        return value instanceof Literal literal
                ? literal.value() instanceof String
                : value instanceof Binary binary && isTextSum(binary);
    }

    /** Returns a whole number times 1000, written with three zeros; null for another expression. */
    @Nullable String thousandfold(Jinja expression) {
        if (expression instanceof Filtered filtered && filtered.filter().equals("int")) {
            return thousandfold(filtered.value());
        }
        boolean isProduct = expression instanceof Binary product
                && product.operator().equals("*")
                && Long.valueOf(1000).equals(JinjaParser.constant(product.right()));
        if (!isProduct) {
            return null;
        }
        Jinja left = ((Binary) expression).left();
        boolean isWhole = (left instanceof Filtered whole && whole.filter().equals("int"))
                || (left instanceof Call call && call.function().equals("timestamp"));
        if (!isWhole || !(pills.value(left) instanceof String pill)) {
            return null;
        }
        return pill.endsWith(" | epochSeconds")
                ? "{{" + pill.replaceFirst("epochSeconds$", "epochMillis") + "}}"
                : "{{" + pill + "}}000";
    }

    /** Returns a {@link Constant}, or the content of a pill. */
    Object calculated(Binary binary) {
        switch (binary.operator()) {
            case "or" -> {
                return JinjaPills.withDefault(pills.value(binary.left()), pills.value(binary.right()), ", empty");
            }
            case "+", "-" -> {
                if (isConcatenation(binary)) {
                    return joined(pills.value(binary.left()), pills.value(binary.right()));
                }
                Object left = pills.value(binary.left());
                if (binary.right() instanceof Call call && call.function().equals("duration")) {
                    return JinjaFunctions.shifted(
                            left, binary.operator(), JinjaConstants.argument(call.arguments(), 0, String.class));
                }
                Object right = pills.value(binary.right());
                if (left instanceof Constant one && right instanceof Constant other) {
                    return JinjaConstants.sum(one, binary.operator(), other);
                }
                String filter = binary.operator().equals("+") ? "plus" : "minus";
                if (left instanceof Constant constant && filter.equals("plus")) {
                    return right + " | plus(" + JinjaConstants.quoted(constant.value()) + ")";
                }
                String argument = JinjaConditions.argumentOf(right);
                if (left instanceof Constant) {
                    throw new UnsupportedException("a calculation");
                }
                return left + " | " + filter + "(" + argument + ")";
            }
            case "~" -> {
                return joined(pills.value(binary.left()), pills.value(binary.right()));
            }
            case "%" -> {
                return formatted(binary.left(), binary.right());
            }
            default -> {
                return pills.conditions().condition(binary);
            }
        }
    }

    /** Returns one text after another. */
    static Object joined(Object left, Object right) {
        if (left instanceof Constant constant) {
            String text = JinjaConstants.written(constant);
            if (right instanceof Constant other) {
                return new Constant(text + JinjaConstants.written(other));
            }
            return text.isEmpty() ? right : right + " | prepend(" + JinjaConstants.quoted(text) + ")";
        }
        if (right instanceof Constant constant) {
            String text = JinjaConstants.written(constant);
            return text.isEmpty() ? left : left + " | append(" + JinjaConstants.quoted(text) + ")";
        }
        return left + " | append(" + JinjaConditions.argumentOf(right) + ")";
    }

    /** Replaces the only {@code %s} of a text. */
    private Object formatted(Jinja format, Jinja value) {
        List<String> around =
                JinjaParser.constant(format) instanceof String text ? List.of(text.split("%s", -1)) : List.of();
        if (around.size() != 2 || around.toString().contains("%")) {
            throw new UnsupportedException("a format");
        }
        return joined(joined(new Constant(around.get(0)), pills.value(value)), new Constant(around.get(1)));
    }

    /**
     * Returns the elements of a list as one text.
     *
     * @param list the list; one of the configuration is entered as a text
     */
    Object joined(Jinja list, String separator) {
        if (!(list instanceof Items items)) {
            Object value = pills.value(list);
            if (value instanceof Constant constant && constant.value() != null) {
                throw new UnsupportedException("join(...)");
            }
            return value instanceof Constant
                    ? new Constant("")
                    : value + " | join(" + JinjaConstants.quoted(separator) + ")";
        }
        Object all = new Constant("");
        for (int i = 0; i < items.items().size(); i++) {
            if (i > 0) {
                all = joined(all, new Constant(separator));
            }
            all = joined(all, pills.value(items.items().get(i)));
        }
        return all;
    }
}
