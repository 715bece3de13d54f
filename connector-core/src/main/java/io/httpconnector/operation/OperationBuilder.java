package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;

/**
 * Builder for {@link Operation}. A value in a response is located by a JSON Pointer, such as {@code /id}, or by an expression
 * over {@code response} and {@code headers}, whose names are in lower case, such as <code>{{headers['operation-location']}}</code>.
 * Each method sets a member of the JSON definition; {@link #build()} reports all problems. Not thread-safe.
 */
public final class OperationBuilder {

    private final String name;
    private final ObjectNode members = JsonNodeFactory.instance.objectNode();

    OperationBuilder(String name) {
        this.name = Arguments.notNull(name, "name of an operation").strip();
    }

    /**
     * Uses the definition of a well-known protocol, of which the other methods change parts.
     *
     * @param preset one of {@link Operation#presets()}
     * @return this builder
     */
    public OperationBuilder preset(String preset) {
        return put("preset", preset);
    }

    /**
     * Sets the members of a stored definition.
     *
     * @param json the output of {@link Operation#toJson()}, or an object with a member for each method of this builder
     * @return this builder
     */
    public OperationBuilder definition(JsonNode json) {
        if (!Arguments.notNull(json, "definition").isObject()) {
            throw new InvalidDefinitionException("operation", "the definition must be a JSON object");
        }
        json.properties()
                .forEach(
                        member -> members.set(member.getKey(), member.getValue().deepCopy()));
        return this;
    }

    /**
     * Sets the value of a pill <code>{{parameters.NAME}}</code>.
     *
     * @param parameter the name
     * @param value the value, such as a text
     * @return this builder
     */
    public OperationBuilder parameter(String parameter, Object value) {
        members.withObject("/parameters")
                .set(
                        Arguments.notNull(parameter, "parameter"),
                        JsonSupport.tree(Arguments.notNull(value, "parameter")));
        return this;
    }

    /**
     * Sets the request that starts the operation.
     *
     * @param request a template, also with <code>{{operation.key}}</code>, a unique key of the run
     * @return this builder
     */
    public OperationBuilder start(RequestTemplate request) {
        return put("start", Arguments.notNull(request, "start").toJson());
    }

    /**
     * Declares that the response to the start has the format of a status response, and may report that the operation has ended.
     *
     * @return this builder
     */
    public OperationBuilder startIsStatus() {
        return put("startIsStatus", true);
    }

    /**
     * Sets the location of the id in the response to the start.
     *
     * @param location such as {@code /id}
     * @return this builder
     */
    public OperationBuilder id(String location) {
        return put("id", location);
    }

    /**
     * Sets the location of the status URL in the response to the start. A URL on another origin is an error, unless its host
     * is allowed by {@link #hosts}.
     *
     * @param location such as <code>{{headers.location}}</code>
     * @return this builder
     */
    public OperationBuilder statusUrl(String location) {
        return put("statusUrl", location);
    }

    /**
     * Sets the location of a further value in the response to the start, for the pill <code>{{operation.NAME}}</code>.
     *
     * @param value the name of the value
     * @param location such as {@code /uploadUrl}
     * @return this builder
     */
    public OperationBuilder value(String value, String location) {
        members.withObject("/values").put(Arguments.notNull(value, "value"), location);
        return this;
    }

    /**
     * Sets the location of the error in a successful response to the start, by which the service rejects the operation.
     *
     * @param location such as {@code /data/bulkOperationRunQuery/userErrors}
     * @return this builder
     */
    public OperationBuilder startError(String location) {
        return put("startError", location);
    }

