package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the records are in an answer.
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
 * <p>The answer is read while it comes, record by record, so that it may be of any size. It is read as what its
 * {@code Content-Type} says, JSON when in doubt; XML as {@link io.httpconnector.Response#xml()} reads it. Immutable and safe
 * for many threads.
 */
public final class RecordSelector {

    /** What answers are written in. */
    public enum Format {
        /** As the {@code Content-Type} says. */
        AUTO,
        /** One JSON value (RFC 8259). */
        JSON,
        /** A JSON value for each record, usually one in each line. */
        JSON_LINES,
        /** XML. It needs the library {@code jackson-dataformat-xml}. */
        XML,
        /** Lines of fields, the first with their names (RFC 4180). It needs the library {@code jackson-dataformat-csv}. */
        CSV
    }

    private final List<String> path;
    private final Format format;
    private final char separator;
    private final @Nullable String keyField;
    private final @Nullable JsonPaths expanded;
    private final List<Predicate<JsonNode>> filters;
    private final boolean optional;
    private final List<Empty> empty;
    private final TriggerDefinitionReader spec;

    private RecordSelector(
            List<String> path,
            Format format,
            char separator,
            @Nullable String keyField,
            @Nullable JsonPaths expanded,
            List<Predicate<JsonNode>> filters,
            boolean optional,
            List<Empty> empty,
            TriggerDefinitionReader spec) {
        this.path = path;
        this.format = format;
        this.separator = separator;
        this.keyField = keyField;
        this.expanded = expanded;
        this.filters = filters;
        this.optional = optional;
        this.empty = empty;
        this.spec = spec;
    }

    /**
     * The answer is a list of records, or one record.
     *
     * @return the records
     */
    public static RecordSelector atRoot() {
        return new RecordSelector(
                List.of(), Format.AUTO, ',', null, null, List.of(), false, List.of(), TriggerDefinitionReader.NONE);
    }

    /**
     * The records are below the root.
     *
     * @param path a JSON pointer (RFC 6901) to a list of records or to one record, with {@code *} for each element of a list or
     *     each member of an object
     * @return the records
     * @throws InvalidDefinitionException when it is no JSON pointer
     */
    public static RecordSelector at(String path) {
        return atRoot().withPath(JsonPaths.segments("records", path), path);
    }

    private RecordSelector withPath(List<String> segments, String text) {
        return new RecordSelector(
                segments, format, separator, keyField, expanded, filters, optional, empty, spec.with("path", text));
    }

    /**
     * Reads answers as this, whatever their {@code Content-Type} says.
     *
     * @param format what they are written in
     * @return other records
     */
    public RecordSelector as(Format format) {
        if (format == null) {
            throw new InvalidDefinitionException("records", List.of("as: the format is null: use Format.AUTO"));
        }
        TriggerDefinitionReader said = format == Format.CSV ? spec.with("as", format) : spec.with("as", format, "csv");
        char used = format == Format.CSV ? separator : ',';
        return new RecordSelector(path, format, used, keyField, expanded, filters, optional, empty, said);
    }

    /**
     * Reads answers as CSV with another separator than a comma.
     *
     * @param separator such as a semicolon or a tab
     * @return other records
     */
    public RecordSelector csv(char separator) {
        TriggerDefinitionReader said = spec.with("csv", String.valueOf(separator), "as");
        return new RecordSelector(path, Format.CSV, separator, keyField, expanded, filters, optional, empty, said);
    }

    /**
     * The path leads to an object whose members are the records, not to a list.
     *
     * @param field where the name of the member is put into its record; a member that is no object becomes
     *     {@code {"<field>": name, "value": member}}
     * @return other records
     */
    public RecordSelector keyed(String field) {
        if (field == null || field.isEmpty()) {
            throw new InvalidDefinitionException("records", List.of("keyed: the field has no name"));
        }
        TriggerDefinitionReader said = spec.with("keyed", field);
        return new RecordSelector(path, format, separator, field, expanded, filters, optional, empty, said);
    }

    /**
     * Makes a record of each element of a list within the record. It has the other fields of the record, too, and the element
     * instead of the list: {@code {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}} becomes
     * {@code {"id": 7, "lines": {"sku": "a"}}} and {@code {"id": 7, "lines": {"sku": "b"}}}.
     *
     * @param list a JSON pointer from the record to the list; a record without it is left out
     * @return other records
     * @throws InvalidDefinitionException when it is no JSON pointer to a field
     */
    public RecordSelector expand(String list) {
        JsonPaths pointer = JsonPaths.of("expand", list);
        if (pointer.isRoot()) {
            throw new InvalidDefinitionException("records", List.of("expand: the record itself is no list in it"));
        }
        TriggerDefinitionReader said = spec.with("expand", list);
        return new RecordSelector(path, format, separator, keyField, pointer, filters, optional, empty, said);
    }

    /**
     * Leaves out records that do not fit.
     *
     * @param filter whether a record counts
     * @return other records
     */
    public RecordSelector where(Predicate<JsonNode> filter) {
        if (filter == null) {
            throw new InvalidDefinitionException("records", List.of("where: the filter is null"));
        }
        return filtered(filter, spec.withCode());
    }

    private RecordSelector filtered(Predicate<JsonNode> filter, TriggerDefinitionReader said) {
        List<Predicate<JsonNode>> more =
                Stream.concat(filters.stream(), Stream.of(filter)).toList();
        return new RecordSelector(path, format, separator, keyField, expanded, more, optional, empty, said);
    }

    /**
     * Leaves out records whose field has another value.
     *
     * @param field a JSON pointer from the record to the field
     * @param values the values that count, as text
     * @return other records
     * @throws InvalidDefinitionException when it is no JSON pointer
     */
    public RecordSelector where(String field, String... values) {
        JsonPaths pointer = JsonPaths.of("where", field);
        if (values == null || values.length == 0 || Arrays.asList(values).contains(null)) {
            throw new InvalidDefinitionException(
                    "records", List.of("where: name one value or more, none of them null, or no record would count"));
        }
        List<String> good = List.of(values.clone());
        TriggerDefinitionReader said = spec.plus("where", Map.of("field", field, "values", good));
        return filtered(item -> good.contains(pointer.valueIn(item).asText()), said);
    }

    /**
     * For a service that leaves out the list when it is empty. By default a response without the list is a failure, because it is
     * something else than what was expected. A response without the list has no new records; it does not prove that records were
     * deleted, because an error may look the same: see {@link #emptyWhen}.
     *
     * @return other records
     */
    public RecordSelector optional() {
        return new RecordSelector(
                path, format, separator, keyField, expanded, filters, true, empty, spec.with("optional", true));
    }

    /**
     * For a service that leaves out the list when it is empty, and says by a field that it is: such as
     * {@code emptyWhen("/count", "0")}. A response without the list, but with one of these values, has no records, which proves that
     * all were deleted where {@link PollingTriggerBuilder#detectDeletions()} asks for it. Of several calls, each counts.
     *
     * @param field a JSON pointer (RFC 6901) from the root of the response to a field beside the list
     * @param values the values that mean that there are no records, as text
     * @return other records
     * @throws InvalidDefinitionException when it is no JSON pointer, or there is no value
     */
    public RecordSelector emptyWhen(String field, String... values) {
        JsonPaths pointer = JsonPaths.of("emptyWhen", field);
        if (values == null || values.length == 0 || Arrays.asList(values).contains(null)) {
            throw new InvalidDefinitionException(
                    "records", List.of("emptyWhen: name one value or more, none of them null"));
        }
        List<String> good = List.of(values.clone());
        List<Empty> more = Stream.concat(empty.stream(), Stream.of(new Empty(pointer, good)))
                .toList();
        TriggerDefinitionReader said = spec.plus("emptyWhen", Map.of("field", field, "values", good));
        return new RecordSelector(path, format, separator, keyField, expanded, filters, optional, more, said);
    }

    /** A value beside the list that means that the list is empty. */
    private record Empty(JsonPaths field, List<String> values) {
        boolean isIn(JsonNode around) {
            JsonNode value = field.valueIn(around);
            return value.isValueNode() && !value.isNull() && values.contains(value.asText());
        }
    }

    /** Whether what stands around the records says that there are none. */
    boolean saysEmpty(JsonNode around) {
        return empty.stream().anyMatch(one -> one.isIn(around));
    }

    ObjectNode toJson() {
        return spec.toJson("records");
    }

    /** Reads what {@link #toJson} wrote. */
    static RecordSelector read(JsonObjectReader reader) {
        Format format = reader.constant("as", Format.class);
        if (reader.has("csv") && format != null && format != Format.CSV) {
            reader.problem("csv", "contradicts \"as\": " + format);
        }
        MemberSteps<RecordSelector> steps = new MemberSteps<>(reader, atRoot())
                .text("path", (records, path) -> records.withPath(JsonPaths.segments("records", path), path))
                .text("csv", (records, separator) -> records.csv(character(separator)))
                .with("as", format, RecordSelector::as)
                .text("keyed", RecordSelector::keyed)
                .text("expand", RecordSelector::expand);
        for (Where where : reader.objects("where", Where::read)) {
            steps.with("where", where, (records, one) -> records.where(one.field, one.values.toArray(String[]::new)));
        }
        for (Where one : reader.objects("emptyWhen", Where::read)) {
            steps.with(
                    "emptyWhen",
                    one,
                    (records, each) -> records.emptyWhen(each.field, each.values.toArray(String[]::new)));
        }
        return steps.flag("optional", RecordSelector::optional).value();
    }

    private static char character(String text) {
        if (text.length() != 1) {
            throw new InvalidDefinitionException("records", List.of("\"" + text + "\" is not one character"));
        }
        return text.charAt(0);
    }

    /** An element of the members {@code where} and {@code emptyWhen}. */
    private record Where(String field, List<String> values) {
        static Where read(JsonObjectReader reader) {
            Where where = new Where(reader.requiredText("field"), reader.requiredTexts("values"));
            reader.attempt("field", () -> {
                JsonPaths unused = JsonPaths.of("where", where.field);
            });
            return where;
        }
    }

    List<String> path() {
        return path;
    }

    Format format() {
        return format;
    }

    char separator() {
        return separator;
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

    boolean keeps(JsonNode item) {
        for (Predicate<JsonNode> filter : filters) {
            if (!filter.test(item)) {
                return false;
            }
        }
        return true;
    }
}
