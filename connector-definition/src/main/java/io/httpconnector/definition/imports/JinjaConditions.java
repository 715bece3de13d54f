package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Not;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Translates conditions of Jinja into the content of pills that are true or false. Conditions whose values are known are evaluated.
 * Not thread-safe.
 */
final class JinjaConditions {

    private static final Set<String> OPERATORS = Set.of("==", "!=", "<", ">", "<=", ">=", "in", "and", "or");

    private final JinjaPills pills;

    /** Creates a translation, in which the values are translated by {@code pills}. */
    JinjaConditions(JinjaPills pills) {
        this.pills = pills;
    }

    /** Returns conditions that must all be met: each is the content of a pill, or a {@link Constant}. */
    List<Object> all(Jinja expression) {
        if (expression instanceof Binary binary && binary.operator().equals("and")) {
            List<Object> all = new ArrayList<>(all(binary.left()));
            all.addAll(all(binary.right()));
            return all;
        }
        return List.of(condition(expression));
    }

    /** Returns the content of a pill that is true or false, or a {@link Constant}. */
    Object condition(Jinja expression) {
        if (expression instanceof Not not) {
            return negated(condition(not.value()));
        }
        if (expression instanceof Binary binary && OPERATORS.contains(binary.operator())) {
            return compared(binary);
        }
        if (expression instanceof Literal literal) {
            return new Constant(JinjaConstants.isTrue(literal.value()));
        }
        if (expression instanceof Tested test) {
            return tested(test);
        }
        if (expression instanceof Choice choice) {
            Object decided = condition(choice.condition());
            if (decided instanceof Constant constant) {
                return condition(JinjaConstants.isTrue(constant.value()) ? choice.then() : choice.otherwise());
            }
            return JinjaChoices.mapped(
                    (String) decided, operand(condition(choice.then())), operand(condition(choice.otherwise())));
        }
        if (expression instanceof Items || expression instanceof Binary || expression instanceof Jinja.Entries) {
            throw new UnsupportedException("a condition that is not a comparison");
        }
        return truth(pills.value(expression));
    }

    /** Returns whether a value is neither empty nor zero nor false. */
    private Object truth(Object value) {
        if (value instanceof Constant constant) {
            return new Constant(JinjaConstants.isTrue(constant.value()));
        }
        String pill = (String) value;
        if (pill.matches("auth\\.[\\w-]+")) {
            return JinjaChoices.isEntered(pills, pill);
        }
        if (pill.matches("auth\\.[\\w-]+ \\| default\\(false\\)")) {
            return JinjaChoices.isEntered(pills, pill.substring(0, pill.indexOf(' ')));
        }
        if (pill.matches("(?s).*\\| (not|(equals|contains|lessThan|greaterThan)\\([^|]*\\))")) {
            return pill;
        }
        return pill + " | json | default('', null) | equals('', 'false', '0', '0.0', '\"\"', '[]', '{}') | not";
    }

    private Object tested(Tested test) {
        Object value = pills.value(test.value());
        boolean isNegated = test.isNegated() != test.test().equals("undefined");
        if (value instanceof String pill && !pill.matches("auth\\.[\\w-]+.*")) {
            String condition = pill
                    + switch (test.test()) {
                        case "none" -> " | json | default('') | default('null', null) | equals('null')";
                        case "defined", "undefined" ->
                            " | json | default('') | default('null', null) | equals('') | not";
                        case "true", "false" -> " | json | default('', null) | equals('" + test.test() + "')";
                        default -> throw new UnsupportedException("the test " + test.test());
                    };
            return isNegated ? negatedPill(condition) : condition;
        }
        Object isTrue = truth(value);
        return switch (test.test()) {
            case "none" -> test.isNegated() ? isTrue : negated(isTrue);
            case "defined", "undefined" -> isNegated ? negated(isTrue) : isTrue;
            default -> throw new UnsupportedException("the test " + test.test());
        };
    }

    private Object compared(Binary binary) {
        List<Jinja> alternatives = binary.operator().equals("or") ? equalValues(binary) : null;
        if (alternatives != null) {
            return equal(alternatives.get(0), alternatives.subList(1, alternatives.size()));
        }
        return switch (binary.operator()) {
            case "==" -> equal(binary.left(), List.of(binary.right()));
            case "!=" -> negated(equal(binary.left(), List.of(binary.right())));
            case "<" -> ordered(binary, "lessThan");
            case ">" -> ordered(binary, "greaterThan");
            case "<=" -> negated(ordered(binary, "greaterThan"));
            case ">=" -> negated(ordered(binary, "lessThan"));
            case "in" -> contained(binary);
            case "and", "or" -> combined(binary);
            default -> throw new UnsupportedException("the operator " + binary.operator());
        };
    }

