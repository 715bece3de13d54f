package io.httpconnector.state;

import io.httpconnector.ConnectorException;
import org.jspecify.annotations.Nullable;

/** Thrown when an operation of a {@link StateStore} fails; nothing was stored. */
public final class StateException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The reason. */
    private final StateFailure reason;

    /** The reason for the failure. */
    public enum StateFailure {
        /** The state of this id is in use elsewhere. */
        IN_USE,
        /** Another writer has changed the state since it was read: read it again. */
        CONFLICT,
        /** The stored data is damaged. It is not repaired or reset automatically. */
        CORRUPT,
        /**
         * The stored data was removed while it was in use. It is not reset automatically: see {@link StateStore#reset}.
         */
        MISSING,
        /** The state cannot be read or written: the disk is full, the database is down. */
        UNAVAILABLE
    }

    /**
     * Creates an exception; for implementations of stores.
     *
     * @param reason the reason
     * @param message the problem and its solution
     */
    public StateException(StateFailure reason, String message) {
        this(reason, message, null);
    }

    /**
     * Creates an exception; for implementations of stores.
     *
     * @param reason the reason
     * @param message the problem and its solution
     * @param cause the cause
     */
    public StateException(StateFailure reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Returns the reason of the failure.
     *
     * @return the reason
     */
    public StateFailure reason() {
        return reason;
    }
}
