package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;

/** Utilities for sample values: schema inference and redaction. */
public final class Samples {

    private Samples() {}

    /**
     * Infers the common schema of values, as the wizard does for responses.
     *
     * @param values the values
     * @return a JSON Schema (2020-12); for no values, one that allows anything
     * @throws InvalidDefinitionException if the list is null
     */
    public static ObjectNode inferSchema(List<? extends JsonNode> values) {
        if (values == null) {
            throw new InvalidDefinitionException("samples", List.of("the values are null"));
        }
        SchemaInference shape = new SchemaInference();
        values.forEach(shape::add);
        return shape.schema();
    }

    /**
     * Redacts a value for display and storage: masks credentials, such as members named {@code password} and
     * {@code access_token}.
     *
     * @param value a value
     * @return a copy with {@code ***} in place of credentials
     * @throws InvalidDefinitionException if the value is null
     */
    public static JsonNode redact(JsonNode value) {
        if (value == null) {
            throw new InvalidDefinitionException("samples", List.of("the value is null"));
        }
        return CredentialDetector.mask(value);
    }
}
