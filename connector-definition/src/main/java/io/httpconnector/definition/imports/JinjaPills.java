package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Entries;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Slice;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Translates texts with expressions of Jinja into texts with pills. Constant expressions are evaluated. Not thread-safe. */
final class JinjaPills {

    private static final Pattern EXPRESSION = Pattern.compile("\\{\\{-?(.*?)-?}}", Pattern.DOTALL);

    private static final Pattern URL = Pattern.compile("(https?://)([^/]+)(.*)");

    /** The names of the filters that have a counterpart. */
    private static final Map<String, String> FILTERS = Map.of(
            "string", "string",
            "int", "number",
            "float", "number",
            "lower", "lower",
            "upper", "upper",
            "trim", "trim",
            "urlencode", "urlencode",
            "base64encode", "base64",
            "tojson", "json",
            "length", "size");

    /** The levels of an expression, and of the variables in it. */
    private static final int MAX_DEPTH = 200;

    private final Scope scope;
    private final boolean isInPath;
    private int depth;
    private final Map<String, Jinja> variables = new HashMap<>();
    private final JinjaConditions conditions = new JinjaConditions(this);
    private final JinjaFunctions functions = new JinjaFunctions(this);

    /** The values at one place. */
    interface Scope {

        /**
         * Returns the value of a path: a {@link Constant}, or the content of a pill.
         *
         * @return null if there is none
         */
        @Nullable Object value(String root, List<String> steps);

        /** Returns whether an input is a number, which is false if it is zero. */
        default boolean isNumber(String input) {
            return false;
        }
    }

    /** A constant. */
    record Constant(@Nullable Object value) {}

    JinjaPills(Scope scope) {
        this(scope, false);
    }

    /** Creates a translation of texts; those in a path have no empty values. */
    JinjaPills(Scope scope, boolean isInPath) {
        this.scope = scope;
        this.isInPath = isInPath;
    }

    /** Returns the translation of conditions. */
    JinjaConditions conditions() {
        return conditions;
    }

    /**
     * Translates a text.
     *
     * @throws UnsupportedException if an expression has no counterpart
     */
    String text(String text) {
        // Jinja leaves out a line break at the end.
        JinjaTemplate.Parsed parsed = JinjaTemplate.parse(text.replaceFirst("\n$", ""));
        variables.putAll(parsed.variables());
        Jinja whole = parsed.expression();
        if (whole instanceof Choice choice && JinjaParser.isEmpty(choice.otherwise())) {
            return optional(choice);
        }
        return template(whole);
    }

    /** Returns the single expression of a text; null if there is other text beside it. */
    static @Nullable Jinja single(String text) {
        Matcher expression = EXPRESSION.matcher(text.strip());
        return expression.matches() && !expression.group(1).contains("}}")
                ? JinjaParser.parse(expression.group(1).strip())
                : null;
    }

    private static String literal(String text) {
        return text.replace("{{", "{{'{{'}}");
    }

    /** Translates a choice between a text and nothing, which is then omitted. */
    private String optional(Choice choice) {
        Object decided = conditions.condition(choice.condition());
        boolean isConcatenation = choice.then() instanceof Binary binary && isConcatenation(binary);
        if (decided instanceof Constant || !isConcatenation) {
            return template(choice);
        }
        List<Jinja> parts = parts(choice.then());
        if (parts.get(0) instanceof Literal start && written(start).strip().matches("(?s)[\\[{].*")) {
            // Airbyte evaluates it as an object or a list.
            throw new UnsupportedException("a text that is an object or a list");
        }
        if (parts.contains(choice.condition())) {
            // It is met if the value exists, without which the text is omitted.
            StringBuilder text = new StringBuilder();
            for (Jinja part : parts) {
                String pill = template(part);
                text.append(part.equals(choice.condition()) ? pill.replaceFirst("}}$", " | omit(empty)}}") : pill);
            }
            return text.toString();
        }
        return alternative(choice.then(), (String) decided, "");
    }

