package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.Pills;
import io.httpconnector.template.ValueTemplate;

/** The values of a run that are stored: those of the steps that its requests use. */
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
