package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a read that a limit ended before its last page: the page limit of a poll, or the rate limit of the service.
 * The next poll continues it with the same query. Immutable.
 *
 * @param query the fingerprint of the query and of the settings that determine its pages
 * @param pages the state of the pages, for {@link Pager}
 * @param detection what the pages read so far have shown, for {@link ChangeDetection}
 */
record PausedRead(String query, JsonNode pages, JsonNode detection) {

    /** The fingerprint of a query and of the settings that determine its pages. Code cannot be compared. */
    static String identity(TriggerDefinition definition, Map<String, Object> query, @Nullable String firstPageUrl) {
        Pagination pagination = definition.pagination();
        List<Object> parts = List.of(
                written(() -> definition.template().toJson()),
                written(() -> definition.records().toJson()),
                written(pagination::toJson),
                pagination.limits(),
                new TreeMap<>(query),
                String.valueOf(firstPageUrl));
        return Fingerprint.of(parts.toString()).toString();
    }

    private static String written(Supplier<JsonNode> part) {
        try {
            return part.get().toString();
        } catch (InvalidDefinitionException e) {
            return "code";
        }
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("query", query);
        json.set("pages", pages);
        return json.set("detection", detection);
    }

    static PausedRead fromJson(JsonNode json) {
        return new PausedRead(json.path("query").asText(), json.path("pages"), json.path("detection"));
    }
}