    private String template(Jinja expression) {
        if (expression instanceof Binary binary && isConcatenation(binary)) {
            return template(binary.left()) + template(binary.right());
        }
        if (expression instanceof Choice choice) {
            return choice(choice);
        }
        String thousand = thousandfold(expression);
        if (thousand != null) {
            return thousand;
        }
        Object value = value(expression);
        return value instanceof Constant constant ? literal(JinjaConstants.written(constant)) : "{{" + value + "}}";
    }

    private static boolean isConcatenation(Binary binary) {
        return binary.operator().equals("~") || isTextSum(binary);
    }

    private static List<Jinja> parts(Jinja concatenation) {
        if (!(concatenation instanceof Binary binary && isConcatenation(binary))) {
            return List.of(concatenation);
        }
        List<Jinja> parts = new ArrayList<>(parts(binary.left()));
        parts.addAll(parts(binary.right()));
        return parts;
    }

    /** Returns a whole number times 1000, written with three zeros; null for another expression. */
    private @Nullable String thousandfold(Jinja expression) {
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
        if (!isWhole || !(value(left) instanceof String pill)) {
            return null;
        }
        return pill.endsWith(" | epochSeconds")
                ? "{{" + pill.replaceFirst("epochSeconds$", "epochMillis") + "}}"
                : "{{" + pill + "}}000";
    }

    private String choice(Choice choice) {
        Object decided = isDefault(choice) ? new Constant(null) : conditions.condition(choice.condition());
        if (decided instanceof Constant constant && !isDefault(choice)) {
            return template(JinjaConstants.isTrue(constant.value()) ? choice.then() : choice.otherwise());
        }
        if (choice.then() instanceof Literal then && choice.otherwise() instanceof Literal otherwise) {
            return chosenUrl(choice.condition(), written(then), written(otherwise));
        }
        try {
            Object value = value(choice);
            return value instanceof Constant constant ? literal(JinjaConstants.written(constant)) : "{{" + value + "}}";
        } catch (UnsupportedException e) {
            if (isDefault(choice)
                    || parts(choice.then()).size() + parts(choice.otherwise()).size() < 3) {
                throw e;
            }
            String condition = (String) decided;
            return alternative(choice.then(), condition, ", ''")
                    + alternative(choice.otherwise(), JinjaConditions.negatedPill(condition), ", ''");
        }
    }

    /** Translates a text whose parts are empty, or missing, unless a condition is met. */
    private String alternative(Jinja text, String condition, String otherwise) {
        if (isInPath) {
            throw new UnsupportedException("a choice between parts of a path");
        }
        StringBuilder all = new StringBuilder();
        for (Jinja part : parts(text)) {
            Object value = value(part);
            if (!(value instanceof Constant constant
                    && JinjaConstants.written(constant).isEmpty())) {
                all.append("{{")
                        .append(condition)
                        .append(" | map(true, ")
                        .append(operand(value))
                        .append(otherwise)
                        .append(otherwise.isEmpty() ? ") | omit}}" : ")}}");
            }
        }
        return all.toString();
    }

    /** Returns a value as the argument of a filter. */
    static String operand(Object value) {
        return value instanceof Constant constant
                ? JinjaConstants.quoted(constant.value() == null ? "" : constant.value())
                : "(" + value + ")";
    }

    /** Leaves the scheme and the path of two URLs outside of the pill, in which they would be encoded. */
    private String chosenUrl(Jinja condition, String then, String otherwise) {
        Matcher one = URL.matcher(then);
        Matcher other = URL.matcher(otherwise);
        if (one.matches()
                && other.matches()
                && one.group(1).equals(other.group(1))
                && one.group(3).equals(other.group(3))) {
            Choice hosts = new Choice(condition, new Literal(one.group(2)), new Literal(other.group(2)));
            return literal(one.group(1)) + "{{" + value(hosts) + "}}" + literal(one.group(3));
        }
        return "{{" + value(new Choice(condition, new Literal(then), new Literal(otherwise))) + "}}";
    }