    /**
     * Sets requests that are sent after the start, before the operation runs, such as an upload of data.
     *
     * @param requests templates, also with <code>{{operation.id}}</code>
     * @return this builder
     */
    public OperationBuilder upload(RequestTemplate... requests) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        Arguments.all(requests, "upload").forEach(request -> all.add(request.toJson()));
        return put("upload", all);
    }

    /**
     * Sets the values of the state while the operation waits for the upload. A durable run repeats an upload that was
     * interrupted only in these states.
     *
     * @param values such as {@code Open}
     * @return this builder
     */
    public OperationBuilder uploadState(String... values) {
        return put("uploadState", Arguments.all(values, "uploadState"));
    }

    /**
     * Sets the request for the status. Default: GET of the status URL.
     *
     * @param request a template with <code>{{operation.id}}</code>
     * @return this builder
     */
    public OperationBuilder status(RequestTemplate request) {
        return put("status", Arguments.notNull(request, "status").toJson());
    }

    /**
     * Sets the times between two status requests: the time doubles up to a maximum. If the service requests a delay by {@code
     * Retry-After}, it replaces them. Default: 1 s to 30 s.
     *
     * @param interval the first time, 100 ms to 1 day
     * @param max the maximum time
     * @return this builder
     */
    public OperationBuilder pollEvery(Duration interval, Duration max) {
        ObjectNode poll = JsonNodeFactory.instance.objectNode();
        poll.put("interval", Arguments.notNull(interval, "interval").toString());
        return put("poll", poll.put("max", Arguments.notNull(max, "max").toString()));
    }

    /**
     * Sets the location of the state in a status response. Default: the status code is the state, 202 for a running
     * operation, and 200, 201 and 204 for one that has ended.
     *
     * @param location such as {@code /status}
     * @return this builder
     */
    public OperationBuilder state(String location) {
        return put("state", location);
    }

    /**
     * Sets the values of the state while the operation is queued or in progress; {@code *} stands for any other value. Any
     * value that is not listed is an error.
     *
     * @param values the values, whose case is ignored
     * @return this builder
     */
    public OperationBuilder running(String... values) {
        return put("running", Arguments.all(values, "running"));
    }

    /**
     * Sets the values of the state when the result is available.
     *
     * @param values the values, whose case is ignored
     * @return this builder
     */
    public OperationBuilder done(String... values) {
        return put("done", Arguments.all(values, "done"));
    }

    /**
     * Sets the values of the state of an operation that has failed.
     *
     * @param values the values, whose case is ignored
     * @return this builder
     */
    public OperationBuilder failed(String... values) {
        return put("failed", Arguments.all(values, "failed"));
    }

    /**
     * Sets the values of the state of an operation that was cancelled.
     *
     * @param values the values, whose case is ignored
     * @return this builder
     */
    public OperationBuilder aborted(String... values) {
        return put("aborted", Arguments.all(values, "aborted"));
    }

    /**
     * Sets the status codes of a running operation, whatever the body is.
     *
     * @param codes status codes
     * @return this builder
     */
    public OperationBuilder runningStatus(int... codes) {
        return put("runningStatus", codes);
    }

    /**
     * Sets the status codes when the result is available.
     *
     * @param codes status codes
     * @return this builder
     */
    public OperationBuilder doneStatus(int... codes) {
        return put("doneStatus", codes);
    }

    /**
     * Sets the status codes of an operation that has failed.
     *
     * @param codes status codes
     * @return this builder
     */
    public OperationBuilder failedStatus(int... codes) {
        return put("failedStatus", codes);
    }

    /**
     * Sets the location of a value that only an operation has that has failed.
     *
     * @param location such as {@code /error}
     * @return this builder
     */
    public OperationBuilder failedIf(String location) {
        return put("failedIf", location);
    }

    /**
     * Sets the location of the error message in a status response.
     *
     * @param location such as {@code /error/message}
     * @return this builder
     */
    public OperationBuilder error(String location) {
        return put("error", location);
    }

    /**
     * Sets the location of the progress in a status response.
     *
     * @param location such as {@code /percentComplete}
     * @return this builder
     */
    public OperationBuilder progress(String location) {
        return put("progress", location);
    }

    /**
     * Sets the location of the URL of the result, or of a list of URLs, in the last status response. A URL on another origin
     * receives no credentials.
     *
     * @param location such as {@code /resultUrl}
     * @return this builder
     */
    public OperationBuilder resultUrl(String location) {
        ObjectNode result = members.withObject("/result");
        result.remove("request");
        result.put("url", location);
        return this;
    }

    /**
     * Sets a request after the end of the operation whose response has the URL of the result, or a list of URLs, as for {@link
     * #resultUrl(String)}. If a URL has expired, the request is sent once more for another one.
     *
     * @param request a template with <code>{{operation.id}}</code> or <code>{{status...}}</code>
     * @param location the location of the URL in its response, such as {@code /url}
     * @return this builder
     */
    public OperationBuilder resultUrl(RequestTemplate request, String location) {
        ObjectNode result = members.withObject("/result");
        result.set("request", Arguments.notNull(request, "result").toJson());
        result.put("url", location);
        return this;
    }

    /**
     * Sets the request that reads the result. Default: the result is the last status response.
     *
     * @param request a template with <code>{{operation.id}}</code> or <code>{{status...}}</code>
     * @return this builder
     */
    public OperationBuilder result(RequestTemplate request) {
        ObjectNode result = members.withObject("/result");
        result.remove(List.of("url", "optional"));
        result.set("request", Arguments.notNull(request, "result").toJson());
        return this;
    }

    /**
     * Sets the records of the result, for {@link OperationResult#records()}.
     *
     * @param records the location of the records in a response
     * @param pagination the pages of the result
     * @return this builder
     */
    public OperationBuilder resultRecords(RecordSelector records, Pagination pagination) {
        ObjectNode result = members.withObject("/result");
        result.setAll(PagedRequest.of(ResultSettings.ANY, records, pagination).toJson());
        return this;
    }

    /**
     * Sets the request that aborts the operation.
     *
     * @param request a template with <code>{{operation.id}}</code>
     * @return this builder
     */
    public OperationBuilder abort(RequestTemplate request) {
        return put("abort", Arguments.notNull(request, "abort").toJson());
    }

    /**
     * Sets the request that deletes the operation at the service when its result is not needed any more: after the delivery
     * of a durable run, after a poll has delivered the records, after {@link Operation#records}, or by {@link
     * OperationResult#delete()}.
     *
     * @param request a template with <code>{{operation.id}}</code>
     * @return this builder
     */
    public OperationBuilder delete(RequestTemplate request) {
        return put("delete", Arguments.notNull(request, "delete").toJson());
    }

    /**
     * Sets the maximum time from the start to the end of the operation. Default: 1 h.
     *
     * @param timeout at most 365 days
     * @return this builder
     */
    public OperationBuilder timeout(Duration timeout) {
        return put("timeout", Arguments.notNull(timeout, "timeout").toString());
    }

    /**
     * Sets how long after the start status 404 is no error, because the service is eventually consistent. Default: 30 s.
     *
     * @param time zero or more
     * @return this builder
     */
    public OperationBuilder notFoundTolerance(Duration time) {
        return put(
                "notFoundTolerance",
                Arguments.notNull(time, "notFoundTolerance").toString());
    }

    /**
     * Adds the header {@code Idempotency-Key} with <code>{{operation.key}}</code> to the start, so that a service that
     * supports it starts an operation once, although the request is repeated. For another header, use the pill and an
     * idempotent template.
     *
     * @return this builder
     */
    public OperationBuilder idempotencyKey() {
        return put("idempotencyKey", true);
    }

    /**
     * Sets the lookup by which an operation is found whose start had no response.
     *
     * @param lookup an object with {@code request}, {@code records}, {@code pagination}, {@code matching}, {@code id} or
     *     {@code statusUrl}, and {@code settle}
     * @return this builder
     */
    public OperationBuilder find(JsonNode lookup) {
        return put("find", Arguments.notNull(lookup, "find").deepCopy());
    }

    /**
     * Allows further hosts in status URLs. They receive no credentials.
     *
     * @param patterns such as {@code *.example.com}
     * @return this builder
     */
    public OperationBuilder hosts(String... patterns) {
        return put("hosts", Arguments.all(patterns, "hosts"));
    }

    private OperationBuilder put(String member, Object value) {
        members.set(member, JsonSupport.tree(Arguments.notNull(value, member)));
        return this;
    }

    /**
     * Builds the operation.
     *
     * @return the operation
     * @throws InvalidDefinitionException if the definition is invalid; reports all problems with their JSON Pointers
     */
    public Operation build() {
        return new Operation(name, members);
    }
}
