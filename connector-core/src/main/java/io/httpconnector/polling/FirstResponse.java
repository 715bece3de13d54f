package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.RecordLists;
import io.httpconnector.polling.RecordSelector.Format;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The first response of a service whose pagination is to be detected: its list, and the values outside of it. */
final class FirstResponse {

    private static final int MAX_DEPTH = 3;

    private static final Set<String> TOTALS = Set.of("total", "totalcount", "totalresults", "totalitems", "count");
    private static final Set<String> TOTAL_PAGES = Set.of("totalpages", "lastpage", "pages", "pagecount");
    private static final Set<String> MORE =
            Set.of("hasmore", "more", "hasnextpage", "hasnext", "moreitemsincollection");
    /** The starts of further names of such flags, whose value is true or false. */
    private static final List<String> MORE_PREFIXES = List.of("hasmore", "hasnext", "more", "ismore");

    private static final Set<String> LAST = Set.of("last", "islast", "islastpage", "endofstream", "done");

    private final JsonNode list;
    private final boolean isListOnly;
    private final RecordSelector records;
    private final String path;
    private final Page page;
    private final Map<String, JsonNode> values = new LinkedHashMap<>();

    private FirstResponse(Response response, JsonNode body, String path) {
        this.list = body.at(path);
        this.path = path;
        this.isListOnly = body.isArray();
        this.records = path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path);
        PageEnvelope envelope = new PageEnvelope();
        body.properties().forEach(field -> envelope.put(envelope.tree(), field.getKey(), field.getValue()));
        this.page = new Page(
                1,
                response,
                envelope,
                list.size(),
                list.size(),
                list.path(list.size() - 1),
                Fingerprint.of(list),
                Page.Likeness.ANONYMOUS,
                null);
        collect("", body, path, 0);
    }

    /**
     * Finds the list of records in a response of a format that a {@link RecordSelector} reads.
     *
     * @return null when it has no list of objects
     * @throws io.httpconnector.ConnectorException when it has none of these formats
     */
    static @Nullable FirstResponse of(Response response) {
        String type = response.headers().first("Content-Type").orElse("");
        JsonNode body = switch (RecordReader.formatOf(Format.AUTO, type)) {
            case XML -> response.xml();
            case CSV, JSON_LINES -> rows(response, type);
            default -> response.json();
        };
        String path = RecordLists.find(body);
        return path == null ? null : new FirstResponse(response, body, path);
    }

    /** The lines of a response as a list. */
    private static JsonNode rows(Response response, String type) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        RecordReader.Sink sink = new RecordReader.Sink() {
            @Override
            public void raw(JsonNode item) {
                rows.add(item);
            }

            @Override
            public void accept(JsonNode item, long bytes) {
                // All records are collected.
            }
        };
        byte[] body = response.bytes();
        try {
            RecordReader.read(RecordSelector.atRoot(), type, new ByteArrayInputStream(body), Integer.MAX_VALUE, sink);
        } catch (IOException e) {
            throw new PollingException(
                    PollingException.Reason.UNEXPECTED_RESPONSE,
                    response.exchange().summary() + ": unexpected response: "
                            + (e instanceof JsonProcessingException malformed
                                    ? JsonSupport.describe(malformed)
                                    : String.valueOf(e.getMessage())),
                    e);
        }
        return rows;
    }

    /** Collects the scalar values outside the records by their pointers. */
    private void collect(String at, JsonNode value, String path, int depth) {
        if (value.isValueNode() && !value.isNull()) {
            values.put(at, value);
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String inner = at + "/" + JsonObjectReader.token(field.getKey());
            if (!inner.equals(path) && depth <= MAX_DEPTH) {
                collect(inner, field.getValue(), path, depth + 1);
            }
        }
    }

    /** The records. */
    JsonNode list() {
        return list;
    }

    /** The selector of the records. */
    RecordSelector records() {
        return records;
    }

    /** The pointer to the records. */
    String path() {
        return path;
    }

    /** Whether the response is the list itself, without values outside the records. */
    boolean isListOnly() {
        return isListOnly;
    }

    /** The response as a page. */
    Page page() {
        return page;
    }

    /** The values that may refer to the next page, by their names: each is a token or a URL. Pointer and text. */
    Map<String, String> referencesToNextPage() {
        Map<String, String> references = new LinkedHashMap<>();
        values.forEach((pointer, value) -> {
            String path = pointer.toLowerCase(Locale.ROOT);
            String name = lastName(pointer);
            boolean isFlag = value.isBoolean()
                    || value.asText().equals("true")
                    || value.asText().equals("false");
            boolean isReference = path.contains("next")
                    || path.endsWith("cursor")
                    || path.endsWith("continue")
                    || path.contains("continuation")
                    || TokenNames.isToken(name)
                    || (moreFlag() != null && TokenNames.isPrefixedOffset(name));
            if (isReference && !isFlag && !value.asText().isBlank()) {
                references.put(pointer, value.asText());
            }
        });
        return references;
    }

    /** The pointer to the first value with one of these names, in lower case without _ and -; null when there is none. */
    @Nullable String pointerOf(Set<String> names) {
        return values.keySet().stream()
                .filter(pointer -> names.contains(plainName(pointer)))
                .findFirst()
                .orElse(null);
    }

    /** Whether it states that there are more pages: {@code hasMore}, {@code moreResult} and the like. */
    private boolean isMoreFlag(String pointer) {
        JsonNode value = page.at(pointer);
        String name = plainName(pointer);
        boolean isFlag = value.isBoolean()
                || value.asText().equals("true")
                || value.asText().equals("false");
        return MORE.contains(name) || (isFlag && MORE_PREFIXES.stream().anyMatch(name::startsWith));
    }

    private static String plainName(String pointer) {
        return lastName(pointer).toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }

    /** The name of the value at a pointer. */
    static String lastName(String pointer) {
        return pointer.substring(pointer.lastIndexOf('/') + 1);
    }

    /** The pointer to the flag that states that there are more pages; null when there is none. */
    @Nullable String moreFlag() {
        return values.keySet().stream().filter(this::isMoreFlag).findFirst().orElse(null);
    }

    /** The end conditions for pages by number. */
    EndConditions endsByPages() {
        EndConditions ends = withTotal(EndConditions.NONE);
        String pages = pointerOf(TOTAL_PAGES);
        return withFlags(pages != null && page.at(pages).asLong() > 1 ? ends.with("totalPages", pages) : ends);
    }

    /** The end conditions for pages by the number of records. */
    EndConditions endsByRecords() {
        return withFlags(withTotal(EndConditions.NONE));
    }

    /** The end conditions by flags only. */
    EndConditions endsByFlags() {
        return withFlags(EndConditions.NONE);
    }

    /** A total that would end at this page is the number of its records. */
    private EndConditions withTotal(EndConditions ends) {
        String total = pointerOf(TOTALS);
        return total != null && page.at(total).asLong() > page.count() ? ends.with("total", total) : ends;
    }

    /**
     * The end by a flag that states that this page is the last one, although it has a token; null when there is none.
     */
    @Nullable EndConditions endsHereByFlag() {
        String more = moreFlag();
        return more != null && Flag.of(page.at(more)) == Flag.FALSE ? EndConditions.NONE.with("moreWhile", more) : null;
    }

    private EndConditions withFlags(EndConditions ends) {
        String more = moreFlag();
        String last = pointerOf(LAST);
        EndConditions flagged = more == null || !page.at(more).asBoolean() ? ends : ends.with("moreWhile", more);
        return last == null || page.at(last).asBoolean() ? flagged : flagged.with("lastWhen", last);
    }
}