    private static String written(Literal literal) {
        return JinjaConstants.written(new Constant(literal.value()));
    }

    private static boolean isTextSum(Binary binary) {
        return binary.operator().equals("+") && (isText(binary.left()) || isText(binary.right()));
    }

    private static boolean isText(Jinja value) {
        return value instanceof Literal literal
                ? literal.value() instanceof String
                : value instanceof Binary binary && isTextSum(binary);
    }

    /** Returns a {@link Constant}, or the content of a pill. */
    Object value(Jinja expression) {
        if (++depth > MAX_DEPTH) {
            throw new UnsupportedException("a deep expression");
        }
        Object value = evaluated(expression);
        depth--;
        return value;
    }

    private Object evaluated(Jinja expression) {
        if (expression instanceof Literal literal) {
            return new Constant(literal.value());
        }
        if (expression instanceof Path path) {
            Jinja variable = variables.get(path.root());
            if (variable != null) {
                return value(member(variable, path.steps()));
            }
            Object value = scope.value(path.root(), path.steps());
            if (value == null) {
                throw new UnsupportedException(shown(path));
            }
            return value;
        }
        if (expression instanceof Default defaulted) {
            return withDefault(value(defaulted.value()), value(defaulted.other()), "");
        }
        if (expression instanceof Filtered filtered) {
            return filtered(filtered);
        }
        if (expression instanceof Choice choice) {
            return chosen(choice);
        }
        if (expression instanceof Binary binary) {
            return calculated(binary);
        }
        if (expression instanceof Call call) {
            return functions.called(call);
        }
        if (expression instanceof Indexed indexed) {
            return element(indexed);
        }
        if (expression instanceof Slice slice) {
            return JinjaTexts.slice(value(slice.value()), slice.from(), slice.to());
        }
        if (expression instanceof Items items && items.items().isEmpty()) {
            return new Constant(null);
        }
        return conditions.condition(expression);
    }

    private static Jinja member(Jinja value, List<String> steps) {
        Jinja member = value;
        for (String step : steps) {
            member = JinjaParser.step(member, step);
        }
        return member;
    }

    private Object element(Indexed indexed) {
        Jinja owner = indexed.value() instanceof Path path && variables.containsKey(path.root())
                ? member(variables.getOrDefault(path.root(), path), path.steps())
                : indexed.value();
        Object index = value(indexed.index());
        if (owner instanceof Entries entries) {
            return member(entries, index);
        }
        if (!(index instanceof Constant constant) || constant.value() == null) {
            throw new UnsupportedException("an index that is not constant");
        }
        if (owner instanceof Call split
                && split.isMethod()
                && split.function().equals("split")
                && constant.value() instanceof Long number) {
            List<Jinja> arguments = split.arguments();
            return JinjaTexts.part(value(arguments.get(0)), arguments.subList(1, arguments.size()), number);
        }
        Jinja member = JinjaParser.step(owner, JinjaConstants.written(constant));
        if (!(member instanceof Indexed)) {
            return value(member);
        }
        throw new UnsupportedException("." + JinjaConstants.written(constant));
    }

    private Object member(Entries entries, Object name) {
        if (name instanceof Constant constant) {
            Jinja member = entries.members().get(JinjaConstants.written(constant));
            return member == null ? new Constant(null) : value(member);
        }
        StringBuilder pairs = new StringBuilder();
        entries.members()
                .forEach((key, member) -> pairs.append(pairs.isEmpty() ? "" : ", ")
                        .append(JinjaConstants.quoted(key))
                        .append(", ")
                        .append(operand(value(member))));
        return name + " | map(" + pairs + ")";
    }

    static String shown(Path path) {
        return path.steps().isEmpty() ? path.root() : path.root() + "." + String.join(".", path.steps());
    }

