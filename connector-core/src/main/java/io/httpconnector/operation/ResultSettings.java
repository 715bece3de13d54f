package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The location of the result of an operation. Immutable.
 *
 * @param url the location of its URL, or of a list of URLs, in the response to the request, or in the last status response if
 *     there is no request; null if there is none
 * @param request the request that reads it, or whose response has its URL; null if there is none
 * @param optional whether the response is the result if it has no URL
 * @param records {@code records} and {@code pagination}, as in a paged request
 */
record ResultSettings(
        @Nullable ResponseValue url, @Nullable RequestTemplate request, boolean optional, ObjectNode records) {

    static final ResultSettings STATUS_RESPONSE =
            new ResultSettings(null, null, false, JsonNodeFactory.instance.objectNode());

    static final RequestTemplate ANY = RequestTemplate.named("result").get("/").build();

    static ResultSettings read(JsonObjectReader reader, PillCheck pills) {
        // "url": The location of the URL of the result, or of a list of URLs, in the response to the request; without
        // one, in the last status response.
        ResponseValue url = OperationDefinition.location(reader, "url");
        // "request": The request that reads the result, or whose response has its URL, with the pills
        // `{{operation.id}}` and `{{status...}}`.
        RequestTemplate request = pills.template(reader, "request", true);
        // "optional": Whether the response that may have the URL is the result if it has none. Default: false.
        boolean optional = reader.isSet("optional");
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        // "records": The location of the records in the result. Default: the whole result is a list.
        JsonNode records = reader.object("records");
        if (records != null) {
            list.set("records", records);
        }
        // "pagination": The pages of the result. Default: one.
        JsonNode pagination = reader.object("pagination");
        if (pagination != null) {
            list.set("pagination", pagination);
        }
        if (optional && url == null && !reader.isUnreliable("url")) {
            reader.problem("optional", "it needs the location of the URL: set the member url");
        }
        ResultSettings settings = new ResultSettings(url, request, optional, list);
        PagedRequest unused = paged(reader, settings.pageTemplate(), list);
        return settings;
    }

    private RequestTemplate pageTemplate() {
        return request == null || url != null ? ANY : request;
    }

    /** Whether a response to the request for the result has only the first of several pages. */
    boolean isFirstOfSeveralPages(HttpConnection connection, Response response, InputStream body) throws IOException {
        return records.has("pagination")
                && PagedRequest.of(pageTemplate(), records).hasFurtherPages(connection, response, body);
    }

    /** Creates a request for a list; null if it is invalid, which is reported. */
    static @Nullable PagedRequest paged(JsonObjectReader reader, RequestTemplate request, ObjectNode list) {
        try {
            return PagedRequest.of(request, list);
        } catch (InvalidDefinitionException e) {
            for (String problem : e.problems()) {
                int colon = problem.startsWith("/") ? problem.indexOf(": ") : -1;
                reader.problemAt(
                        colon < 0 ? "" : problem.substring(0, colon),
                        colon < 0 ? problem : problem.substring(colon + 2));
            }
            return null;
        }
    }
}
