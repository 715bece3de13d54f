package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import org.jspecify.annotations.Nullable;

/** Thrown when a stream cannot be read on although the service has responded. The message quotes nothing of the content. */
public final class StreamException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The reason. */
    private final StreamFailure reason;
    /** The number of the line or record. */
    private final long number;

    /** The reason why a stream cannot be read on. */
    public enum StreamFailure {
        /** The response has another media type, such as HTML: it is not a stream. */
        UNEXPECTED_CONTENT_TYPE,
        /** A line, an event or a record exceeds the limit. */
        TOO_LARGE,
        /** A line or record, or the data of an event, is not JSON. */
        INVALID_JSON,
        /** The stream ends in the middle of a record. */
        TRUNCATED,
        /** The service has ended the stream several times in a row without sending anything. */
        NOTHING_RECEIVED,
        /** The thread was interrupted while it waited. */
        INTERRUPTED
    }

    StreamException(StreamFailure reason, long number, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.number = number;
    }

    StreamException(StreamFailure reason, String message) {
        this(reason, 0, message, null);
    }

    /** Returns the exception for a thread that was interrupted while it waited; sets its interrupt status again. */
    static StreamException interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new StreamException(StreamFailure.INTERRUPTED, 0, what + ": the thread was interrupted", cause);
    }

    /**
     * Returns why the stream cannot be read on.
     *
     * @return the reason
     */
    public StreamFailure reason() {
        return reason;
    }

    /**
     * Returns where the problem is.
     *
     * @return the number of the line, or of the record of a JSON text sequence, starting at 1; 0 if it concerns no single one
     */
    public long number() {
        return number;
    }
}
