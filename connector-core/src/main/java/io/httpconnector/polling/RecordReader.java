package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.RecordSelector.Format;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one response, record by record. */
final class RecordReader {

    private final RecordSelector records;
    private final Sink sink;
    private final PageEnvelope envelope = new PageEnvelope();
    private final RecordSizeLimiter meter;
    private final @Nullable HeldRecords held;
    private RecordFilters filters;
    private boolean found;
    private boolean hasNull;
    private boolean isEmitted;
    /** The number of lists above the current value. */
    private int depth;
    /** Nulls in place of records, before it is known whether records or lists of records are there. */
    private int nulls;

    private @Nullable Boolean hasSingleRecords;
    private Format format = Format.JSON;
    /** The local name of the root element of an XML document. */
    private String root = "";
    /** Whether an element around XML records was found. */
    private boolean hasContainer;

    /** Receives the records while the response is read. */
    interface Sink {

        /** Receives a record as it is in the response. */
        void raw(JsonNode item);

        /**
         * Receives a record that matches the filters.
         *
         * @param bytes its approximate size in the response
         */
        void accept(JsonNode item, long bytes);
    }

    private RecordReader(RecordSelector records, Sink sink, RecordSizeLimiter meter, @Nullable HeldRecords held) {
        this.records = records;
        this.sink = sink;
        this.meter = meter;
        this.held = held;
        this.filters = records.filters();
    }

    /**
     * Reads the records and returns the content around them.
     *
     * @param max the maximum number of bytes from one record to the next, and of the records that are held
     * @throws JsonProcessingException when the response is malformed or unexpected
     */
    static PageEnvelope read(RecordSelector records, String contentType, InputStream body, int max, Sink sink)
            throws IOException {
        BufferedInputStream content = GzipFile.decompressed(body);
        return ZipArchive.isStartOf(content)
                ? ZipArchive.read(
                        content, (type, file) -> readFile(records, type, GzipFile.decompressed(file), max, sink))
                : readFile(records, contentType, content, max, sink);
    }

    private static PageEnvelope readFile(
            RecordSelector records, String contentType, InputStream content, int max, Sink sink) throws IOException {
        Format format = formatOf(records.format(), contentType);
        RecordSizeLimiter meter = new RecordSizeLimiter(content, max);
        BufferedInputStream in = new BufferedInputStream(meter);
        in.mark(1);
        if (in.read() < 0) {
            // An empty body, as with status 204, has no new records.
            return PageEnvelope.ofEmptyBody(format);
        }
        in.reset();
        HeldRecords held = records.filters().needResponse() ? new HeldRecords(max) : null;
        RecordReader reader = new RecordReader(records, sink, meter, held);
        if (format == Format.XML) {
            reader.root = ForeignXml.root(in);
        }
        boolean isJson = format == Format.JSON || format == Format.JSON_LINES;
        InputStream text = isJson ? CharsetDetector.detectable(in, contentType) : in;
        boolean isSomething = reader.read(format, text, CharsetDetector.charset(contentType));
        reader.release();
        return isSomething ? reader.envelope : PageEnvelope.ofEmptyBody(format);
    }

