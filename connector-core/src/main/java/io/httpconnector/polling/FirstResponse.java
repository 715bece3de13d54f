package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.RecordLists;
import java.util.LinkedHashMap;
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
                list.path(list.size() - 1),
                Fingerprint.of(list),
                Page.Likeness.ANONYMOUS);
        collect("", body, path, 0);
    }

    /** Finds the list of records in a response; null when it has no list of objects. */
    static @Nullable FirstResponse of(Response response) {
        JsonNode body = response.json();
        String path = RecordLists.find(body);
        return path == null ? null : new FirstResponse(response, body, path);
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
            String name = pointer.toLowerCase(Locale.ROOT);
            boolean isReference = name.contains("next")
                    || name.endsWith("cursor")
                    || name.endsWith("/after")
                    || name.endsWith("continue")
                    || name.contains("continuation");
            if (isReference && !value.isBoolean()) {
                references.put(pointer, value.asText());
            }
        });
        return references;
    }

    /** The pointer to the first value with one of these names, in lower case without _ and -; null when there is none. */
    @Nullable String pointerOf(Set<String> names) {
        return values.keySet().stream()
                .filter(pointer -> names.contains(
                        lastName(pointer).toLowerCase(Locale.ROOT).replaceAll("[_-]", "")))
                .findFirst()
                .orElse(null);
    }

    /** The name of the value at a pointer. */
    static String lastName(String pointer) {
        return pointer.substring(pointer.lastIndexOf('/') + 1);
    }

    /** The pointer to the flag that states that there are more pages; null when there is none. */
    @Nullable String moreFlag() {
        return pointerOf(MORE);
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

    private EndConditions withFlags(EndConditions ends) {
        String more = moreFlag();
        String last = pointerOf(LAST);
        EndConditions flagged = more == null || !page.at(more).asBoolean() ? ends : ends.with("moreWhile", more);
        return last == null || page.at(last).asBoolean() ? flagged : flagged.with("lastWhen", last);
    }
}
