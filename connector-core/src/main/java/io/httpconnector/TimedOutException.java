package io.httpconnector;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call exceeds a timeout. In the phases {@link Phase#CONNECT} and {@link Phase#POOL} nothing was sent; in the
 * others the service may or may not have processed the request.
 */
public final class TimedOutException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The phase that exceeded its timeout. */
    private final Phase phase;
    /** The timeout that was exceeded. */
    private final Duration limit;

    TimedOutException(Phase phase, Duration limit, @Nullable Throwable cause, Exchange exchange) {
        this(phase, limit, cause, exchange, "");
    }

    /**
     * Creates an exception.
     *
     * @param hint the end of the message
     */
    TimedOutException(Phase phase, Duration limit, @Nullable Throwable cause, Exchange exchange, String hint) {
        super(
                exchange.method() + " " + exchange.url() + ": "
                        + switch (phase) {
                            case CONNECT -> "no connection within ";
                            case POOL -> "no connection became free (all are in use) within ";
                            case RESPONSE -> "no bytes of the response were received for ";
                            case TOTAL -> "the exchange was not complete within ";
                        }
                        + limit.toMillis() + " ms" + hint,
                cause,
                exchange);
        this.phase = phase;
        this.limit = limit;
    }

    /**
     * Returns the phase that exceeded its timeout.
     *
     * @return the phase
     */
    public Phase phase() {
        return phase;
    }

    /**
     * Returns the timeout that was exceeded.
     *
     * @return the timeout
     */
    public Duration limit() {
        return limit;
    }

    /** The phase that exceeded its timeout. */
    public enum Phase {
        /** Opening the connection, including the TLS handshake. */
        CONNECT,
        /** Waiting for a free connection until the timeout of the call: all connections were in use. */
        POOL,
        /** Waiting for the next bytes of the response. */
        RESPONSE,
        /** The whole call, including redirects, retries and waiting. */
        TOTAL
    }
}
