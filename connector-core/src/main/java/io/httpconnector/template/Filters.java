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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The built-in filters that convert values. {@link #BUILT_IN} is the only list of them: the parser, the suggestions for
 * misspelt names and the tests derive theirs from it. The filters for missing values are in {@link MissingValuePolicy}.
 */
final class Filters {

    /**
     * A filter with its arguments. The given value is never missing or null; a result of null means that the value is missing.
     */
    @FunctionalInterface
    interface Filter {
        @Nullable JsonNode apply(JsonNode value);

        /** Applies a filter that may use other values of the job; {@code root} has them by their steps. */
        default @Nullable JsonNode apply(JsonNode value, JsonNode root) {
            return apply(value);
        }

        /** The paths of the other values that it uses. */
        default List<PillPath> operands() {
            return List.of();
        }
    }

    /**
     * A filter as a template author uses it.
     *
     * @param name the name in the template
     * @param acceptedTypes the accepted types; empty for all
     * @param resultType the type of the result
     * @param factory checks the arguments and creates the filter
     * @param keepsSlashes whether slashes of the result separate segments in the path of the URL
     */
    record FilterDefinition(
            String name,
            Set<ValueType> acceptedTypes,
            ValueType resultType,
            Function<FilterArguments, Filter> factory,
            boolean keepsSlashes) {

        FilterDefinition(
                String name,
                Set<ValueType> acceptedTypes,
                ValueType resultType,
                Function<FilterArguments, Filter> factory) {
            this(name, acceptedTypes, resultType, factory, false);
        }

        boolean accepts(ValueType type) {
            return acceptedTypes.isEmpty() || acceptedTypes.contains(type);
        }

        private FilterDefinition keepingSlashes() {
            return new FilterDefinition(name, acceptedTypes, resultType, factory, true);
        }
    }

    private static final Set<ValueType> SCALAR = Set.of(TEXT, NUMBER, BOOLEAN);
    private static final Set<ValueType> DATE = Set.of(TEXT, NUMBER);

    /** All built-in filters, one entry each. */
    static final List<FilterDefinition> BUILT_IN = Stream.of(
                    List.of(
                            text("string", SCALAR, Filters::text),
                            text("path", SCALAR, Filters::text).keepingSlashes(),
                            text("trim", SCALAR, value -> text(value).strip()),
                            text("upper", SCALAR, value -> text(value).toUpperCase(Locale.ROOT)),
                            text("lower", SCALAR, value -> text(value).toLowerCase(Locale.ROOT)),
                            text("urlencode", SCALAR, value -> Escaping.percent(text(value), "")),
                            text("base64", SCALAR, value -> Base64.getEncoder().encodeToString(bytes(value))),
                            text(
                                    "base64url",
                                    SCALAR,
                                    value -> Base64.getUrlEncoder()
                                            .withoutPadding()
                                            .encodeToString(bytes(value))),
                            text("hex", SCALAR, value -> HexFormat.of().formatHex(bytes(value))),
                            text("json", Set.of(), JsonWriter::toText),
                            new FilterDefinition("number", DATE, NUMBER, withoutArguments(Filters::number)),
                            new FilterDefinition(
                                    "boolean", Set.of(TEXT, BOOLEAN), BOOLEAN, withoutArguments(Filters::toBoolean)),
                            new FilterDefinition(
                                    "size", Set.of(TEXT, LIST, OBJECT), NUMBER, withoutArguments(Filters::size)),
                            new FilterDefinition("first", Set.of(LIST), ANY, withoutArguments(list -> list.get(0))),
                            new FilterDefinition(
                                    "last", Set.of(LIST), ANY, withoutArguments(list -> list.get(list.size() - 1))),
                            new FilterDefinition("join", Set.of(LIST), TEXT, Filters::join),
                            new FilterDefinition("split", SCALAR, LIST, Filters::split),
                            new FilterDefinition("pluck", Set.of(LIST), LIST, Filters::pluck),
                            new FilterDefinition("date", DATE, TEXT, Filters::date),
                            new FilterDefinition("iso", DATE, TEXT, Filters::iso),
                            new FilterDefinition("epochSeconds", DATE, NUMBER, arguments -> epoch(arguments, 1000)),
                            new FilterDefinition("epochMillis", DATE, NUMBER, arguments -> epoch(arguments, 1))),
                    CalculationFilters.ALL,
                    DigestFilters.ALL,
                    ParameterFilters.ALL)
            .flatMap(List::stream)
            .toList();

    private static final Map<String, FilterDefinition> BY_NAME =
            BUILT_IN.stream().collect(Collectors.toUnmodifiableMap(FilterDefinition::name, filter -> filter));

    private Filters() {}

    /** A filter without arguments whose result is text. */
    private static FilterDefinition text(
            String name, Set<ValueType> acceptedTypes, Function<JsonNode, String> conversion) {
        return new FilterDefinition(
                name, acceptedTypes, TEXT, withoutArguments(value -> TextNode.valueOf(conversion.apply(value))));
    }

    static Function<FilterArguments, Filter> withoutArguments(Filter filter) {
        return arguments -> {
            arguments.requireAtMost(0);
            return filter;
        };
    }

    /** Returns the filter of this name, or null. */
    static @Nullable FilterDefinition find(String name) {
        return BY_NAME.get(name);
    }

    /** Returns the names of all built-in filters, with those for missing values. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(BY_NAME.keySet());
        names.addAll(MissingValuePolicy.NAMES);
        return names;
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

    /** Returns the bytes of a value: those of a digest or a byte array, or a text in UTF-8. */
    static byte[] bytes(JsonNode value) {
        if (value instanceof DigestFilters.Digest digest) {
            return digest.bytes();
        }
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
        if (value.isBinary()) {
            return IntNode.valueOf(bytes(value).length);
        }
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

    /** The parts between separators, without white space around them; blank parts, as after a last comma, are left out. */
    private static Filter split(FilterArguments arguments) {
        arguments.requireAtMost(1);
        String separator = arguments.text(0, "the text between the parts, such as split(',')");
        if (separator.isEmpty()) {
            throw arguments.problem("requires text between the parts, such as split(',')");
        }
        return value -> {
            ArrayNode parts = JsonNodeFactory.instance.arrayNode();
            for (String part : text(value).split(Pattern.quote(separator), -1)) {
                if (!part.isBlank()) {
                    parts.add(part.strip());
                }
            }
            return parts;
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

    private static Filter date(FilterArguments all) {
        DateFormats.@Nullable Unit unit = all.unit();
        FilterArguments arguments = all.withoutUnit();
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

    private static Filter iso(FilterArguments all) {
        DateFormats.@Nullable Unit unit = all.unit();
        FilterArguments arguments = all.withoutUnit();
        ZoneId zone = arguments.zone(0);
        arguments.requireAtMost(1);
        return value -> TextNode.valueOf(
                zone == null
                        ? DateFormats.instant(value, null, unit).toString()
                        : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(DateFormats.read(value, zone, unit)));
    }

    private static Filter epoch(FilterArguments all, long millis) {
        DateFormats.@Nullable Unit unit = all.unit();
        FilterArguments arguments = all.withoutUnit();
        ZoneId zone = arguments.zone(0);
        arguments.requireAtMost(1);
        return value -> LongNode.valueOf(
                Math.floorDiv(DateFormats.instant(value, zone, unit).toEpochMilli(), millis));
    }

    /** A custom filter of the application. */
    static FilterDefinition custom(String name, PillFilter filter) {
        return new FilterDefinition(name, Set.of(), ANY, arguments -> value -> {
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
