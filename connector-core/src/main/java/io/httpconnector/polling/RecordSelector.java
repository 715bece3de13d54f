package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.RecordFilters.RecordFilter;
import io.httpconnector.template.Pills;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Selects the records in a response.
 *
 * <pre>{@code
 * RecordSelector.atRoot()                                     // [{"id": 1}, ...]
 * RecordSelector.at("/issues")                                // {"issues": [{"id": 1}, ...]}
 * RecordSelector.at("/groups/*")                              // {"groups": {"a": [{"id": 1}], "b": [{"id": 2}]}}
 * RecordSelector.at("/rates").keyed("currency")               // {"rates": {"EUR": {...}}} becomes {"currency": "EUR", ...}
 * RecordSelector.at("/orders").expand("/lines")               // a record for each line of each order
 * RecordSelector.at("/items").where("/status", "open")
 * }</pre>
 *
 * <p>The response is streamed, record by record, so that it may be of any size. Its format is determined by its {@code
 * Content-Type}, JSON when in doubt; XML is read as by {@link io.httpconnector.Response#xml()}. A body that is a gzip file or a
 * ZIP archive is unpacked; the format of each file of an archive is determined by its extension. Immutable and thread-safe.
 */
public final class RecordSelector {

    /** The format of responses. */
    public enum Format {
        /** Determined by the {@code Content-Type}. */
        AUTO,
        /** One JSON value (RFC 8259). */
        JSON,
        /** JSON Lines: one JSON value per record, usually one per line. */
        JSON_LINES,
        /** XML. Needs the library {@code jackson-dataformat-xml}. */
        XML,
        /** CSV with the field names in the first line (RFC 4180); a repeated name gets a number: {@code amount_2}. Needs the library {@code jackson-dataformat-csv}. */
        CSV
    }

    /** The segment of a path that selects all elements or members. */
    static final String ALL = "*";

    private final List<String> path;
    private final Format format;
    private final CsvFormat csv;
    private final @Nullable String keyField;
    private final @Nullable JsonPaths expanded;
    private final RecordFilters filters;
    private final boolean optional;
    private final List<Empty> empty;
    private final SettingsDocument spec;
    private final @Nullable Function<JsonNode, ? extends Iterable<JsonNode>> extractor;

    private RecordSelector(
            List<String> path,
            Format format,
            CsvFormat csv,
            @Nullable String keyField,
            @Nullable JsonPaths expanded,
            RecordFilters filters,
            boolean optional,
            List<Empty> empty,
            SettingsDocument spec,
            @Nullable Function<JsonNode, ? extends Iterable<JsonNode>> extractor) {
        this.path = path;
        this.format = format;
        this.csv = csv;
        this.keyField = keyField;
        this.expanded = expanded;
        this.filters = filters;
        this.optional = optional;
        this.empty = empty;
        this.spec = spec;
        this.extractor = extractor;
    }

    /**
     * Selects the root of the response: a list of records, or one record.
     *
     * @return the selector
     */
    public static RecordSelector atRoot() {
        return new RecordSelector(
                List.of(),
                Format.AUTO,
                CsvFormat.DEFAULT,
                null,
                null,
                RecordFilters.NONE,
                false,
                List.of(),
                SettingsDocument.NONE,
                null);
    }

    /**
     * Selects the records at a path.
     *
     * @param path a JSON pointer (RFC 6901) to a list of records or to one record, with {@code *} for each element of a list or
     *     each member of an object, and a number for one element of a list
     * @return the selector
     * @throws InvalidDefinitionException when it is not a JSON pointer
     */
    public static RecordSelector at(String path) {
        return atRoot().withPath(JsonPaths.segments("records", path), path);
    }

    private RecordSelector withPath(List<String> segments, String text) {
        return new RecordSelector(
                segments,
                format,
                csv,
                keyField,
                expanded,
                filters,
                optional,
                empty,
                spec.with("path", text),
                extractor);
    }

    /**
     * Extracts the records of each response by your code, for responses that no path fits. The whole response is read as JSON,
     * so that it is limited by {@code maxResponseBytes} of the connection.
     *
     * @param records returns the records of a response
     * @return the selector
     */
    public static RecordSelector extracting(Function<JsonNode, ? extends Iterable<JsonNode>> records) {
        if (records == null) {
            throw new InvalidDefinitionException("records", List.of("extracting: the function is null"));
        }
        RecordSelector root = atRoot();
        return new RecordSelector(
                root.path,
                Format.JSON,
                root.csv,
                null,
                null,
                root.filters,
                false,
                root.empty,
                root.spec.withCode(),
                records);
    }

    /**
     * Reads responses in this format, regardless of their {@code Content-Type}.
     *
     * @param format the format
     * @return another selector
     */
    public RecordSelector as(Format format) {
        if (format == null) {
            throw new InvalidDefinitionException("records", List.of("as: the format is null: use Format.AUTO"));
        }
        SettingsDocument changed =
                format == Format.CSV ? spec.with("as", format) : spec.with("as", format, "csv", "csvCharset");
        CsvFormat used = format == Format.CSV ? csv : CsvFormat.DEFAULT;
        return new RecordSelector(path, format, used, keyField, expanded, filters, optional, empty, changed, extractor);
    }

    /**
     * Reads responses as CSV with a separator other than a comma.
     *
     * @param separator such as a semicolon or a tab
     * @return another selector
     */
    public RecordSelector csv(char separator) {
        SettingsDocument changed = spec.with("csv", String.valueOf(separator), "as");
        return new RecordSelector(
                path,
                Format.CSV,
                csv.with(separator),
                keyField,
                expanded,
                filters,
                optional,
                empty,
                changed,
                extractor);
    }

    /**
     * Reads responses as CSV in this charset, regardless of their {@code Content-Type}, for services that do not state it.
     *
     * @param charset such as {@code ISO_8859_1}
     * @return another selector
     */
    public RecordSelector csvCharset(Charset charset) {
        if (charset == null) {
            throw new InvalidDefinitionException("records", List.of("csvCharset: the charset is null"));
        }
        return new RecordSelector(
                path,
                Format.CSV,
                csv.with(charset),
                keyField,
                expanded,
                filters,
                optional,
                empty,
                spec.with("csvCharset", charset.name(), "as"),
                extractor);
    }

    /**
     * Selects the members of an object as records, instead of the elements of a list.
     *
     * @param field the field of the record that receives the name of the member; a member that is not an object becomes
     *     {@code {"<field>": name, "value": member}}
     * @return another selector
     */
    public RecordSelector keyed(String field) {
        if (field == null || field.isEmpty()) {
            throw new InvalidDefinitionException("records", List.of("keyed: the field has no name"));
        }
        SettingsDocument changed = spec.with("keyed", field);
        return new RecordSelector(path, format, csv, field, expanded, filters, optional, empty, changed, extractor);
    }

    /**
     * Creates a record for each element of a list within the record. It also has the other fields of the record, and the
     * element instead of the list: {@code {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}} becomes
     * {@code {"id": 7, "lines": {"sku": "a"}}} and {@code {"id": 7, "lines": {"sku": "b"}}}.
     *
     * @param list a JSON pointer from the record to the list; a record without it is skipped
     * @return another selector
     * @throws InvalidDefinitionException when it is not a JSON pointer to a field
     */
    public RecordSelector expand(String list) {
        JsonPaths pointer = JsonPaths.of("expand", list);
        if (pointer.isRoot()) {
            throw new InvalidDefinitionException(
                    "records",
                    List.of("expand: the pointer must lead to a field of the record, not to the record itself"));
        }
        SettingsDocument changed = spec.with("expand", list);
        return new RecordSelector(path, format, csv, keyField, pointer, filters, optional, empty, changed, extractor);
    }

    /**
     * Filters records by a predicate.
     *
     * @param filter accepts a record
     * @return another selector
     */
    public RecordSelector where(Predicate<JsonNode> filter) {
        if (filter == null) {
            throw new InvalidDefinitionException("records", List.of("where: the filter is null"));
        }
        return filtered(new RecordFilter((item, pills) -> filter.test(item), Set.of()), spec.withCode());
    }

    private RecordSelector filtered(RecordFilter filter, SettingsDocument changed) {
        return withFilters(filters.and(filter), changed);
    }

    private RecordSelector withFilters(RecordFilters more, SettingsDocument changed) {
        return new RecordSelector(path, format, csv, keyField, expanded, more, optional, empty, changed, extractor);
    }

    /**
     * Filters records by the value of a field.
     *
     * @param field a JSON pointer from the record to the field
     * @param values the accepted values, as text
     * @return another selector
     * @throws InvalidDefinitionException when it is not a JSON pointer
     */
    public RecordSelector where(String field, String... values) {
        JsonPaths pointer = JsonPaths.of("where", field);
        if (values == null || values.length == 0 || Arrays.asList(values).contains(null)) {
            throw new InvalidDefinitionException(
                    "records",
                    List.of("where: specify at least one value, none of them null; otherwise no"
                            + " record would match"));
        }
        List<String> good = List.of(values.clone());
        SettingsDocument changed = spec.plus("where", Map.of("field", field, "values", good));
        return filtered(
                new RecordFilter(
                        (item, pills) ->
                                good.contains(pointer.resolveValue(item).asText()),
                        Set.of()),
                changed);
    }

    /**
     * Filters records by an expression of the template language, for other conditions than equality: {@code where("{{record.type
     * | equals('draft') | not}}")}. A record without the value does not match.
     *
     * <p>If an expression uses {@code response}, the content of the response outside its list of records, the records of a
     * page are held in memory until the response is complete, up to {@code maxResponseBytes} of the connection.
     *
     * @param expression an expression over {@code record}, {@code response}, {@code headers}, {@code status} and {@code
     *     page.number} of its page, {@code now}, the constant pills of the trigger and its parents: {@code true} accepts a record
     * @return another selector
     * @throws InvalidDefinitionException when it is not an expression
     */
    public RecordSelector where(String expression) {
        ValueSource condition = ValueSource.ofFilter("where", expression);
        if (!condition.isExpression()) {
            throw new InvalidDefinitionException(
                    "records", List.of("where: specify values, or an expression with a pill: {{record.type | ...}}"));
        }
        SettingsDocument changed = spec.plus("where", Map.of("expression", expression));
        return filtered(
                new RecordFilter((item, pills) -> Flag.of(condition.in(item, pills)) == Flag.TRUE, condition.steps()),
                changed);
    }

    /** The filters of records. */
    RecordFilters filters() {
        return filters;
    }

    /** This selector with the values of its filters. */
    RecordSelector with(Pills values) {
        return filters.steps().isEmpty() ? this : withFilters(filters.with(values), spec);
    }

    /** This selector with the values of a page for its filters. */
    RecordSelector onPage(Response response, int number) {
        return withFilters(filters.onPage(response, number), spec);
    }

    /**
     * Accepts responses without the list, for services that omit an empty list. By default such a response is a failure,
     * because it is not what was expected. A response without the list has no new records; it does not prove that records were
     * deleted, because an error may look the same: see {@link #emptyWhen}.
     *
     * @return another selector
     */
    public RecordSelector optional() {
        return new RecordSelector(
                path, format, csv, keyField, expanded, filters, true, empty, spec.with("optional", true), extractor);
    }

    /**
     * Recognizes an omitted list as empty by a field, for example {@code emptyWhen("/count", "0")}. A response without the
     * list, but with one of these values, has no records, which proves with {@link PollingTriggerBuilder#detectDeletions()}
     * that all were deleted. Several calls are alternatives.
     *
     * @param field a JSON pointer (RFC 6901) from the root of the response to a field outside the list
     * @param values the values that mean that the list is empty, as text
     * @return another selector
     * @throws InvalidDefinitionException when it is not a JSON pointer, or there is no value
     */
    public RecordSelector emptyWhen(String field, String... values) {
        JsonPaths pointer = JsonPaths.of("emptyWhen", field);
        if (values == null || values.length == 0 || Arrays.asList(values).contains(null)) {
            throw new InvalidDefinitionException(
                    "records", List.of("emptyWhen: specify at least one value, none of them null"));
        }
        List<String> good = List.of(values.clone());
        List<Empty> more = Stream.concat(empty.stream(), Stream.of(new Empty(pointer, good)))
                .toList();
        SettingsDocument changed = spec.plus("emptyWhen", Map.of("field", field, "values", good));
        return new RecordSelector(path, format, csv, keyField, expanded, filters, optional, more, changed, extractor);
    }

    /** A field outside the list whose value means that the list is empty. */
    private record Empty(JsonPaths field, List<String> values) {
        boolean isIn(JsonNode around) {
            JsonNode value = field.resolveValue(around);
            return value.isValueNode() && !value.isNull() && values.contains(value.asText());
        }
    }

    /** Whether the content around the records declares that there are none. */
    boolean isDeclaredEmpty(JsonNode around) {
        return empty.stream().anyMatch(one -> one.isIn(around));
    }

    ObjectNode toJson() {
        return spec.toJson("records");
    }

    /** Reads the output of {@link #toJson}. */
    static RecordSelector read(JsonObjectReader reader) {
        // "as": The format of responses, regardless of their `Content-Type`. Default: `AUTO`.
        Format format = reader.constant("as", Format.class);
        for (String member : List.of("csv", "csvCharset")) {
            if (reader.has(member) && format != null && format != Format.CSV) {
                reader.problem(member, "contradicts \"as\": " + format);
            }
        }
        MemberSteps<RecordSelector> steps = new MemberSteps<>(reader, atRoot())
                // "path": The JSON Pointer of the list of records, with `*` for each element or member. Default: the
                // root.
                .text("path", (records, path) -> records.withPath(JsonPaths.segments("records", path), path))
                .text("csv", (records, separator) -> records.csv(character(separator)))
                .text("csvCharset", (records, name) -> records.csvCharset(CsvFormat.charset(name)))
                .with("as", format, RecordSelector::as)
                .text("keyed", RecordSelector::keyed)
                .text("expand", RecordSelector::expand);
        // "where": The conditions that a record must meet, all of them.
        reader.requireElement("where");
        // "emptyWhen": Values outside the list that state that an omitted list is empty: this proves deletions, too.
        reader.requireElement("emptyWhen");
        steps.each(
                "where",
                Where::readCondition,
                (records, one) -> one.values.isEmpty()
                        ? records.where(one.field)
                        : records.where(one.field, one.values.toArray(String[]::new)));
        steps.each(
                "emptyWhen",
                Where::read,
                (records, one) -> records.emptyWhen(one.field, one.values.toArray(String[]::new)));
        return steps.flag("optional", RecordSelector::optional).value();
    }

    private static char character(String text) {
        if (text.length() != 1) {
            throw new InvalidDefinitionException("records", List.of("\"" + text + "\" is not one character"));
        }
        return text.charAt(0);
    }

    /**
     * An element of the members {@code where} and {@code emptyWhen}.
     *
     * @param field a pointer or, without values, an expression
     */
    private record Where(String field, List<String> values) {
        /** Reads {@code {"field": ..., "values": [...]}} or {@code {"expression": ...}}. */
        static @Nullable Where readCondition(JsonObjectReader reader) {
            if (!reader.has("expression")) {
                return read(reader);
            }
            // "expression": An expression over `record`, the `response` around the records, `headers`, `status`,
            // `page.number`, `now`, the constant pills and the parents: `{{record.type | equals('draft') | not}}`.
            String expression = reader.text("expression");
            for (String name : List.of("field", "values")) {
                if (reader.has(name)) {
                    reader.problem(name, "contradicts expression: give one of them");
                }
            }
            reader.attempt("expression", () -> {
                ValueSource unused = ValueSource.ofFilter("where", expression == null ? "" : expression);
            });
            return expression == null ? null : new Where(expression, List.of());
        }

        static Where read(JsonObjectReader reader) {
            // "field": The JSON Pointer of a value.
            // "values": The accepted values, as text.
            Where where = new Where(reader.requiredText("field"), reader.requiredTexts("values"));
            reader.attempt("field", () -> {
                JsonPaths unused = JsonPaths.of("where", where.field);
            });
            return where;
        }
    }

    /** The code that extracts the records of a whole response; null when they are at the path. */
    @Nullable Function<JsonNode, ? extends Iterable<JsonNode>> extractor() {
        return extractor;
    }

    List<String> path() {
        return path;
    }

    Format format() {
        return format;
    }

    CsvFormat csv() {
        return csv;
    }

    @Nullable String keyField() {
        return keyField;
    }

    @Nullable JsonPaths expanded() {
        return expanded;
    }

    boolean isOptional() {
        return optional;
    }
}
