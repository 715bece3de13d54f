package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;

/** What can be learnt from values that have been seen, wherever they come from. */
public final class Samples {

    private Samples() {}

    /**
     * The schema that all the values have in common, as the wizard infers it from answers.
     *
     * @param values the values
     * @return a JSON Schema (2020-12); for no values, one that allows anything
     * @throws InvalidDefinitionException when there is no list
     */
    public static ObjectNode schema(List<? extends JsonNode> values) {
        if (values == null) {
            throw new InvalidDefinitionException("samples", List.of("the values are null"));
        }
        SchemaInference shape = new SchemaInference();
        values.forEach(shape::add);
        return shape.schema();
    }

    /**
     * A value that may be shown and kept: what stands under names such as {@code password} and {@code access_token} is masked.
     *
     * @param value a value
     * @return the same, with {@code ***} for what is masked
     * @throws InvalidDefinitionException when there is no value
     */
    public static JsonNode redacted(JsonNode value) {
        if (value == null) {
            throw new InvalidDefinitionException("samples", List.of("the value is null"));
        }
        return CredentialDetector.masked(value);
    }
}
