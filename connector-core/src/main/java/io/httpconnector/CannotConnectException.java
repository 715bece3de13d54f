package io.httpconnector;

/** Thrown when the service could not be reached or must not be reached. Nothing was sent, so a retry is safe. */
public final class CannotConnectException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The reason for the failure. */
    private final Reason reason;

    private final transient boolean isLasting;

    CannotConnectException(Reason reason, String message, Throwable cause, Exchange exchange, boolean isLasting) {
        super(message, cause, exchange);
        this.reason = reason;
        this.isLasting = isLasting;
    }

    /**
     * The reason for the failure.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /** Returns whether another attempt would fail for the same reason. */
    boolean isLasting() {
        return isLasting;
    }

    /** The reason for the failure. */
    public enum Reason {
        /** The host name does not resolve. */
        UNKNOWN_HOST,
        /** The host refused the connection, or there is no route to it. */
        REFUSED,
        /**
         * No secure connection was established: an untrusted or expired certificate, a wrong host name, no common protocol
         * version.
         */
        TLS,
        /** The destination is not permitted by the {@link SsrfPolicy}. */
        NOT_ALLOWED,
        /** The proxy could not be reached, or did not forward the request. */
        PROXY
    }
}
