package io.httpconnector.internal.transport;

/** A failure of an exchange on the wire, by what it means for the request. */
public final class TransportFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kinds of failures. */
    public enum Kind {
        /** The time of the call was up. */
        EXPIRED,
        /** The application closed the connection. */
        CLOSED,
        /** The thread was interrupted. */
        INTERRUPTED,
        /** The proxy did not do what it was asked for. */
        PROXY,
        /** The connection may not lead there. */
        FORBIDDEN_HOST,
        /** There was no connection in time. */
        CONNECT_TIMEOUT,
        /** There was no connection. */
        NOT_CONNECTED,
        /** There was no response in time. */
        RESPONSE_TIMEOUT,
        /** The service closed the connection without a response. */
        NO_RESPONSE,
        /** The header fields of the response are larger than permitted. */
        HEADERS_TOO_LARGE,
        /** The exchange broke off. */
        BROKEN
    }

    private final Kind kind;
    private final Exception reason;
    private final boolean isStale;
    private final boolean isLasting;

    TransportFailure(Kind kind, Exception reason, boolean isStale, boolean isLasting) {
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

    /** Returns whether it was a kept connection, which the service closed before it said anything: as it does with idle ones. */
    public boolean isStale() {
        return isStale;
    }

    /** Returns whether another attempt would fail for the same reason, although nothing was sent. */
    public boolean isLasting() {
        return isLasting;
    }
}
