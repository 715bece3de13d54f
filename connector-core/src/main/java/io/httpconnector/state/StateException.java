package io.httpconnector.state;

import io.httpconnector.ConnectorException;
import org.jspecify.annotations.Nullable;

/** A {@link StateStore} did not do what it was asked for; nothing of it was stored. */
public final class StateException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** Why not. */
    private final Reason reason;

    /** Why a store refuses. */
    public enum Reason {
        /** Somebody else works with the state of this id. */
        IN_USE,
        /** Somebody else has written since it was read: read again. */
        CONFLICT,
        /** What is stored is not what was written. Nothing is repaired or reset by itself. */
        CORRUPT,
        /**
         * What was stored is gone: somebody has removed it while it was in use. Nothing is begun anew by itself: see {@link
         * StateStore#reset}.
         */
        MISSING,
        /** It can't be read or written at all: the disk is full, the database is down. */
        UNAVAILABLE
    }

    /**
     * Made by stores.
     *
     * @param reason why
     * @param message what happened and what to do
     */
    public StateException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Made by stores.
     *
     * @param reason why
     * @param message what happened and what to do
     * @param cause what it came from
     */
    public StateException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Why the store refused.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
