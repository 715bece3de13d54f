package io.httpconnector.template;

import static io.httpconnector.template.ValueType.ANY;
import static io.httpconnector.template.ValueType.BOOLEAN;
import static io.httpconnector.template.ValueType.LIST;
import static io.httpconnector.template.ValueType.NUMBER;
import static io.httpconnector.template.ValueType.OBJECT;
import static io.httpconnector.template.ValueType.TEXT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The built-in filters that convert values. The filters for missing values are in {@link MissingValuePolicy}. */
final class Filters {

    /**
     * A filter with its arguments. The given value is never missing or null; a result of null means that the value is missing.
     */
    @FunctionalInterface
    interface Filter {
        @Nullable JsonNode apply(JsonNode value);
    }

    /** The accepted types, result type and factory of a filter. */
    record FilterDefinition(
            Set<ValueType> acceptedTypes, ValueType resultType, Function<FilterArguments, Filter> factory) {

        boolean accepts(ValueType type) {
            return acceptedTypes.isEmpty() || acceptedTypes.contains(type);
        }
    }

    private static final Set<ValueType> SCALAR = Set.of(TEXT, NUMBER, BOOLEAN);
    private static final Set<ValueType> DATE = Set.of(TEXT, NUMBER);
    private static final Map<String, FilterDefinition> ALL = new TreeMap<>();

