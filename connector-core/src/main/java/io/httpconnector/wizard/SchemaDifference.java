package io.httpconnector.wizard;

/**
 * How an answer differs from those that the request was saved with.
 *
 * @param level how bad that is
 * @param pointer the JSON Pointer (RFC 6901) of the place in the answer
 * @param message what is different, without values
 */
public record SchemaDifference(Level level, String pointer, String message) {

    /** How bad a difference is. */
    public enum Level {
        /** Something new: nothing depends on it yet. */
        INFORMATION,
        /** Something has changed, but is used nowhere. */
        WARNING,
        /** What a later step uses is gone, or has another type. */
        ERROR
    }
}
