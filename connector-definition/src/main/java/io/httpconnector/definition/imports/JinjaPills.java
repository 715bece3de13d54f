package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Indexed;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Slice;
import io.httpconnector.definition.imports.JinjaConstants.Constant;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Translates texts with expressions of Jinja into texts with pills. Constant expressions are evaluated. Not thread-safe. */
final class JinjaPills {

    private static final Pattern EXPRESSION = Pattern.compile("\\{\\{-?(.*?)-?}}", Pattern.DOTALL);

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
    private int depth;
    private final Map<String, Jinja> variables = new HashMap<>();
    private final JinjaConditions conditions = new JinjaConditions(this);
    private final JinjaFunctions functions = new JinjaFunctions(this);
    private final JinjaOperators operators = new JinjaOperators(this);
    private final JinjaElements elements = new JinjaElements(this);
    private final JinjaChoices choices;

    /** The values at one place. */
    interface Scope {

        /**
         * Returns the value of a path: a {@link Constant}, or the content of a pill.
         *
         * @return null if there is none
         */
        @Nullable Object value(String root, List<String> steps);

        /** Returns the elements of a constant list; null if there is none. */
        default @Nullable List<Object> constants(String root, List<String> steps) {
            return null;
        }

        /** Returns whether an input is a number, which is false if it is zero. */
        default boolean isNumber(String input) {
            return false;
        }
    }

    JinjaPills(Scope scope) {
        this(scope, false);
    }

    /** Creates a translation of texts; those in a path have no empty values. */
    JinjaPills(Scope scope, boolean isInPath) {
        this.scope = scope;
        this.choices = new JinjaChoices(this, isInPath);
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
        if (whole instanceof Choice choice
                && JinjaParser.isEmpty(choice.otherwise())
                && !choices.hasParameter(choice)) {
            return choices.optional(choice);
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

    /** Returns an expression with the elements of a constant list in place of its path. */
    Jinja withElements(Jinja expression) {
        List<Object> constants = expression instanceof Path path ? scope.constants(path.root(), path.steps()) : null;
        return constants == null
                ? expression
                : new Jinja.Items(constants.stream()
                        .map(each -> (Jinja) new Literal(each))
                        .toList());
    }

    /** Returns a text without pills as such. */
    static String literal(String text) {
        return text.replace("{{", "{{'{{'}}");
    }

    /** Translates an expression as text. */
    String template(Jinja expression) {
        if (expression instanceof Binary binary && JinjaOperators.isConcatenation(binary)) {
            return template(binary.left()) + template(binary.right());
        }
        if (expression instanceof Choice choice) {
            return choices.choice(choice);
        }
        String thousand = operators.thousandfold(expression);
        if (thousand != null) {
            return thousand;
        }
        Object value = value(expression);
        return value instanceof Constant constant ? literal(JinjaConstants.written(constant)) : "{{" + value + "}}";
    }

    /** Returns a value as the argument of a filter. */
    static String operand(Object value) {
        return value instanceof Constant constant
                ? JinjaConstants.quoted(constant.value() == null ? "" : constant.value())
                : "(" + value + ")";
    }

    static String written(Literal literal) {
        return JinjaConstants.written(new Constant(literal.value()));
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
            if (variables.containsKey(path.root())) {
                return value(resolved(path));
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
            return choices.chosen(choice);
        }
        if (expression instanceof Binary binary) {
            return operators.calculated(binary);
        }
        if (expression instanceof Call call) {
            return functions.called(call);
        }
        if (expression instanceof Indexed indexed) {
            return elements.element(indexed);
        }
        if (expression instanceof Slice slice) {
            return JinjaTexts.slice(value(slice.value()), slice.from(), slice.to());
        }
        if (expression instanceof Items items && items.items().isEmpty()) {
            return new Constant(null);
        }
        return conditions.condition(expression);
    }

    /** Returns the expression of a variable. */
    Jinja resolved(Jinja expression) {
        return expression instanceof Path path && variables.containsKey(path.root())
                ? JinjaElements.member(variables.getOrDefault(path.root(), path), path.steps())
                : expression;
    }

    /** Returns whether an input is a number, which is false if it is zero. */
    boolean isNumber(String input) {
        return scope.isNumber(input);
    }

    /** Returns the translation of operators. */
    JinjaOperators operators() {
        return operators;
    }

    static String shown(Path path) {
        return path.steps().isEmpty() ? path.root() : path.root() + "." + String.join(".", path.steps());
    }

    /** Returns a value, or another one if it is missing; with {@code ", empty"} also if it is empty. */
    static Object withDefault(Object value, Object other, String mode) {
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
        if (filtered.filter().equals("join")) {
            String separator = filtered.arguments().isEmpty()
                    ? ""
                    : JinjaConstants.argument(filtered.arguments(), 0, String.class);
            return operators.joined(resolved(filtered.value()), separator);
        }
        Object value = value(filtered.value());
        if (filtered.filter().equals("default") && !filtered.arguments().isEmpty()) {
            boolean alsoEmpty = filtered.arguments().size() > 1;
            return withDefault(value, value(filtered.arguments().get(0)), alsoEmpty ? ", empty" : "");
        }
        if (value instanceof Constant constant) {
            return JinjaConstants.filtered(constant, filtered);
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
}
