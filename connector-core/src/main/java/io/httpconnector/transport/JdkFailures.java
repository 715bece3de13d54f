package io.httpconnector.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Classifies the exceptions of the JDK's HTTP client, some of which differ only in their messages. */
final class JdkFailures {

    private JdkFailures() {}

    static IOException of(@Nullable Throwable thrown, URI uri) {
        IOException reason = thrown instanceof IOException known
                ? known
                : new IOException(thrown == null ? "the exchange failed" : thrown.toString(), thrown);
        if (thrown instanceof HttpConnectTimeoutException) {
            return new TransportException(TransportException.FailureKind.CONNECT_TIMEOUT, reason);
        }
        if (thrown instanceof HttpTimeoutException) {
            return new TransportException(
                    TransportException.FailureKind.RESPONSE_TIMEOUT, new SocketTimeoutException("Read timed out"));
        }
        if (find(thrown, UnresolvedAddressException.class) != null) {
            return new TransportException(
                    TransportException.FailureKind.NOT_CONNECTED, new UnknownHostException(JdkClient.host(uri)));
        }
        IOException connecting = connecting(thrown);
        if (connecting != null) {
            return new TransportException(TransportException.FailureKind.NOT_CONNECTED, connecting);
        }
        TransportException.FailureKind kind = kind(thrown);
        return kind == TransportException.FailureKind.BROKEN ? reason : new TransportException(kind, reason);
    }

    /** Returns the reason why there is no connection; null if there may have been one. */
    private static @Nullable IOException connecting(@Nullable Throwable thrown) {
        ConnectException refused = find(thrown, ConnectException.class);
        if (refused != null) {
            return refused;
        }
        NoRouteToHostException unreachable = find(thrown, NoRouteToHostException.class);
        if (unreachable != null) {
            return unreachable;
        }
        SSLException noTls = find(thrown, SSLException.class);
        if (noTls != null && has(noTls, "plaintext connection")) {
            // The response is not TLS. Depending on timing, the client does not report it as a failed handshake.
            return noTls;
        }
        // With TLS 1.3 a service may reject the client certificate after the request was sent; it does not read that
        // request.
        return find(thrown, SSLHandshakeException.class);
    }

    private static TransportException.FailureKind kind(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (has(cause, "not processed")) {
                return TransportException.FailureKind.NOT_PROCESSED;
            }
            if (has(cause, "received no bytes")) {
                return TransportException.FailureKind.NO_RESPONSE;
            }
            if (has(cause, "Tunnel failed")) {
                return TransportException.FailureKind.PROXY;
            }
            if (cause instanceof ProtocolException && has(cause, "header") && has(cause, "size")) {
                return TransportException.FailureKind.HEADERS_TOO_LARGE;
            }
        }
        return TransportException.FailureKind.BROKEN;
    }

    /** Returns whether the request was not sent because the service permits no more streams. */
    static boolean isTooManyStreams(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (has(cause, "too many concurrent streams")) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(Throwable thrown, String text) {
        String message = thrown.getMessage();
        return message != null && message.contains(text);
    }

    private static <T extends Throwable> @Nullable T find(@Nullable Throwable thrown, Class<T> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
