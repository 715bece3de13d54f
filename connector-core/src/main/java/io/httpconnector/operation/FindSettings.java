package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.ValueTemplate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lookup of an operation whose start had no response. Immutable.
 *
 * @param request the request for the operations of the service
 * @param list the request with its records and pages
 * @param matching the values that ours has, by the location in a record
 * @param id the location of the id in a record; null if the status URL is used
 * @param statusUrl the location of the status URL in a record
 * @param settle how long after an attempt the list may still lack the operation
 */
record FindSettings(
        RequestTemplate request,
        PagedRequest list,
        Map<ResponseValue, ValueTemplate> matching,
        @Nullable ResponseValue id,
        @Nullable ResponseValue statusUrl,
        Duration settle) {

    private static final Duration DEFAULT_SETTLE = Duration.ofSeconds(30);

    static @Nullable FindSettings read(JsonObjectReader reader, PillCheck pills) {
        reader.require("request");
        // "request": The request that lists operations, such as those with `{{operation.key}}` in their name.
        RequestTemplate request = pills.template(reader, "request", false);
        var list = JsonNodeFactory.instance.objectNode();
        // "records": The location of the operations in the response. Default: the whole response is a list.
        JsonNode records = reader.object("records");
        if (records != null) {
            list.set("records", records);
        }
        // "pagination": The pages of the list. Default: one.
        JsonNode pagination = reader.object("pagination");
        if (pagination != null) {
            list.set("pagination", pagination);
        }
        Map<ResponseValue, ValueTemplate> matching = new LinkedHashMap<>();
        // "matching": The values that ours has, such as `{"/name": "export-{{operation.key}}"}`.
        reader.textMap("matching")
                .forEach((at, value) ->
                        reader.attempt("matching", () -> matching.put(ResponseValue.of(at), ValueTemplate.of(value))));
        // "id": The location of the id in a record.
        ResponseValue id = OperationDefinition.location(reader, "id");
        // "statusUrl": The location of the status URL in a record.
        ResponseValue statusUrl = OperationDefinition.location(reader, "statusUrl");
        // "settle": How long after an attempt the list may still lack the operation. Default: PT30S.
        Duration settle = reader.duration("settle");
        if (settle != null && (settle.isNegative() || settle.compareTo(Duration.ofHours(1)) > 0)) {
            reader.problem("settle", settle + " is out of range: use PT0S to PT1H");
        }
        if (id == null && statusUrl == null && !reader.isUnreliable("id") && !reader.isUnreliable("statusUrl")) {
            reader.problem("id", "it is missing: set the location of the id in a record, such as /id");
        }
        boolean usesKey = request != null
                && request.pills().stream().anyMatch(pill -> pill.path().startsWith("operation.key"));
        if (request != null
                && !usesKey
                && matching.values().stream()
                        .noneMatch(value -> value.toString().contains("operation.key"))
                && !reader.isUnreliable("matching")) {
            reader.problem(
                    "matching",
                    "neither the request nor a value has {{operation.key}}: any operation would be taken for ours");
        }
        PagedRequest pages = request == null ? null : ResultSettings.paged(reader, request, list);
        return pages == null || request == null
                ? null
                : new FindSettings(request, pages, matching, id, statusUrl, settle == null ? DEFAULT_SETTLE : settle);
    }
}
