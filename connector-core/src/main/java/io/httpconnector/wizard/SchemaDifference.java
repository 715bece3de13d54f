package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.Arguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A difference between a response and the schema of the samples.
 *
 * @param severity the severity
 * @param pointer the JSON Pointer (RFC 6901) of the location in the response
 * @param message a description of the difference, without values
 */
public record SchemaDifference(Severity severity, String pointer, String message) {

    /** The severities of differences. */
    public enum Severity {
        /** A new member: nothing depends on it yet. */
        INFORMATION,
        /** A change of a value that no later step uses. */
        WARNING,
        /** A value that a later step uses is missing, or has another type. */
        ERROR
    }

    /** Returns location and description in one line. */
    @Override
    public String toString() {
        return (pointer.isEmpty() ? "the body" : pointer) + " " + message;
    }

    /**
     * Returns whether the response contradicts the schema.
     *
     * @return false for a new member
     */
    public boolean contradictsSchema() {
        return severity != Severity.INFORMATION;
    }

    /**
     * Compares a value with a schema: types, required and new members, and whether the other keywords permit it.
     *
     * @param schema a JSON Schema (2020-12); references to other documents permit every value
     * @param value the value, such as the body of a response
     * @return the differences, possibly none; a mismatch is a {@link Severity#WARNING}
     */
    public static List<SchemaDifference> between(JsonNode schema, JsonNode value) {
        Arguments.notNull(schema, "schema");
        Arguments.notNull(value, "value");
        List<SchemaDifference> found = new ArrayList<>(SchemaComparison.of(schema, value, Set.of()));
        if (found.stream().noneMatch(SchemaDifference::contradictsSchema)) {
            String pointer = new SchemaMismatch(schema).find(value);
            if (pointer != null) {
                found.add(new SchemaDifference(Severity.WARNING, pointer, "is not permitted by the schema"));
            }
        }
        return List.copyOf(found);
    }
}
