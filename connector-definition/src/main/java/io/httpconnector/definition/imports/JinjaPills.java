package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Binary;
import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Choice;
import io.httpconnector.definition.imports.Jinja.Default;
import io.httpconnector.definition.imports.Jinja.Filtered;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.Jinja.Tested;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Translates texts with expressions of Jinja into texts with pills. Constant expressions are evaluated. Not thread-safe. */
final class JinjaPills {

    private static final Pattern EXPRESSION = Pattern.compile("\\{\\{-?(.*?)-?}}", Pattern.DOTALL);

    private static final Pattern URL = Pattern.compile("(https?://)([^/]+)(.*)");

    /** The names of the filters that have a counterpart. */
    private static final java.util.Map<String, String> FILTERS = java.util.Map.of(
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

    private final Scope scope;
    private final JinjaConditions conditions = new JinjaConditions(this);

    /** The values at one place. */
    interface Scope {

        /**
         * Returns the value of a path: a {@link Constant}, or the content of a pill.
         *
         * @return null if there is none
         */
        @Nullable Object value(String root, List<String> steps);
    }

    /** A constant. */
    record Constant(@Nullable Object value) {}

    JinjaPills(Scope scope) {
        this.scope = scope;
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
        if (text.contains("{%")) {
            throw new UnsupportedException(text.substring(text.indexOf("{%")).strip());
        }
        StringBuilder translated = new StringBuilder();
        Matcher expression = EXPRESSION.matcher(text);
        int end = 0;
        while (expression.find()) {
            translated.append(literal(text.substring(end, expression.start())));
            translated.append(template(JinjaParser.parse(expression.group(1).strip()), expression.group(1)));
            end = expression.end();
        }
        return translated.append(literal(text.substring(end))).toString();
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

    private String template(Jinja expression, String source) {
        if (expression instanceof Binary binary && (binary.operator().equals("~") || isTextSum(binary))) {
            return template(binary.left(), source) + template(binary.right(), source);
        }
        if (expression instanceof Choice choice
                && choice.then() instanceof Literal then
                && choice.otherwise() instanceof Literal otherwise
                && !(value(expression) instanceof Constant)) {
            return chosenUrl(choice.condition(), written(then), written(otherwise));
        }
        Object value = value(expression);
        return value instanceof Constant constant ? literal(written(constant)) : "{{" + value + "}}";
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
        return written(new Constant(literal.value()));
    }

    private static boolean isTextSum(Binary binary) {
        return binary.operator().equals("+") && (isText(binary.left()) || isText(binary.right()));
    }

    private static boolean isText(Jinja value) {
        return value instanceof Literal literal
                ? literal.value() instanceof String
                : value instanceof Binary binary && isTextSum(binary);
    }

    static String written(Constant constant) {
        return constant.value() == null ? "" : String.valueOf(constant.value());
    }

    /** Returns a {@link Constant}, or the content of a pill. */
    Object value(Jinja expression) {
        if (expression instanceof Literal literal) {
            return new Constant(literal.value());
        }
        if (expression instanceof Path path) {
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
            return called(call);
        }
        if (expression instanceof Items items && items.items().isEmpty()) {
            return new Constant(null);
        }
        return conditions.condition(expression);
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
            throw new UnsupportedException("a default that is not constant");
        }
        if (constant.value() == null || "".equals(constant.value())) {
            return value;
        }
        return value + " | default(" + argument(constant.value()) + mode + ")";
    }

    static String argument(@Nullable Object value) {
        return value instanceof String text
                ? "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
                : String.valueOf(value);
    }

    private Object filtered(Filtered filtered) {
        Object value = value(filtered.value());
        if (filtered.filter().equals("default") && !filtered.arguments().isEmpty()) {
            boolean alsoEmpty = filtered.arguments().size() > 1;
            return withDefault(value, value(filtered.arguments().get(0)), alsoEmpty ? ", empty" : "");
        }
        if (value instanceof Constant constant) {
            return folded(constant, filtered);
        }
        if (filtered.filter().equals("join") && filtered.arguments().size() == 1) {
            return value + " | join("
                    + argument(JinjaParser.constant(filtered.arguments().get(0))) + ")";
        }
        String filter = FILTERS.get(filtered.filter());
        if (filter == null) {
            throw new UnsupportedException("the filter " + filtered.filter());
        }
        return value + " | " + filter;
    }

    private static Object folded(Constant constant, Filtered filtered) {
        String text = written(constant);
        return switch (filtered.filter()) {
            case "string", "trim" -> new Constant(text.strip());
            case "lower" -> new Constant(text.toLowerCase(Locale.ROOT));
            case "upper" -> new Constant(text.toUpperCase(Locale.ROOT));
            case "int" -> new Constant(text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0L);
            default -> throw new UnsupportedException("the filter " + filtered.filter());
        };
    }

    private Object chosen(Choice choice) {
        // x if x else y
        Jinja condition = choice.condition();
        if (condition.equals(choice.then()) || isPresence(condition, choice.then())) {
            return withDefault(value(choice.then()), value(choice.otherwise()), ", empty");
        }
        Object decided = conditions.condition(condition);
        if (decided instanceof Constant constant) {
            return value(isTrue(constant.value()) ? choice.then() : choice.otherwise());
        }
        Object then = value(choice.then());
        Object otherwise = value(choice.otherwise());
        if (!(then instanceof Constant met && otherwise instanceof Constant other)) {
            throw new UnsupportedException("a condition on a value that is not constant");
        }
        return mapped((String) decided, met, other);
    }

    /** Returns the pill of one of two constants. */
    private static String mapped(String condition, Constant met, Constant other) {
        String then = argument(met.value() == null ? "" : met.value());
        String otherwise = argument(other.value() == null ? "" : other.value());
        String isFalse = " | map('', true, 'false', true, false)";
        return condition.endsWith(isFalse)
                ? condition.substring(0, condition.length() - isFalse.length()) + " | map('', " + then + ", 'false', "
                        + then + ", " + otherwise + ")"
                : condition.endsWith(isFalse + " | not")
                        ? mapped(condition.substring(0, condition.length() - " | not".length()), other, met)
                        : condition + " | map(true, " + then + ", " + otherwise + ")";
    }

    /** Returns a condition that is met unless an input is empty or false. */
    static String isEntered(String input) {
        return input + " | default('', null) | map('', true, 'false', true, false) | not";
    }

    private static boolean isPresence(Jinja condition, Jinja value) {
        return condition instanceof Tested test
                && test.value().equals(value)
                && (test.test().equals("defined")
                        ? !test.isNegated()
                        : test.test().equals("none") && test.isNegated());
    }

    static boolean isTrue(@Nullable Object value) {
        return value != null
                && !Boolean.FALSE.equals(value)
                && !"".equals(value)
                && !(value instanceof Number number && number.doubleValue() == 0);
    }

    private Object calculated(Binary binary) {
        switch (binary.operator()) {
            case "or" -> {
                return withDefault(value(binary.left()), value(binary.right()), ", empty");
            }
            case "+", "-" -> {
                Object left = value(binary.left());
                if (binary.right() instanceof Call call && call.function().equals("duration")) {
                    return difference(
                            left,
                            binary.operator(),
                            String.valueOf(JinjaParser.constant(call.arguments().get(0))));
                }
                Object right = value(binary.right());
                if (left instanceof Constant one && right instanceof Constant other) {
                    return sum(one, binary.operator(), other);
                }
                String filter = binary.operator().equals("+") ? "plus" : "minus";
                if (left instanceof Constant constant && filter.equals("plus")) {
                    return right + " | plus(" + argument(constant.value()) + ")";
                }
                String argument = right instanceof Constant constant ? argument(constant.value()) : (String) right;
                if (left instanceof Constant || argument.contains("|")) {
                    throw new UnsupportedException("a calculation");
                }
                return left + " | " + filter + "(" + argument + ")";
            }
            default -> {
                return conditions.condition(binary);
            }
        }
    }

    private static Constant sum(Constant left, String operator, Constant right) {
        if (left.value() instanceof Long one && right.value() instanceof Long other) {
            return new Constant(operator.equals("+") ? one + other : one - other);
        }
        return new Constant(written(left) + written(right));
    }

    private static Object difference(Object time, String operator, String period) {
        return time + " | " + (operator.equals("+") ? "plus" : "minus") + "('" + period + "')";
    }

    private Object called(Call call) {
        List<Jinja> arguments = call.arguments();
        switch (call.function()) {
            case "now_utc", "now" -> {
                return "now";
            }
            case "today_utc" -> {
                return "now | date('yyyy-MM-dd', 'UTC')";
            }
            case "day_delta" -> {
                long days = JinjaParser.constant(arguments.get(0)) instanceof Long count ? count : 0;
                String format = arguments.size() > 1
                        ? String.valueOf(JinjaParser.constant(arguments.get(1)))
                        : "%Y-%m-%dT%H:%M:%S.%f%z";
                String shifted = "now | " + (days < 0 ? "minus" : "plus") + "('P" + Math.abs(days) + "D')";
                return formatted(shifted, format);
            }
            case "format_datetime", "strftime" -> {
                if (arguments.size() > 1 && JinjaParser.constant(arguments.get(1)) instanceof String format) {
                    return formatted(timeOf(arguments.get(0)), format);
                }
                throw new UnsupportedException("a format that is not constant");
            }
            case "timestamp" -> {
                return timeOf(arguments.get(0)) + " | epochSeconds";
            }
            case "isoformat" -> {
                return timeOf(arguments.get(0)) + " | iso('UTC')";
            }
            case "str_to_datetime" -> {
                return timeOf(arguments.get(0));
            }
            default -> throw new UnsupportedException(call.function() + "(...)");
        }
    }

    private String timeOf(Jinja expression) {
        if (expression instanceof Literal || !(value(expression) instanceof String pill)) {
            throw new UnsupportedException("a constant time");
        }
        return pill;
    }

    private static String formatted(String pill, String format) {
        String filter = StrftimePattern.filter(format);
        if (filter == null) {
            throw new UnsupportedException("the format " + format);
        }
        return pill + " | " + filter;
    }
}
