package io.httpconnector.transport;

import java.io.IOException;

/** Thrown by a transport when an exchange fails. The kind determines the exception of the connection, and whether it retries. */
public final class TransportException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The kinds of failures. */
    public enum FailureKind {
        /**
         * No connection was established: nothing was sent. The cause is an {@link java.net.UnknownHostException}, an {@link
         * javax.net.ssl.SSLException} or another {@code IOException}.
         */
        NOT_CONNECTED,
        /** No connection was established within the connect timeout: nothing was sent. */
        CONNECT_TIMEOUT,
        /** The proxy could not be reached or refused the request: the service has not received it. */
        PROXY,
        /**
         * The service has not processed the request, such as after an HTTP/2 {@code REFUSED_STREAM}, or a {@code GOAWAY} with a
         * lower stream id (RFC 9113, section 8.7). Any request may be repeated.
         */
        NOT_PROCESSED,
        /** No data was received within the response timeout. */
        RESPONSE_TIMEOUT,
        /** The service closed the connection without a response. */
        NO_RESPONSE,
        /** The header fields of the response exceed a limit. */
        HEADERS_TOO_LARGE,
        /** The exchange failed for any other reason, and the service may have processed the request. */
        BROKEN
    }

    private final FailureKind kind;

    /**
     * Creates an exception.
     *
     * @param kind the kind of failure
     * @param cause the exception of the HTTP client; its message is part of that of the connection's exception
     */
    public TransportException(FailureKind kind, IOException cause) {
        super(cause.getMessage(), cause);
        this.kind = kind;
    }

    /**
     * Returns the kind of failure.
     *
     * @return the kind
     */
    public FailureKind kind() {
        return kind;
    }
}