    /** The format of a response, where {@code AUTO} is determined by its content type. */
    static Format formatOf(Format format, String contentType) {
        if (format != Format.AUTO) {
            return format;
        }
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.contains("ndjson")
                || type.contains("jsonl")
                || type.contains("json-lines")
                || type.contains("json-seq")) {
            return Format.JSON_LINES;
        }
        if (type.contains("json")) {
            return Format.JSON;
        }
        return type.contains("xml") ? Format.XML : (type.contains("csv") ? Format.CSV : Format.JSON);
    }

    /** False when there is only white space, such as one empty line. */
    private boolean read(Format format, InputStream in, Charset charset) throws IOException {
        this.format = format;
        if (format == Format.CSV) {
            CsvFormat csv = records.csv();
            List<String> columns = CsvRows.read(in, csv.charsetOr(charset), csv.separator(), this::emit);
            if (!isEmitted) {
                envelope.columnsWithoutRows(columns);
            }
            return true;
        }
        try (JsonParser parser = format == Format.XML ? xmlParser(in, charset) : JsonSupport.parser(in)) {
            boolean lines = format == Format.JSON_LINES;
            if (parser.nextToken() == null) {
                return false;
            }
            if (records.extractor() != null) {
                JsonNode body = parser.readValueAsTree();
                body.properties().forEach(member -> envelope.put(envelope.tree(), member.getKey(), member.getValue()));
                records.extractor().apply(body).forEach(this::emitCopy);
                if (!isEmitted) {
                    // An error that looks like a response without records proves no deletion.
                    envelope.markListIncomplete();
                }
                return true;
            }
            do {
                walk(parser, records.path(), envelope.tree());
            } while (parser.nextToken() != null && lines);
            if (parser.currentToken() != null) {
                throw UnexpectedContent.afterTheValue(parser);
            }
            boolean isEmpty = !isEmitted && records.isDeclaredEmpty(envelope.tree());
            if (!found
                    && !isEmpty
                    && !records.isOptional()
                    && (format == Format.JSON || lines)
                    && !records.path().contains(RecordSelector.ALL)) {
                throw UnexpectedContent.insteadOfList(parser, records);
            }
            if (format == Format.XML && !found && !hasContainer && !isEmpty && !records.isOptional()) {
                UnexpectedContent.rejectForeign(parser, root, envelope.tree(), records);
                envelope.markListAbsent();
            }
            if (isEmpty) {
                envelope.markEmpty();
            } else if ((hasNull || !found) && !records.isOptional() && format == Format.JSON) {
                envelope.markListMissing();
            }
            return true;
        }
    }

    /** The charset of the Content-Type precedes that of the document: RFC 7303, section 3.2. */
    private static JsonParser xmlParser(InputStream in, Charset charset) throws IOException {
        return charset.equals(StandardCharsets.UTF_8) ? JsonSupport.xmlParser(in) : JsonSupport.xmlParser(in, charset);
    }

    /** Called at the first token of a value; leaves the parser at its last token. */
    private void walk(JsonParser parser, List<String> path, ObjectNode around) throws IOException {
        if (path.isEmpty()) {
            found = true;
            emitAll(parser, around);
            return;
        }
        String segment = path.get(0);
        hasContainer |= path.size() == 1 && records.path().size() > 1;
        List<String> rest = path.subList(1, path.size());
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            members(parser, segment, rest, around);
        } else if (parser.currentToken() == JsonToken.START_ARRAY && segment.matches("0|[1-9]\\d{0,8}")) {
            element(parser, Integer.parseInt(segment), rest, around);
        } else if (parser.currentToken() == JsonToken.START_ARRAY && segment.equals(RecordSelector.ALL)) {
            int count = 0;
            depth++;
            for (; parser.nextToken() != JsonToken.END_ARRAY; count++) {
                walkWithin(parser, rest, around, String.valueOf(count));
            }
            depth--;
            if (!rest.isEmpty() && format != Format.XML && isFirstAll(path)) {
                envelope.addElements(count);
            }
            if (count == 0) {
                envelope.markListIncomplete();
            }
        } else {
            // An empty list where an object was expected, null or a text: there is nothing below it.
            if (depth == 0 && format != Format.XML && !records.isOptional()) {
                UnexpectedContent.rejectAbove(parser, records);
            }
            hasNull |= parser.currentToken() == JsonToken.VALUE_NULL;
            found |= parser.currentToken() == JsonToken.VALUE_NULL;
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                emitNull();
            }
            boolean isEmptyElement = format == Format.XML && rest.isEmpty() && isBlankText(parser);
            if (!isEmptyElement) {
                envelope.markListIncomplete();
            }
            parser.skipChildren();
        }
    }

    /** Whether the rest of a path begins with the first {@code *}. */
    private boolean isFirstAll(List<String> rest) {
        return records.path().indexOf(RecordSelector.ALL) == records.path().size() - rest.size();
    }

    /** Walks into a member or element; what it contains around the records is kept under its name or index. */
    private void walkWithin(JsonParser parser, List<String> rest, ObjectNode around, String name) throws IOException {
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        walk(parser, rest, inner);
        if (!inner.isEmpty()) {
            around.set(name, inner);
        }
    }

    private void element(JsonParser parser, int index, List<String> rest, ObjectNode around) throws IOException {
        int at = 0;
        for (; parser.nextToken() != JsonToken.END_ARRAY; at++) {
            if (at == index) {
                walkWithin(parser, rest, around, String.valueOf(at));
            } else if (envelope.isFull()) {
                parser.skipChildren();
            } else {
                envelope.put(around, String.valueOf(at), parser.readValueAsTree());
            }
        }
        if (at <= index) {
            envelope.markListIncomplete();
        }
    }

    /** An empty XML element is an empty text. */
    private static boolean isBlankText(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NULL
                || (parser.currentToken() == JsonToken.VALUE_STRING
                        && parser.getText().isBlank());
    }

    private void members(JsonParser parser, String segment, List<String> rest, ObjectNode around) throws IOException {
        boolean isThere = false;
        boolean hasMembers = false;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            hasMembers = true;
            if (segment.equals(RecordSelector.ALL) || segment.equals(name)) {
                isThere = true;
                walkWithin(parser, rest, around, name);
            } else if (envelope.isFull()) {
                parser.skipChildren();
            } else {
                envelope.put(around, name, parser.readValueAsTree());
            }
        }
        // In XML a named element around the records is the list.
        boolean isNamed = rest.size() + 1 < records.path().size();
        boolean isEmptyElement = format == Format.XML && rest.isEmpty() && (isNamed || !hasMembers);
        if (!isThere && !isEmptyElement) {
            envelope.markListIncomplete();
        }
    }

    /** Called at the value that contains the records. */
    private void emitAll(JsonParser parser, ObjectNode around) throws IOException {
        String keyField = records.keyField();
        JsonToken first = parser.currentToken();
        hasNull |= first == JsonToken.VALUE_NULL;
        if (first == JsonToken.VALUE_NULL) {
            emitNull();
        } else {
            decideNulls(first != JsonToken.START_ARRAY && (first != JsonToken.START_OBJECT || keyField == null));
        }
        if (first == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                emit(parser.readValueAsTree());
            }
        } else if (first == JsonToken.START_OBJECT && keyField != null) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                emit(keyed(keyField, name, parser.readValueAsTree()));
            }
        } else if (first == JsonToken.START_OBJECT || (first.isScalarValue() && first != JsonToken.VALUE_NULL)) {
            JsonNode item = parser.readValueAsTree();
            boolean isBlank = item.isTextual() && item.asText().isBlank();
            if (format == Format.JSON && depth == 0 && item.isValueNode()) {
                UnexpectedContent.rejectScalar(parser, item, records);
            }
            if (format == Format.JSON || (format == Format.JSON_LINES && isBlank)) {
                // A single record, or a value in place of the list.
                envelope.markListIncomplete();
            }
            if (format == Format.JSON && item.isObject() && !records.path().contains(RecordSelector.ALL)) {
                // A token may be a member of the only record.
                item.properties()
                        .forEach(member -> envelope.put(
                                around, member.getKey(), member.getValue().deepCopy()));
            }
            if (!isBlank) {
                // An empty XML element is an empty text.
                emit(item);
            }
        } else if (format != Format.XML) {
            envelope.markListIncomplete();
        }
    }

    /** Within a list, null among single records is a record, as an element of a list is; among lists it is an empty list. */
    private void emitNull() {
        if (depth == 0 || format == Format.XML) {
            return;
        }
        if (hasSingleRecords == null) {
            nulls++;
        } else if (hasSingleRecords) {
            emit(NullNode.getInstance());
        }
    }

    private void decideNulls(boolean isSingle) {
        if (hasSingleRecords == null && depth > 0) {
            hasSingleRecords = isSingle;
            for (; isSingle && nulls > 0; nulls--) {
                emit(NullNode.getInstance());
            }
        }
    }

    private static JsonNode keyed(String field, String name, JsonNode member) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put(field, name);
        if (member.isObject()) {
            item.setAll((ObjectNode) member);
            item.put(field, name);
        } else {
            item.set("value", member);
        }
        return item;
    }

    private void emitCopy(JsonNode item) {
        emit(item.deepCopy());
    }

    private void emit(JsonNode item) {
        isEmitted = true;
        long bytes = meter.next();
        if (held == null) {
            pass(item, bytes);
        } else {
            held.add(item, bytes);
        }
    }

    /** Passes on the records that were held until the content around them was known. */
    private void release() {
        if (held == null) {
            return;
        }
        if (envelope.isFull()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "A filter of the records uses \"response\", but the response has too many values outside its records");
        }
        filters = filters.around(envelope.tree());
        held.forEach(this::pass);
    }

    private void pass(JsonNode item, long bytes) {
        sink.raw(item);
        JsonPaths expanded = records.expanded();
        if (expanded == null) {
            keep(item, bytes);
            return;
        }
        JsonNode list = expanded.resolve(item);
        // In XML a list of one element is the element itself.
        Iterable<JsonNode> elements = list.isArray() ? list : list.isObject() ? List.of(list) : List.of();
        if (!list.isContainerNode() && !(format == Format.XML && list.asText().isBlank() && !list.isMissingNode())) {
            envelope.markListIncomplete();
        }
        // Each record gets a copy of the content around the list, but not of the list.
        JsonNode around = list.isContainerNode() ? with(item.deepCopy(), expanded, NullNode.getInstance()) : item;
        for (JsonNode element : elements) {
            keep(with(around.deepCopy(), expanded, element), bytes);
        }
    }

    private static JsonNode with(JsonNode item, JsonPaths place, JsonNode element) {
        JsonNode holder = item.at(place.pointer().head());
        ((ObjectNode) holder).set(place.pointer().last().getMatchingProperty(), element);
        return item;
    }

    private void keep(JsonNode item, long bytes) {
        if (filters.match(item)) {
            sink.accept(item, bytes);
        }
    }
}
