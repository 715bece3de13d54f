package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.ValueTemplate;
import java.util.List;

/** The values of a run: those of the steps that its requests use are stored, after it was checked that none is missing. */
final class RunValues {

    private RunValues() {}

    static ObjectNode storable(String id, OperationDefinition definition, Pills pills) {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        for (String step : definition.callerSteps()) {
            JsonNode value = ValueTemplate.of("{{" + step + "}}").evaluate(pills);
            if (hasContent(value)) {
                throw new InvalidDefinitionException(
                        "operation \"" + id + "\"",
                        "the value \"" + step
                                + "\" is a file or stream, which cannot be stored: supply it by pills(...) of"
                                + " the builder");
            }
            if (!value.isMissingNode()) {
                values.set(step, value);
            }
        }
        return values;
    }

    /**
     * Checks that the start can be rendered, and that further requests have the values of their URLs, query parameters and header
     * fields. Their bodies may depend on responses.
     *
     * @param all the values of the run, with the parameters
     * @throws io.httpconnector.template.RenderException if the start cannot be rendered
     */
    static void check(String id, OperationDefinition definition, Pills all) {
        ObjectNode ofRun = OperationReference.pillBeforeStart(OperationKeys.newKey());
        Request unused = definition.start().render(all.and(OperationDefinition.OPERATION, ofRun));
        checkFurtherRequests(id, definition, all);
    }

    /** Checks that the requests after the start have the values of their URLs, query parameters and header fields. */
    static void checkFurtherRequests(String id, OperationDefinition definition, Pills all) {
        List<String> problems = definition
                .furtherRequests()
                .flatMap(template -> template.pills().stream()
                        .filter(pill -> isRequired(pill) && isMissing(pill, all))
                        .map(pill -> "the pill {{" + pill.path() + "}} of the request \"" + template.name()
                                + "\" has no value: pass it with the values of the start"))
                .distinct()
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("operation \"" + id + "\"", problems);
        }
    }

    private static boolean isRequired(PillInfo pill) {
        return pill.required()
                && OperationDefinition.isOfCaller(pill)
                && pill.locations().stream().anyMatch(location -> !location.startsWith("body"));
    }

    private static boolean isMissing(PillInfo pill, Pills all) {
        return ValueTemplate.of("{{" + pill.path() + "}}").evaluate(all).isMissingNode();
    }

    private static boolean hasContent(JsonNode value) {
        if (value.isPojo() || value.isBinary()) {
            return true;
        }
        for (JsonNode child : value) {
            if (hasContent(child)) {
                return true;
            }
        }
        return false;
    }
}
