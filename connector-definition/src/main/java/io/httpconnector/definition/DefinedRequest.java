package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request of a connector document: a template, and what is known about its responses. Immutable.
 *
 * @param title the title for users; empty if there is none
 * @param template the template
 * @param list the location of the records in a response and the pagination, as members of a trigger
 * @param code the members of the list that are code
 * @param operation the operation that the request starts; null if its response is the result
 * @param responses the JSON Schemas of the responses by status class
 */
record DefinedRequest(
        String title,
        RequestTemplate template,
        ObjectNode list,
        CodeMembers code,
        @Nullable DefinedOperation operation,
        Map<String, JsonNode> responses) {

    /** The members of a request that are also those of a trigger. */
    static final List<String> LIST = List.of("records", "pagination");

    /** The members beside those of the template. */
    private static final List<String> OWN = List.of("title", "records", "pagination", "operation", "responses");

    /** What a list without settings writes. */
    private static final ObjectNode LIST_DEFAULTS = PagedRequest.of(
                    RequestTemplate.named("defaults").get("/").build(), RecordSelector.atRoot(), Pagination.none())
            .toJson();

    private static final List<String> STATUSES = List.of("1xx", "2xx", "3xx", "4xx", "5xx");

    /** Reads a request, whose name in logs is its title, or else its ID. */
    static DefinedRequest read(String id, JsonObjectReader reader, JsonNode json, Map<String, PillFilter> filters) {
        String title = reader.text("title");
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        for (String member : LIST) {
            // Also one that comes from the defaults.
            JsonNode own = reader.object(member);
            JsonNode given = own == null ? json.get(member) : own;
            if (given != null) {
                list.set(member, given);
            }
        }
        CodeMembers code = CodeMembers.take(list);
        Map<String, JsonNode> responses = responses(reader);
        JsonNode start = json.isObject() ? template(id, title, json) : json;
        // "operation": The long-running operation that the request starts.
        DefinedOperation operation = DefinedOperation.read(reader, title == null ? id : title, start, list, filters);
        if (operation != null) {
            operation.check(reader, code);
        }
        reader.acceptUnreadMembers();
        RequestTemplate template = RequestTemplate.fromJson(start, filters);
        ObjectNode checked = list.isEmpty() || operation != null
                ? list
                : CanonicalJson.without(
                        LIST_DEFAULTS, PagedRequest.of(template, list).toJson());
        if (list.has("records") && !checked.has("records")) {
            // The default location, but it states that the response is a list.
            checked.putObject("records");
        }
        return new DefinedRequest(title == null ? "" : title, template, checked, code, operation, responses);
    }

    private static Map<String, JsonNode> responses(JsonObjectReader reader) {
        Map<String, JsonNode> responses = new TreeMap<>();
        reader.object("responses", statuses -> {
            for (String status : STATUSES) {
                JsonNode schema = statuses.object(status);
                if (schema != null) {
                    responses.put(status, schema.deepCopy());
                }
            }
            return statuses;
        });
        return responses;
    }

    /** Checks the types of the members that a request within a trigger has beside those of the template and of the trigger. */
    static JsonObjectReader checkWithinTrigger(JsonObjectReader reader) {
        String unusedTitle = reader.text("title");
        Map<String, JsonNode> unusedResponses = responses(reader);
        JsonNode unusedOperation = reader.object("operation");
        reader.acceptUnreadMembers();
        return reader;
    }

    /** Returns the members of the template of a request. */
    static ObjectNode template(String id, @Nullable String title, JsonNode json) {
        ObjectNode template = ((ObjectNode) json).deepCopy();
        template.remove(OWN);
        if (!template.has("name")) {
            template.put("name", title == null ? id : title);
        }
        return template;
    }

    /** Whether the response is a list of records. */
    boolean isList() {
        return !list.isEmpty() || !code.names().isEmpty() || operation != null;
    }

    /** Returns the request as JSON, without the name of the template if it is the title or the ID. */
    ObjectNode toJson(String id) {
        ObjectNode json = template.toJson();
        if (template.name().equals(title.isEmpty() ? id : title)) {
            json.remove("name");
        }
        if (!title.isEmpty()) {
            json.put("title", title);
        }
        json.setAll(list);
        code.addTo(json);
        if (operation != null) {
            json.set(DefinedOperation.MEMBER, operation.json().deepCopy());
        }
        if (!responses.isEmpty()) {
            ObjectNode statuses = json.putObject("responses");
            responses.forEach(statuses::set);
        }
        return json;
    }
}
