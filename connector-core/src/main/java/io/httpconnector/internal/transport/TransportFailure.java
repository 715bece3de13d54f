package io.httpconnector.internal.transport;

/** A failure of an exchange, classified by its consequence for the request. */
public final class TransportFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kinds of failures. */
    public enum Kind {
        /** The call exceeded its timeout. */
        EXPIRED,
        /** The application closed the connection. */
        CLOSED,
        /** The thread was interrupted. */
        INTERRUPTED,
        /** The proxy could not be reached or refused the request. */
        PROXY,
        /** The destination is not permitted to this connection. */
        FORBIDDEN_HOST,
        /** No connection was established within the connect timeout. */
        CONNECT_TIMEOUT,
        /** No connection could be established. */
        NOT_CONNECTED,
        /** The service has not processed the request, so that any request may be repeated. */
        NOT_PROCESSED,
        /** No data was received within the response timeout. */
        RESPONSE_TIMEOUT,
        /** The service closed the connection without a response. */
        NO_RESPONSE,
        /** The header fields of the response exceed the limit. */
        HEADERS_TOO_LARGE,
        /** The exchange failed for any other reason. */
        BROKEN
    }

    private final Kind kind;
    private final Exception reason;
    private final boolean isStale;
    private final boolean isLasting;

    public TransportFailure(Kind kind, Exception reason, boolean isStale, boolean isLasting) {
        super(null, reason, false, false);
        this.kind = kind;
        this.reason = reason;
        this.isStale = isStale;
        this.isLasting = isLasting;
    }

    public Kind kind() {
        return kind;
    }

    /** Returns the exception of the JDK or of Apache HttpClient. */
    public Exception reason() {
        return reason;
    }

    /** Returns whether the service closed a reused connection before it sent a response, as services do with idle connections. */
    public boolean isStale() {
        return isStale;
    }

    /** Returns whether another attempt would fail for the same reason, although nothing was sent. */
    public boolean isLasting() {
        return isLasting;
    }
}