    static {
        text("string", SCALAR, Filters::text);
        // A marker for TextTemplate, which then keeps the slashes.
        text("path", SCALAR, Filters::text);
        text("trim", SCALAR, value -> text(value).strip());
        text("upper", SCALAR, value -> text(value).toUpperCase(Locale.ROOT));
        text("lower", SCALAR, value -> text(value).toLowerCase(Locale.ROOT));
        text("urlencode", SCALAR, value -> Escaping.percent(text(value), ""));
        text("base64", SCALAR, value -> Base64.getEncoder().encodeToString(bytes(value)));
        text(
                "base64url",
                SCALAR,
                value -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(value)));
        text("hex", SCALAR, value -> HexFormat.of().formatHex(bytes(value)));
        text("json", Set.of(), JsonWriter::toText);
        define("number", DATE, NUMBER, withoutArguments(Filters::number));
        define("boolean", Set.of(TEXT, BOOLEAN), BOOLEAN, withoutArguments(Filters::toBoolean));
        define("size", Set.of(TEXT, LIST, OBJECT), NUMBER, withoutArguments(Filters::size));
        define("first", Set.of(LIST), ANY, withoutArguments(list -> list.get(0)));
        define("last", Set.of(LIST), ANY, withoutArguments(list -> list.get(list.size() - 1)));
        define("join", Set.of(LIST), TEXT, Filters::join);
        define("pluck", Set.of(LIST), LIST, Filters::pluck);
        define("date", DATE, TEXT, Filters::date);
        define("iso", DATE, TEXT, Filters::iso);
        define("epochSeconds", DATE, NUMBER, arguments -> epoch(arguments, 1000));
        define("epochMillis", DATE, NUMBER, arguments -> epoch(arguments, 1));
    }

    private Filters() {}

    private static void define(
            String name, Set<ValueType> takes, ValueType gives, Function<FilterArguments, Filter> with) {
        ALL.put(name, new FilterDefinition(takes, gives, with));
    }

    private static void text(String name, Set<ValueType> takes, TextFilter filter) {
        define(name, takes, TEXT, withoutArguments(value -> TextNode.valueOf(filter.apply(value))));
    }

    /** A filter whose result is text. */
    @FunctionalInterface
    private interface TextFilter {
        String apply(JsonNode value);
    }

    private static Function<FilterArguments, Filter> withoutArguments(Filter filter) {
        return arguments -> {
            arguments.requireAtMost(0);
            return filter;
        };
    }

    /** Returns the filter of this name, or null. */
    static @Nullable FilterDefinition find(String name) {
        return ALL.get(name);
    }

    static boolean isDateFilter(String name) {
        return Set.of("date", "iso", "epochSeconds", "epochMillis").contains(name);
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    /** Returns a scalar as text; numbers keep their digits. */
    static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.asText();
    }

    /** Returns a scalar as part of a text; rejects a list or an object. */
    static String single(JsonNode value) {
        if (!SCALAR.contains(ValueType.of(value))) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase()
                            + ", which can't be part of a text: select a single value of it, or add"
                            + (value.isArray() ? " | join(', ') or" : "") + " | json");
        }
        return text(value);
    }

    private static byte[] bytes(JsonNode value) {
        try {
            return value.isBinary() ? value.binaryValue() : Escaping.utf8(text(value));
        } catch (IOException e) {
            throw new IllegalStateException("a binary node always has bytes", e);
        }
    }

    private static JsonNode number(JsonNode value) {
        try {
            return value.isNumber() ? value : JsonSupport.number(text(value));
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "is text that is not a number");
        }
    }

    private static JsonNode toBoolean(JsonNode value) {
        if (value.isBoolean()) {
            return value;
        }
        return switch (text(value)) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            default -> throw new ValueRejectedException(Code.WRONG_TYPE, "is text other than \"true\" and \"false\"");
        };
    }

    private static JsonNode size(JsonNode value) {
        String text = value.isContainerNode() ? "" : text(value);
        return IntNode.valueOf(value.isContainerNode() ? value.size() : text.codePointCount(0, text.length()));
    }

    private static Filter join(FilterArguments arguments) {
        arguments.requireAtMost(1);
        String separator = arguments.text(0, "the text between the elements, such as join(', ')");
        return list -> {
            StringJoiner joined = new StringJoiner(separator);
            for (int i = 0; i < list.size(); i++) {
                JsonNode element = list.get(i);
                if (!SCALAR.contains(ValueType.of(element))) {
                    throw new ValueRejectedException(
                            Code.WRONG_TYPE,
                            "has " + ValueType.of(element).phrase() + " at [" + i + "], which the filter join"
                                    + " does not accept");
                }
                joined.add(text(element));
            }
            return TextNode.valueOf(joined.toString());
        };
    }

    private static Filter pluck(FilterArguments arguments) {
        arguments.requireAtMost(1);
        PillPath path = arguments.path(0);
        return list -> {
            ArrayNode plucked = JsonNodeFactory.instance.arrayNode(list.size());
            for (int i = 0; i < list.size(); i++) {
                JsonNode value = path.resolve(list.get(i));
                if (value == null) {
                    throw new ValueRejectedException(Code.MISSING, "has no \"" + path + "\" at [" + i + "]");
                }
                plucked.add(value);
            }
            return plucked;
        };
    }

    private static Filter date(FilterArguments arguments) {
        DateFormats.@Nullable Unit unit = arguments.unit();
        DateTimeFormatter format = arguments.datePattern(0);
        ZoneId zone = arguments.zone(1);
        arguments.requireAtMost(2);
        return value -> {
            TemporalAccessor read = DateFormats.read(value, zone, unit);
            try {
                return TextNode.valueOf(format.format(read instanceof LocalDate date ? date.atStartOfDay() : read));
            } catch (DateTimeException e) {
                throw DateFormats.needsZone();
            }
        };
    }

    private static Filter iso(FilterArguments arguments) {
        DateFormats.@Nullable Unit unit = arguments.unit();
        ZoneId zone = arguments.zone(0);
        arguments.requireAtMost(1);
        return value -> TextNode.valueOf(
                zone == null
                        ? DateFormats.instant(value, null, unit).toString()
                        : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(DateFormats.read(value, zone, unit)));
    }

    private static Filter epoch(FilterArguments arguments, long millis) {
        DateFormats.@Nullable Unit unit = arguments.unit();
        ZoneId zone = arguments.zone(0);
        arguments.requireAtMost(1);
        return value -> LongNode.valueOf(
                Math.floorDiv(DateFormats.instant(value, zone, unit).toEpochMilli(), millis));
    }

    /** A custom filter of the application. */
    static FilterDefinition custom(String name, PillFilter filter) {
        return new FilterDefinition(Set.of(), ANY, arguments -> value -> {
            try {
                Object result = filter.apply(value, arguments.literals());
                return result == null ? JsonNodeFactory.instance.nullNode() : JsonSupport.tree(result);
            } catch (RuntimeException e) {
                // Without the message, which may contain the value.
                throw new ValueRejectedException(
                        Code.WRONG_TYPE,
                        "is rejected by the filter " + name + " ("
                                + e.getClass().getSimpleName() + ")");
            }
        });
    }
}
