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

/** The filters that make one value of another. Those that decide what happens without a value are {@link MissingValuePolicy}. */
final class Filters {

    /** A filter with its arguments; the value is never missing or null, and null means that there is none. */
    @FunctionalInterface
    interface Filter {
        @Nullable JsonNode apply(JsonNode value);
    }

    /** What a filter takes and gives. */
    record FilterDefinition(Set<ValueType> takes, ValueType gives, Function<FilterArguments, Filter> with) {

        boolean takes(ValueType type) {
            return takes.isEmpty() || takes.contains(type);
        }
    }

    private static final Set<ValueType> SCALAR = Set.of(TEXT, NUMBER, BOOLEAN);
    private static final Set<ValueType> DATE = Set.of(TEXT, NUMBER);
    private static final Map<String, FilterDefinition> ALL = new TreeMap<>();

    static {
        text("string", SCALAR, Filters::text);
        // Says that the slashes stay, which TextTemplate sees to.
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
        define("number", DATE, NUMBER, none(Filters::number));
        define("boolean", Set.of(TEXT, BOOLEAN), BOOLEAN, none(Filters::truth));
        define("size", Set.of(TEXT, LIST, OBJECT), NUMBER, none(Filters::size));
        define("first", Set.of(LIST), ANY, none(list -> list.get(0)));
        define("last", Set.of(LIST), ANY, none(list -> list.get(list.size() - 1)));
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
        define(name, takes, TEXT, none(value -> TextNode.valueOf(filter.apply(value))));
    }

    /** A filter that gives text. */
    @FunctionalInterface
    private interface TextFilter {
        String apply(JsonNode value);
    }

    private static Function<FilterArguments, Filter> none(Filter filter) {
        return arguments -> {
            arguments.atMost(0);
            return filter;
        };
    }

    /** The filter of this name, or null. */
    static @Nullable FilterDefinition find(String name) {
        return ALL.get(name);
    }

    static boolean isOfDates(String name) {
        return Set.of("date", "iso", "epochSeconds", "epochMillis").contains(name);
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    /** A single value as text; numbers digit for digit. */
    static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.asText();
    }

    /** A value as part of a text; a list or an object is refused. */
    static String single(JsonNode value) {
        if (!SCALAR.contains(ValueType.of(value))) {
            throw new ValueRejectedException(
                    Code.WRONG_TYPE,
                    "is " + ValueType.of(value).phrase()
                            + ", which can't stand in a text: name a single value of it, or add"
                            + (value.isArray() ? " | join(', ') or" : "") + " | json");
        }
        return text(value);
    }

    private static byte[] bytes(JsonNode value) {
        try {
            return value.isBinary() ? value.binaryValue() : Escaping.utf8(text(value));
        } catch (IOException e) {
            throw new IllegalStateException("a binary node has bytes", e);
        }
    }

    private static JsonNode number(JsonNode value) {
        try {
            return value.isNumber() ? value : JsonSupport.number(text(value));
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "is a text that is no number");
        }
    }

    private static JsonNode truth(JsonNode value) {
        if (value.isBoolean()) {
            return value;
        }
        return switch (text(value)) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            default -> throw new ValueRejectedException(Code.WRONG_TYPE, "is a text other than \"true\" and \"false\"");
        };
    }

    private static JsonNode size(JsonNode value) {
        String text = value.isContainerNode() ? "" : text(value);
        return IntNode.valueOf(value.isContainerNode() ? value.size() : text.codePointCount(0, text.length()));
    }

    private static Filter join(FilterArguments arguments) {
        arguments.atMost(1);
        String separator = arguments.text(0, "the text between the elements, such as join(', ')");
        return list -> {
            StringJoiner joined = new StringJoiner(separator);
            for (int i = 0; i < list.size(); i++) {
                JsonNode element = list.get(i);
                if (!SCALAR.contains(ValueType.of(element))) {
                    throw new ValueRejectedException(
                            Code.WRONG_TYPE,
                            "has " + ValueType.of(element).phrase() + " at [" + i + "], which join can't make text of");
                }
                joined.add(text(element));
            }
            return TextNode.valueOf(joined.toString());
        };
    }

    private static Filter pluck(FilterArguments arguments) {
        arguments.atMost(1);
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
        arguments.atMost(2);
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
        arguments.atMost(1);
        return value -> TextNode.valueOf(
                zone == null
                        ? DateFormats.instant(value, null, unit).toString()
                        : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(DateFormats.read(value, zone, unit)));
    }

    private static Filter epoch(FilterArguments arguments, long millis) {
        DateFormats.@Nullable Unit unit = arguments.unit();
        ZoneId zone = arguments.zone(0);
        arguments.atMost(1);
        return value -> LongNode.valueOf(
                Math.floorDiv(DateFormats.instant(value, zone, unit).toEpochMilli(), millis));
    }

    /** A filter of the application's own. */
    static FilterDefinition own(String name, PillFilter filter) {
        return new FilterDefinition(Set.of(), ANY, arguments -> value -> {
            try {
                Object result = filter.apply(value, arguments.literals());
                return result == null ? JsonNodeFactory.instance.nullNode() : JsonSupport.tree(result);
            } catch (RuntimeException e) {
                // Not its message: it may hold the value.
                throw new ValueRejectedException(
                        Code.WRONG_TYPE,
                        "is refused by the filter " + name + " (" + e.getClass().getSimpleName() + ")");
            }
        });
    }
}
