package io.httpconnector.wizard;

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
}
