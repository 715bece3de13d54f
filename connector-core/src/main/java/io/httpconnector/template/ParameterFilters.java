package io.httpconnector.template;

import static io.httpconnector.template.ValueType.ANY;
import static io.httpconnector.template.ValueType.LIST;
import static io.httpconnector.template.ValueType.OBJECT;
import static io.httpconnector.template.ValueType.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.template.Filters.Filter;
import io.httpconnector.template.Filters.FilterDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The built-in filters that select parts of lists and objects, and write them as parameters, for texts that are signed; part of
 * {@link Filters#BUILT_IN}. A parameter in a list is an object with {@code name} and {@code value}.
 */
final class ParameterFilters {

    private static final Set<ValueType> CONTAINERS = Set.of(LIST, OBJECT);
    private static final String NAME = "name";
    private static final String VALUE = "value";

    /** The filters, one entry each. */
    static final List<FilterDefinition> ALL = List.of(
            new FilterDefinition("pairs", CONTAINERS, TEXT, ParameterFilters::pairs),
            new FilterDefinition("without", CONTAINERS, ANY, ParameterFilters::without),
            new FilterDefinition(
                    "withoutEmpty",
                    CONTAINERS,
                    ANY,
                    Filters.withoutArguments(all -> kept(all, (name, value) -> !isEmpty(value)))),
            new FilterDefinition("take", Set.of(TEXT, LIST), ANY, ParameterFilters::take));

    private ParameterFilters() {}

    private static Filter pairs(FilterArguments arguments) {
        String example = ", such as pairs('=', '&')";
        String assignment = arguments.text(0, "the text between name and value" + example);
        String separator = arguments.text(1, "the text between the pairs" + example);
        UnaryOperator<String> encoding = encoding(arguments);
        arguments.requireAtMost(3);
        return value -> {
            StringJoiner pairs = new StringJoiner(separator);
            if (value.isObject()) {
                value.properties()
                        .forEach(member -> pairs.add(encoding.apply(member.getKey())
                                + assignment
                                + encoding.apply(text(member.getValue(), "\"" + member.getKey() + "\""))));
            }
            for (int i = 0; value.isArray() && i < value.size(); i++) {
                JsonNode pair = value.get(i);
                if (!isPair(pair)) {
                    throw new ValueRejectedException(
                            Code.WRONG_TYPE, "has no name and value at [" + i + "], which the filter pairs requires");
                }
                pairs.add(encoding.apply(pair.get(NAME).textValue())
                        + assignment
                        + encoding.apply(text(pair.get(VALUE), "[" + i + "]")));
            }
            return TextNode.valueOf(pairs.toString());
        };
    }

    private static String text(JsonNode value, String at) {
        if (value.isContainerNode()) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "has " + ValueType.of(value).phrase() + " at " + at + ", which the filter pairs does not accept");
        }
        return value.isNull() ? "" : Filters.text(value);
    }

    private static UnaryOperator<String> encoding(FilterArguments arguments) {
        if (arguments.list().size() < 3) {
            return text -> text;
        }
        String word = String.valueOf(arguments.word(2));
        return switch (word) {
            case "encoded" -> text -> Escaping.percent(text, "");
            case "form" -> text -> Escaping.percent(text, "").replace("%20", "+");
            default ->
                throw arguments.problem("the third argument is encoded (RFC 3986) or form (a space as +), without"
                        + " quotes, such as pairs('=', '&', encoded)");
        };
    }

    private static Filter without(FilterArguments arguments) {
        Set<String> names = arguments.literals().stream().map(Filters::text).collect(Collectors.toSet());
        if (names.isEmpty()) {
            throw arguments.problem("requires the names of the parameters to leave out, such as without('sign')");
        }
        return all -> kept(all, (name, value) -> !names.contains(name));
    }

    /** Returns what is kept of a list or an object. The name of a list element that is no parameter is its text. */
    private static JsonNode kept(JsonNode all, BiPredicate<String, JsonNode> isKept) {
        if (all.isObject()) {
            ObjectNode members = JsonNodeFactory.instance.objectNode();
            all.properties().stream()
                    .filter(member -> isKept.test(member.getKey(), member.getValue()))
                    .forEach(member -> members.set(member.getKey(), member.getValue()));
            return members;
        }
        ArrayNode elements = JsonNodeFactory.instance.arrayNode();
        all.forEach(element -> {
            boolean isPair = isPair(element);
            String name = isPair ? element.get(NAME).textValue() : Filters.text(element);
            if (isKept.test(name, isPair ? element.get(VALUE) : element)) {
                elements.add(element);
            }
        });
        return elements;
    }

    private static boolean isPair(JsonNode value) {
        return value.path(NAME).isTextual() && value.has(VALUE);
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || (value.isContainerNode()
                        ? value.isEmpty()
                        : Filters.text(value).isEmpty());
    }

    /** The first characters, bytes or elements of a value. */
    private static Filter take(FilterArguments arguments) {
        arguments.requireAtMost(1);
        JsonNode max = arguments.literal(0, "the greatest number of characters, bytes or elements, such as take(10)");
        if (!max.isNumber() || !max.canConvertToExactIntegral() || !max.canConvertToInt() || max.intValue() < 0) {
            throw arguments.problem("requires an integer from 0 to " + Integer.MAX_VALUE + ", such as take(10)");
        }
        int count = max.intValue();
        return value -> {
            if (value.isArray()) {
                ArrayNode first = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < Math.min(count, value.size()); i++) {
                    first.add(value.get(i));
                }
                return first;
            }
            if (value.isBinary()) {
                byte[] bytes = Filters.bytes(value);
                return bytes.length <= count ? value : BinaryNode.valueOf(Arrays.copyOf(bytes, count));
            }
            String text = Filters.text(value);
            return text.codePointCount(0, text.length()) <= count
                    ? value
                    : TextNode.valueOf(text.substring(0, text.offsetByCodePoints(0, count)));
        };
    }
}
