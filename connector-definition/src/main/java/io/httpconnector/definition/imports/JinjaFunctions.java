package io.httpconnector.definition.imports;

import io.httpconnector.definition.imports.Jinja.Call;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import java.util.List;

/** Translates calls of functions and methods, most of which concern times. */
final class JinjaFunctions {

    private final JinjaPills pills;

    JinjaFunctions(JinjaPills pills) {
        this.pills = pills;
    }

    /** Returns a {@link JinjaConstants.Constant}, or the content of a pill. */
    Object called(Call call) {
        List<Jinja> arguments = call.arguments();
        switch (call.function()) {
            case "now_utc", "now" -> {
                return "now";
            }
            case "today_utc" -> {
                return "now | date('yyyy-MM-dd', 'UTC')";
            }
            case "day_delta" -> {
                long days = JinjaConstants.argument(arguments, 0, Long.class);
                String format = arguments.size() > 1
                        ? JinjaConstants.argument(arguments, 1, String.class)
                        : "%Y-%m-%dT%H:%M:%S.%f%z";
                String shifted = "now | " + (days < 0 ? "minus" : "plus") + "('P" + Math.abs(days) + "D')";
                return formatted(shifted, format);
            }
            case "format_datetime", "strftime" -> {
                String format = JinjaConstants.argument(arguments, 1, String.class);
                return formatted(timeOf(arguments.get(0)), format);
            }
            case "strip", "lstrip", "rstrip", "lower", "upper", "replace" -> {
                if (call.isMethod()) {
                    return JinjaTexts.called(
                            call.function(), pills.value(arguments.get(0)), arguments.subList(1, arguments.size()));
                }
                throw new UnsupportedException(call.function() + "(...)");
            }
            case "join" -> {
                return pills.operators()
                        .joined(pills.resolved(arguments.get(1)), JinjaConstants.argument(arguments, 0, String.class));
            }
            case "sanitize_url" -> {
                // The slashes of a value in a path are encoded.
                return pills.value(arguments.get(0)) + " | string";
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
            case "max", "min" -> {
                return extreme(call.function(), arguments);
            }
            default -> throw new UnsupportedException(call.function() + "(...)");
        }
    }

    /** Returns the greater or the smaller one of two values, which are compared by number, by time, or by characters. */
    private Object extreme(String function, List<Jinja> arguments) {
        if (arguments.size() != 2) {
            throw new UnsupportedException(function + "(...)");
        }
        Object left = pills.value(arguments.get(0));
        Object right = pills.value(arguments.get(1));
        if (!(left instanceof String one)) {
            if (!(right instanceof String)) {
                throw new UnsupportedException(function + "(...)");
            }
            return extreme(function, List.of(arguments.get(1), arguments.get(0)));
        }
        return one + " | " + (function.equals("max") ? "greaterThan" : "lessThan") + "(" + JinjaPills.operand(right)
                + ") | map(true, " + JinjaPills.operand(left) + ", " + JinjaPills.operand(right) + ")";
    }

    /** Adds or subtracts a period. */
    static Object shifted(Object time, String operator, String period) {
        return time + " | " + (operator.equals("+") ? "plus" : "minus") + "('" + period + "')";
    }

    /** Returns the pill of a time. */
    String timeOf(Jinja expression) {
        if (expression instanceof Literal || !(pills.value(expression) instanceof String pill)) {
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