    /** Combines two conditions. */
    private Object combined(Binary binary) {
        boolean isAnd = binary.operator().equals("and");
        Object left = condition(binary.left());
        if (left instanceof Constant constant) {
            return JinjaConstants.isTrue(constant.value()) == isAnd ? condition(binary.right()) : left;
        }
        Object right = condition(binary.right());
        if (right instanceof Constant constant) {
            return JinjaConstants.isTrue(constant.value()) == isAnd ? left : constant;
        }
        return left + (isAnd ? " | map(true, (" + right + "), false)" : " | map(true, true, (" + right + "))");
    }

    /** Returns the value and what it may equal, of {@code a == 'x' or a == 'y'}; null for another condition. */
    private static @Nullable List<Jinja> equalValues(Binary or) {
        List<Jinja> values = new ArrayList<>();
        for (Jinja side : List.of(or.left(), or.right())) {
            List<Jinja> found = side instanceof Binary inner && inner.operator().equals("or")
                    ? equalValues(inner)
                    : side instanceof Binary equals && equals.operator().equals("==")
                            ? List.of(equals.left(), equals.right())
                            : null;
            if (found == null || (!values.isEmpty() && !values.get(0).equals(found.get(0)))) {
                return null;
            }
            values.addAll(values.isEmpty() ? found : found.subList(1, found.size()));
        }
        return values;
    }

    private static Object negated(Object value) {
        if (value instanceof Constant constant) {
            return new Constant(!JinjaConstants.isTrue(constant.value()));
        }
        return negatedPill((String) value);
    }

    /** Returns the opposite of the content of a pill. */
    static String negatedPill(String condition) {
        return condition.endsWith(" | not")
                ? condition.substring(0, condition.length() - " | not".length())
                : condition + " | not";
    }

    private Object equal(Jinja left, List<Jinja> others) {
        if (others.size() == 1 && (isNull(others.get(0)) || isEmptyList(others.get(0)))) {
            return equalToNothing(left, others.get(0));
        }
        Object value = pills.value(left);
        List<Object> all = others.stream().map(pills::value).toList();
        if (value instanceof Constant one && all.stream().allMatch(Constant.class::isInstance)) {
            return new Constant(
                    all.stream().anyMatch(other -> Objects.equals(((Constant) other).value(), one.value())));
        }
        if (value instanceof Constant && all.size() == 1) {
            return equal(others.get(0), List.of(left));
        }
        if (all.stream().anyMatch(other -> other instanceof Constant constant && constant.value() == null)) {
            throw new UnsupportedException("a comparison with none");
        }
        boolean isFixed = all.stream().allMatch(Constant.class::isInstance);
        return value + (isFixed ? " | default('', null)" : "") + " | equals("
                + all.stream().map(JinjaConditions::argumentOf).collect(Collectors.joining(", ")) + ")";
    }

    private static boolean isNull(Jinja value) {
        return value instanceof Literal literal && literal.value() == null;
    }

    private static boolean isEmptyList(Jinja value) {
        return value instanceof Items items && items.items().isEmpty();
    }

    /** Compares a value with none, or with an empty list or object. */
    private Object equalToNothing(Jinja left, Jinja nothing) {
        if (isNull(nothing)) {
            return tested(new Tested(left, "none", false));
        }
        if (!(pills.value(left) instanceof String pill) || pill.startsWith("auth.")) {
            throw new UnsupportedException("a comparison with a list");
        }
        return pill + " | json | default('', null) | equals('[]', '{}')";
    }

    /** Returns a value as the argument of a filter that accepts a path. */
    static String argumentOf(Object value) {
        if (value instanceof Constant constant) {
            return JinjaConstants.quoted(constant.value());
        }
        return ((String) value).contains("|") ? "(" + value + ")" : (String) value;
    }

    private static String operand(Object condition) {
        return condition instanceof Constant constant
                ? String.valueOf(JinjaConstants.isTrue(constant.value()))
                : "(" + condition + ")";
    }

    private Object ordered(Binary binary, String filter) {
        Object left = pills.value(binary.left());
        Object right = pills.value(binary.right());
        if (left instanceof Constant) {
            if (right instanceof Constant) {
                throw new UnsupportedException("a comparison of constants");
            }
            return right + " | " + (filter.equals("lessThan") ? "greaterThan" : "lessThan") + "(" + argumentOf(left)
                    + ")";
        }
        return left + " | " + filter + "(" + argumentOf(right) + ")";
    }

    private Object contained(Binary binary) {
        if (binary.right() instanceof Path path
                && path.root().equals("config")
                && path.steps().isEmpty()
                && binary.left() instanceof Literal name) {
            return condition(new Path(
                    "config",
                    List.of(JinjaConstants.written(new Constant(name.value())).split("\\.", -1))));
        }
        if (pills.withElements(binary.right()) instanceof Items items
                && !items.items().isEmpty()) {
            return equal(binary.left(), items.items());
        }
        Object list = pills.value(binary.right());
        if (list instanceof Constant) {
            throw new UnsupportedException("a constant list");
        }
        return list + " | contains(" + argumentOf(pills.value(binary.left())) + ")";
    }
}
