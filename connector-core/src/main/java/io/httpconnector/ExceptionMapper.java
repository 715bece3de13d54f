package io.httpconnector;

import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.LogSafe;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/** Says in the terms of this library what Apache HttpClient reports. */
final class ExceptionMapper {

    /** What HttpClient says may quote a header field of the service. */
    private static final int MAX_REASON = 500;

    private final Timeouts timeouts;
    private final @Nullable Proxy proxy;
    private final boolean showsCertificate;

    ExceptionMapper(Timeouts timeouts, @Nullable Proxy proxy, boolean showsCertificate) {
        this.timeouts = timeouts;
        this.proxy = proxy;
        this.showsCertificate = showsCertificate;
    }

    /** Whatever it looked like, it was the application that ended it. */
    static TransferException closed(Exception e, Exchange exchange) {
        return new TransferException(summary(exchange) + "the connection was closed", e, exchange);
    }

    ConnectorException of(Exception e, AttemptContext.Stage reach, Request request, Exchange exchange) {
        if (e instanceof ProxyRefusedException) {
            return noProxy(e, request, exchange);
        }
        boolean connected = reach != AttemptContext.Stage.NOWHERE;
        if (e instanceof ConnectTimeoutException || (e instanceof SocketTimeoutException && !connected)) {
            return new TimedOutException(TimedOutException.Phase.CONNECT, timeouts.connect(), e, exchange);
        }
        if (e instanceof SocketTimeoutException) {
            return new TimedOutException(TimedOutException.Phase.RESPONSE, timeouts.response(), e, exchange);
        }
        if (e instanceof MessageConstraintException && connected) {
            return new InvalidResponseException(summary(exchange) + "the response headers are too large", e, exchange);
        }
        if (Thread.currentThread().isInterrupted()) {
            return new TransferException(summary(exchange) + "the thread was interrupted", e, exchange);
        }
        if (reach == AttemptContext.Stage.NEW_CONNECTION && e instanceof SSLHandshakeException) {
            // By TLS 1.3 a service refuses our certificate when we have sent the request already, which it does not
            // read.
            return cannotConnect(e, request, exchange);
        }
        return connected
                ? brokeOff(e, reach == AttemptContext.Stage.KEPT_CONNECTION, request, exchange)
                : cannotConnect(e, request, exchange);
    }

    private TransferException brokeOff(Exception e, boolean stale, Request request, Exchange exchange) {
        String why = e instanceof NoHttpResponseException
                ? "the service closed the connection without an answer"
                : "the exchange broke off: " + reason(e, request);
        return new TransferException(summary(exchange) + why, e, exchange, stale);
    }

    private CannotConnectException cannotConnect(Exception e, Request request, Exchange exchange) {
        Url url = request.url();
        String host = url.origin().authority();
        if (e instanceof BoundedDnsResolver.ForbiddenHostException) {
            return new CannotConnectException(
                    CannotConnectException.Reason.NOT_ALLOWED, summary(exchange) + reason(e, request), e, exchange);
        }
        if (proxy != null
                && !proxy.bypasses(url.origin().host())
                && (!(e instanceof SSLException tls) || isNoTls(tls))) {
            return noProxy(e, request, exchange);
        }
        if (e instanceof UnknownHostException) {
            return new CannotConnectException(
                    CannotConnectException.Reason.UNKNOWN_HOST,
                    summary(exchange) + "the host " + url.origin().host()
                            + " is unknown: check its name and the DNS",
                    e,
                    exchange);
        }
        if (e instanceof SSLException || (url.isSecure() && isReset(e))) {
            return new CannotConnectException(
                    CannotConnectException.Reason.TLS,
                    summary(exchange) + "no secure connection to " + host + ": " + reason(e, request) + hint(e),
                    e,
                    exchange);
        }
        return new CannotConnectException(
                CannotConnectException.Reason.REFUSED,
                summary(exchange) + "no connection to " + host + ": " + reason(e, request),
                e,
                exchange);
    }

    private CannotConnectException noProxy(Exception e, Request request, Exchange exchange) {
        return new CannotConnectException(
                CannotConnectException.Reason.PROXY,
                summary(exchange) + "no connection through the proxy " + proxy + ": " + reason(e, request),
                e,
                exchange);
    }

    /** What came through the tunnel is no TLS at all, or nothing: no service was reached. */
    private static boolean isNoTls(SSLException e) {
        return e.getClass() == SSLException.class || e.getCause() instanceof EOFException;
    }

    /** A service that misses our certificate says only that the handshake failed. */
    private String hint(Exception e) {
        boolean refused = String.valueOf(e.getMessage()).contains("Received fatal alert");
        return refused && !showsCertificate ? ": it may want a client certificate" : "";
    }

    /** A peer that hangs up in the middle of the handshake; one that is not there at all fails to connect. */
    private static boolean isReset(Exception e) {
        return !(e instanceof ConnectException) && !(e instanceof NoRouteToHostException);
    }

    /** HttpClient's messages may quote what the service sent. */
    private static String reason(Exception e, Request request) {
        String message = e.getMessage();
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
