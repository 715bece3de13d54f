package io.httpconnector;

import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.internal.transport.ProxyRoute;
import io.httpconnector.internal.transport.TransportFailure;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Maps failures of the transport to the exceptions of this library. */
final class ExceptionMapper {

    /** The maximum length of a message of HttpClient, which may quote a header field of the service. */
    private static final int MAX_REASON = 500;

    private final Timeouts timeouts;
    private final @Nullable ProxyRoute proxy;
    private final boolean showsCertificate;

    ExceptionMapper(Timeouts timeouts, @Nullable ProxyRoute proxy, boolean showsCertificate) {
        this.timeouts = timeouts;
        this.proxy = proxy;
        this.showsCertificate = showsCertificate;
    }

    /** Returns the exception for a failure of this request. */
    ConnectorException of(TransportFailure failure, Request request, CallContext call) {
        Exchange exchange = Redactor.withoutResponse(request, call);
        Exception e = failure.reason();
        return switch (failure.kind()) {
            case EXPIRED -> new TimedOutException(TimedOutException.Phase.TOTAL, call.total(), e, exchange);
            case CLOSED -> new TransferException(summary(exchange) + "the connection was closed", e, exchange);
            case INTERRUPTED -> new TransferException(summary(exchange) + "the thread was interrupted", e, exchange);
            case PROXY -> noProxy(failure, request, exchange);
            case FORBIDDEN_HOST ->
                new CannotConnectException(
                        CannotConnectException.Reason.NOT_ALLOWED,
                        summary(exchange) + reason(e, request),
                        e,
                        exchange,
                        true);
            case CONNECT_TIMEOUT ->
                new TimedOutException(TimedOutException.Phase.CONNECT, timeouts.connect(), e, exchange);
            case NOT_CONNECTED -> cannotConnect(failure, request, exchange);
            case RESPONSE_TIMEOUT ->
                new TimedOutException(TimedOutException.Phase.RESPONSE, maxSilence(call), e, exchange);
            case NO_RESPONSE ->
                new TransferException(
                        summary(exchange) + "the service closed the connection without a response",
                        e,
                        exchange,
                        failure.isStale());
            case HEADERS_TOO_LARGE ->
                new InvalidResponseException(summary(exchange) + "the response headers are too large", e, exchange);
            case BROKEN ->
                new TransferException(
                        summary(exchange) + "the exchange broke off: " + reason(e, request),
                        e,
                        exchange,
                        failure.isStale());
        };
    }

    /** Returns the time without a byte that was exceeded. */
    private Duration maxSilence(CallContext call) {
        Duration idleTimeout = call.idleTimeout();
        return call.isStreaming() && idleTimeout != null ? idleTimeout : timeouts.response();
    }

    private CannotConnectException cannotConnect(TransportFailure failure, Request request, Exchange exchange) {
        Exception e = failure.reason();
        Url url = request.url();
        String host = url.origin().authority();
        if (proxy != null
                && !proxy.bypasses(url.origin().host())
                && (!(e instanceof SSLException tls) || isNoTls(tls))) {
            return noProxy(failure, request, exchange);
        }
        if (e instanceof UnknownHostException) {
            return new CannotConnectException(
                    CannotConnectException.Reason.UNKNOWN_HOST,
                    summary(exchange) + "the host " + url.origin().host() + " is unknown: check its name and the DNS",
                    e,
                    exchange,
                    failure.isLasting());
        }
        if (e instanceof SSLException || (url.isSecure() && isReset(e))) {
            return new CannotConnectException(
                    CannotConnectException.Reason.TLS,
                    summary(exchange) + "no secure connection to " + host + ": " + reason(e, request) + hint(e),
                    e,
                    exchange,
                    failure.isLasting());
        }
        return new CannotConnectException(
                CannotConnectException.Reason.REFUSED,
                summary(exchange) + "no connection to " + host + ": " + reason(e, request),
                e,
                exchange,
                failure.isLasting());
    }

    private CannotConnectException noProxy(TransportFailure failure, Request request, Exchange exchange) {
        Exception e = failure.reason();
        return new CannotConnectException(
                CannotConnectException.Reason.PROXY,
                summary(exchange) + "no connection through the proxy " + proxy + ": " + reason(e, request),
                e,
                exchange,
                failure.isLasting());
    }

    /** Returns whether the peer sent no TLS or nothing at all through the tunnel, so that no service was reached. */
    private static boolean isNoTls(SSLException e) {
        return e.getClass() == SSLException.class || e.getCause() instanceof EOFException;
    }

    /**
     * Returns a hint at a missing client certificate, because a service that requires one only reports that the handshake
     * failed.
     */
    private String hint(Exception e) {
        boolean refused = String.valueOf(e.getMessage()).contains("Received fatal alert");
        return refused && !showsCertificate ? ": it may require a client certificate" : "";
    }

    /** Returns whether the peer closed the connection during the handshake. An absent peer would have refused the connection. */
    private static boolean isReset(Exception e) {
        return !(e instanceof ConnectException) && !(e instanceof NoRouteToHostException);
    }

    /** Returns which certificate is not valid at this time; null if the dates are not the problem. */
    private static @Nullable String dates(Exception e) {
        X509Certificate certificate = null;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException path
                    && path.getCertPath() != null
                    && path.getIndex() >= 0
                    && path.getCertPath().getCertificates().get(path.getIndex()) instanceof X509Certificate found) {
                certificate = found;
            }
            boolean isExpired = cause instanceof CertificateExpiredException;
            if (certificate != null && (isExpired || cause instanceof CertificateNotYetValidException)) {
                return "the certificate of "
                        + certificate.getSubjectX500Principal().getName()
                        + (isExpired
                                ? " expired on " + certificate.getNotAfter().toInstant()
                                : " is not valid before "
                                        + certificate.getNotBefore().toInstant());
            }
        }
        return null;
    }

    /** Returns the message of the exception with secrets masked, because HttpClient's messages may quote data of the service. */
    private static String reason(Exception e, Request request) {
        String dates = dates(e);
        String message = dates == null ? e.getMessage() : dates;
        if (message == null) {
            return e.getClass().getSimpleName();
        }
        String text = LogSafe.visible(new Redactor(request.secrets()).mask(message));
        return text.length() > MAX_REASON ? text.substring(0, MAX_REASON) + "..." : text;
    }

    private static String summary(Exchange exchange) {
        return exchange.method() + " " + exchange.url() + ": ";
    }
}