    private static Object withDefault(Object value, Object other, String mode) {
        if (value instanceof Constant constant) {
            boolean isMissing = constant.value() == null || (!mode.isEmpty() && "".equals(constant.value()));
            return isMissing ? other : constant;
        }
        if (!(other instanceof Constant constant)) {
            return value + " | default(" + operand(other) + mode + ")";
        }
        if (constant.value() == null || "".equals(constant.value())) {
            return value;
        }
        return value + " | default(" + JinjaConstants.quoted(constant.value()) + mode + ")";
    }

    private Object filtered(Filtered filtered) {
        Object value = value(filtered.value());
        if (filtered.filter().equals("default") && !filtered.arguments().isEmpty()) {
            boolean alsoEmpty = filtered.arguments().size() > 1;
            return withDefault(value, value(filtered.arguments().get(0)), alsoEmpty ? ", empty" : "");
        }
        if (value instanceof Constant constant) {
            return JinjaConstants.filtered(constant, filtered);
        }
        if (filtered.filter().equals("join") && filtered.arguments().size() == 1) {
            return value + " | join("
                    + JinjaConstants.quoted(JinjaConstants.argument(filtered.arguments(), 0, Object.class)) + ")";
        }
        if (filtered.filter().equals("regex_search")) {
            return JinjaTexts.found(
                    value,
                    filtered.arguments().isEmpty()
                            ? null
                            : JinjaParser.constant(filtered.arguments().get(0)));
        }
        String filter = FILTERS.get(filtered.filter());
        if (filter == null) {
            throw new UnsupportedException("the filter " + filtered.filter());
        }
        return value + " | " + filter;
    }

    private Object chosen(Choice choice) {
        Jinja condition = choice.condition();
        if (isDefault(choice)) {
            return withDefault(value(choice.then()), value(choice.otherwise()), ", empty");
        }
        Object decided = conditions.condition(condition);
        if (decided instanceof Constant constant) {
            return value(JinjaConstants.isTrue(constant.value()) ? choice.then() : choice.otherwise());
        }
        Object then = value(choice.then());
        Object otherwise = value(choice.otherwise());
        return mapped((String) decided, operand(then), operand(otherwise));
    }

    /** Returns whether a choice is that of a value or another one: {@code x if x else y}. */
    private static boolean isDefault(Choice choice) {
        return choice.condition().equals(choice.then()) || isPresence(choice.condition(), choice.then());
    }

    /** Returns the pill of one of two operands. */
    static String mapped(String condition, String then, String otherwise) {
        String isFalse = " | map('', true, 'false', true, false)";
        return condition.endsWith(isFalse)
                ? condition.substring(0, condition.length() - isFalse.length()) + " | map('', " + then + ", 'false', "
                        + then + ", " + otherwise + ")"
                : condition.endsWith(isFalse + " | not")
                        ? mapped(condition.substring(0, condition.length() - " | not".length()), otherwise, then)
                        : condition + " | map(true, " + then + ", " + otherwise + ")";
    }

    /** Returns a condition that is met unless an input is empty, false or zero. */
    String isEntered(String input) {
        String none = scope.isNumber(input.substring(input.indexOf('.') + 1)) ? "'0'" : "'false'";
        return input + " | default('', null) | map('', true, " + none + ", true, false) | not";
    }

    private static boolean isPresence(Jinja condition, Jinja value) {
        return condition instanceof Tested test
                && test.value().equals(value)
                && (test.test().equals("defined")
                        ? !test.isNegated()
                        : test.test().equals("none") && test.isNegated());
    }

    private Object calculated(Binary binary) {
        switch (binary.operator()) {
            case "or" -> {
                return withDefault(value(binary.left()), value(binary.right()), ", empty");
            }
            case "+", "-" -> {
                Object left = value(binary.left());
                if (binary.right() instanceof Call call && call.function().equals("duration")) {
                    return JinjaFunctions.shifted(
                            left, binary.operator(), JinjaConstants.argument(call.arguments(), 0, String.class));
                }
                Object right = value(binary.right());
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
            default -> {
                return conditions.condition(binary);
            }
        }
    }
}
