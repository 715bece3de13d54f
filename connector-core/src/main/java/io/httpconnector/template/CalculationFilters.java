package io.httpconnector.template;

import static io.httpconnector.template.ValueType.ANY;
import static io.httpconnector.template.ValueType.BOOLEAN;
import static io.httpconnector.template.ValueType.LIST;
import static io.httpconnector.template.ValueType.NUMBER;
import static io.httpconnector.template.ValueType.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.template.Filters.Filter;
import io.httpconnector.template.Filters.FilterDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The built-in filters that compare values, calculate with them, join or search them; part of {@link Filters#BUILT_IN}. */
final class CalculationFilters {

    private static final Set<ValueType> SCALAR = Set.of(TEXT, NUMBER, BOOLEAN);
    private static final Set<ValueType> QUANTITY = Set.of(TEXT, NUMBER);

    /** A longer text is not searched, because a pattern may take long. */
    private static final int MAX_SEARCHED = 10_000;

    /** A number with more digits before or after the point is not calculated with. */
    private static final int MAX_DIGITS = 100;

    private static final Pattern NUMBER_TEXT = Pattern.compile("-?\\d{1,40}(\\.\\d{1,40})?");

    /** The filters, one entry each. */
    static final List<FilterDefinition> ALL = List.of(
            new FilterDefinition("equals", SCALAR, BOOLEAN, CalculationFilters::equalsAny),
            new FilterDefinition("greaterThan", QUANTITY, BOOLEAN, all -> compared(all, order -> order > 0)),
            new FilterDefinition("lessThan", QUANTITY, BOOLEAN, all -> compared(all, order -> order < 0)),
            new FilterDefinition("contains", Set.of(TEXT, LIST), BOOLEAN, CalculationFilters::contains),
            new FilterDefinition("not", Set.of(BOOLEAN), BOOLEAN, CalculationFilters::not),
            new FilterDefinition("map", SCALAR, ANY, CalculationFilters::map),
            new FilterDefinition("plus", QUANTITY, ANY, all -> sum(all, 1)),
            new FilterDefinition("minus", QUANTITY, ANY, all -> sum(all, -1)),
            new FilterDefinition(
                    "prepend", SCALAR, TEXT, all -> joined(all, "the text before it, such as prepend('id:')", true)),
            new FilterDefinition(
                    "append", SCALAR, TEXT, all -> joined(all, "the text after it, such as append('.json')", false)),
            new FilterDefinition("match", Set.of(TEXT, NUMBER), TEXT, CalculationFilters::match));

    private CalculationFilters() {}

    /** A filter with other values: its result is missing where one of them is. */
    private record OperandFilter(
            List<Operand> others, BiFunction<JsonNode, List<JsonNode>, @Nullable JsonNode> calculation)
            implements Filter {

        @Override
        public List<PillPath> operands() {
            return others.stream().flatMap(other -> other.paths().stream()).toList();
        }

        @Override
        public @Nullable JsonNode apply(JsonNode value) {
            return apply(value, MissingNode.getInstance());
        }

        @Override
        public @Nullable JsonNode apply(JsonNode value, JsonNode root) {
            List<JsonNode> found = new ArrayList<>();
            for (Operand operand : others) {
                JsonNode other = operand.in(root);
                if (other == null) {
                    return null;
                }
                found.add(other);
            }
            return calculation.apply(value, found);
        }
    }

    private static Filter withOperand(
            FilterArguments arguments, String description, BiFunction<JsonNode, JsonNode, @Nullable JsonNode> result) {
        arguments.requireAtMost(1);
        Operand operand = Operand.of(arguments, 0, description);
        return new OperandFilter(List.of(operand), (value, others) -> result.apply(value, others.get(0)));
    }

    private static Filter equalsAny(FilterArguments arguments) {
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < Math.max(1, arguments.list().size()); i++) {
            operands.add(Operand.of(arguments, i, "the value to compare with, such as equals('open')"));
        }
        return new OperandFilter(
                List.copyOf(operands),
                (value, others) -> BooleanNode.valueOf(others.stream().anyMatch(other -> isEqual(value, other))));
    }

    private static boolean isEqual(JsonNode one, JsonNode other) {
        BigDecimal number = numberOf(one);
        BigDecimal otherNumber = numberOf(other);
        return (number != null && otherNumber != null)
                ? number.compareTo(otherNumber) == 0
                : other.isValueNode() && Filters.text(one).equals(Filters.text(other));
    }

    private static Filter compared(FilterArguments arguments, IntPredicate order) {
        return withOperand(
                arguments,
                "the value to compare with, such as greaterThan(100)",
                (value, other) -> BooleanNode.valueOf(order.test(compare(value, other))));
    }

    /** Compares numbers by value, timestamps by instant, and other texts by their characters. */
    private static int compare(JsonNode one, JsonNode other) {
        BigDecimal number = numberOf(one);
        BigDecimal otherNumber = numberOf(other);
        if (number != null && otherNumber != null) {
            return number.compareTo(otherNumber);
        }
        Instant time = timeOf(one);
        Instant otherTime = timeOf(other);
        if (time != null && otherTime != null) {
            return time.compareTo(otherTime);
        }
        if (!one.isTextual() || !other.isTextual()) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(one).phrase() + ", which cannot be compared with "
                            + ValueType.of(other).phrase());
        }
        return one.textValue().compareTo(other.textValue());
    }

    /** Returns the value as a number; null if it is none. */
    private static @Nullable BigDecimal numberOf(JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            // Aligning numbers with exponents of nine digits would take minutes.
            return Math.abs(number.scale()) > MAX_DIGITS || number.precision() > MAX_DIGITS ? null : number;
        }
        return value.isTextual() && NUMBER_TEXT.matcher(value.textValue()).matches()
                ? new BigDecimal(value.textValue())
                : null;
    }

    /** Returns the value as a timestamp with an offset; null if it is none. */
    private static @Nullable Instant timeOf(JsonNode value) {
        try {
            return value.isTextual() ? DateFormats.instant(value, ZoneOffset.UTC, null) : null;
        } catch (ValueRejectedException e) {
            return null;
        }
    }

    private static Filter contains(FilterArguments arguments) {
        return withOperand(
                arguments,
                "the part to search for, such as contains('draft')",
                (value, other) -> BooleanNode.valueOf(
                        value.isArray()
                                ? elements(value).stream().anyMatch(one -> isEqual(one, other))
                                : value.asText().contains(Filters.single(other))));
    }

    private static List<JsonNode> elements(JsonNode list) {
        List<JsonNode> elements = new ArrayList<>();
        list.forEach(element -> {
            if (element.isValueNode()) {
                elements.add(element);
            }
        });
        return elements;
    }

    private static Filter not(FilterArguments arguments) {
        arguments.requireAtMost(0);
        return value -> BooleanNode.valueOf(!value.booleanValue());
    }

    /** Replaces a value: pairs of a value and its replacement, then the replacement of all other values. */
    private static Filter map(FilterArguments arguments) {
        String description = "values with their replacements, such as map('EU', 'eu.', 'US', 'us.', '')";
        if (arguments.list().size() < 2) {
            throw arguments.problem("requires " + description);
        }
        int last = arguments.list().size() - 1;
        List<JsonNode> keys = new ArrayList<>();
        List<Operand> results = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            if (i % 2 == 0 && i < last) {
                keys.add(arguments.literal(i, description));
            } else {
                results.add(Operand.literalOrExpression(arguments, i, description));
            }
        }
        return new Mapping(List.copyOf(keys), List.copyOf(results));
    }

    /** The replacement of values by other values, of which only the chosen one is evaluated. */
    private record Mapping(List<JsonNode> keys, List<Operand> results) implements Filter {

        @Override
        public List<PillPath> operands() {
            return results.stream().flatMap(result -> result.paths().stream()).toList();
        }

        @Override
        public @Nullable JsonNode apply(JsonNode value) {
            return apply(value, MissingNode.getInstance());
        }

        @Override
        public @Nullable JsonNode apply(JsonNode value, JsonNode root) {
            for (int i = 0; i < keys.size(); i++) {
                if (isEqual(value, keys.get(i))) {
                    return results.get(i).in(root);
                }
            }
            return results.size() > keys.size() ? results.get(keys.size()).in(root) : null;
        }
    }

    private static Filter sum(FilterArguments arguments, int sign) {
        String description = "a number, or a period in ISO 8601, such as 1, 'P1D' or 'PT1H'";
        if (arguments.list().size() == 1 && arguments.word(0) == null && arguments.expression(0) == null) {
            JsonNode literal = arguments.literal(0, description);
            if (numberOf(literal) == null && amountOf(literal) == null) {
                throw arguments.problem("requires " + description);
            }
        }
        return withOperand(arguments, description, (value, other) -> sum(value, other, sign));
    }

    private static JsonNode sum(JsonNode value, JsonNode other, int sign) {
        BigDecimal number = numberOf(value);
        BigDecimal added = numberOf(other);
        if (number != null && added != null) {
            return DecimalNode.valueOf(sign > 0 ? number.add(added) : number.subtract(added));
        }
        TemporalAmount amount = amountOf(other);
        if (amount == null) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE, "is not a number, or the other value is neither a number nor an ISO 8601 period");
        }
        ZonedDateTime time = DateFormats.instant(value, null, null).atZone(ZoneOffset.UTC);
        try {
            ZonedDateTime moved = sign > 0 ? time.plus(amount) : time.minus(amount);
            return TextNode.valueOf(moved.toInstant().toString());
        } catch (DateTimeException | ArithmeticException e) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "and the period lead to a time that is out of range");
        }
    }

    private static @Nullable TemporalAmount amountOf(JsonNode value) {
        String text = value.asText();
        try {
            boolean isPeriod = text.matches("[+-]?P[^T]*");
            return !value.isTextual() ? null : isPeriod ? Period.parse(text) : Duration.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Filter joined(FilterArguments arguments, String description, boolean isBefore) {
        return withOperand(arguments, description, (value, other) -> {
            String text = Filters.text(value);
            String added = Filters.single(other);
            return TextNode.valueOf(isBefore ? added + text : text + added);
        });
    }

    private static Filter match(FilterArguments arguments) {
        arguments.requireAtMost(1);
        String text = arguments.text(0, "a regular expression, such as match('cursor=([^&]+)')");
        Pattern pattern;
        try {
            pattern = Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw arguments.problem("\"" + text + "\" is not a regular expression: " + e.getDescription());
        }
        return value -> {
            String searched = Filters.text(value);
            if (searched.length() > MAX_SEARCHED) {
                throw new ValueRejectedException(
                        Code.WRONG_TYPE, "has more than " + MAX_SEARCHED + " characters, too many to search");
            }
            Matcher matcher = pattern.matcher(searched);
            String found = matcher.find() ? matcher.group(Math.min(1, matcher.groupCount())) : null;
            return found == null ? null : TextNode.valueOf(found);
        };
    }
}
