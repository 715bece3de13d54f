package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.operation.Operation;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A long-running operation of a connector document: its definition without the request that starts it, which is the one that has
 * it. Immutable.
 */
record DefinedOperation(ObjectNode json) {

    static final String MEMBER = "operation";

    private static final String START = "start";
    private static final String RESULT = "result";

    /** Stands in for a request that is invalid itself. */
    private static final RequestTemplate ANY =
            RequestTemplate.named("start").post("/").build();

    /**
     * Reads the member {@code operation}, if it is present.
     *
     * @param request the request that starts the operation, as a template
     * @param list the location of the records and the pagination
     */
    static @Nullable DefinedOperation read(
            JsonObjectReader reader, String id, JsonNode request, ObjectNode list, Map<String, PillFilter> filters) {
        RequestTemplate start = template(request, filters);
        return reader.document("operation", json -> {
            if (json.has(START)) {
                throw new InvalidDefinitionException(
                        MEMBER, "/start: the operation is started by the request that has it: remove the member");
            }
            DefinedOperation read = new DefinedOperation(json.deepCopy());
            Operation unused = read.operation(id, start, list);
            return read;
        });
    }

    /** Reports members of the request that contradict those of the operation. */
    void check(JsonObjectReader reader, CodeMembers code) {
        if (!code.names().isEmpty()) {
            reader.problem(MEMBER, "its records and pagination cannot be components");
        }
        for (String member : DefinedRequest.LIST) {
            if (reader.object(member) != null && json.path(RESULT).has(member)) {
                reader.problem(
                        member,
                        "the member " + RESULT + " of the operation has " + member + " too: remove one of them");
            }
        }
    }

    static RequestTemplate template(JsonNode request, Map<String, PillFilter> filters) {
        try {
            return RequestTemplate.fromJson(request, filters);
        } catch (InvalidDefinitionException e) {
            // Reported for the request.
            return ANY;
        }
    }

    /** Returns the operation. */
    Operation operation(String name, RequestTemplate start, ObjectNode list) {
        ObjectNode complete = json.deepCopy();
        if (!list.isEmpty() && (!complete.has(RESULT) || complete.path(RESULT).isObject())) {
            ObjectNode result =
                    complete.path(RESULT) instanceof ObjectNode own ? own : JsonNodeFactory.instance.objectNode();
            JsonNode preset = complete.path("preset");
            if (!complete.has(RESULT)
                    && preset.isTextual()
                    && Operation.presets().contains(preset.textValue())) {
                JsonNode ofPreset = Operation.preset(preset.textValue()).path(RESULT);
                result = ofPreset.isObject() ? ofPreset.deepCopy() : result;
            }
            for (String member : DefinedRequest.LIST) {
                if (list.has(member) && !json.path(RESULT).has(member)) {
                    result.set(member, list.get(member));
                }
            }
            complete.set(RESULT, result);
        }
        try {
            return Operation.named(name).definition(complete).start(start).build();
        } catch (InvalidDefinitionException e) {
            List<String> problems = e.problems().stream()
                    .map(problem -> problem.replaceFirst("^/start: ", ""))
                    .toList();
            throw new InvalidDefinitionException(MEMBER, problems);
        }
    }

    /** Lets a trigger run the operation for each poll, started by its request. */
    void addTo(PollingTriggerBuilder builder, JsonNode request, Map<String, PillFilter> filters) {
        if (request.isObject()) {
            RequestTemplate start = RequestTemplate.fromJson(request, filters);
            builder.source(operation(start.name(), start, JsonNodeFactory.instance.objectNode())
                    .asSource());
        }
    }
}
