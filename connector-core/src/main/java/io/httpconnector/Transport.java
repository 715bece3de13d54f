package io.httpconnector;

import io.httpconnector.internal.http.CookieJar;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.io.ProgressStreams;
import io.httpconnector.internal.json.ValueMapper;
import io.httpconnector.internal.recording.ExchangeTap;
import io.httpconnector.internal.recording.MaskedFailure;
import io.httpconnector.internal.recording.TappedTransport;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.internal.transport.ExchangeTransport;
import io.httpconnector.internal.transport.IncomingResponse;
import io.httpconnector.internal.transport.OutgoingBody;
import io.httpconnector.internal.transport.OutgoingRequest;
import io.httpconnector.internal.transport.ProxyRoute;
import io.httpconnector.internal.transport.ResponseReader;
import io.httpconnector.internal.transport.RouteKey;
import io.httpconnector.internal.transport.TransportFailure;
import io.httpconnector.transport.HttpTransport;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Sends one request and reads its response within the limits of the connection. Thread-safe. */
final class Transport implements AutoCloseable {

    private static final byte[] NO_BYTES = {};

    /** The maximum length of a body that rules inspect. */
    private static final int PEEK = 64 * 1024;
    /** The maximum time that rules wait for the next bytes of a body. */
    private static final Duration SILENCE = Duration.ofMillis(250);

    private final ExchangeTransport wire;
    private final @Nullable CookieJar cookies;
    private final String connection;
    private final @Nullable TappedTransport tapped;
    private final FailureMapper failures;
    private final @Nullable ProxyRoute proxy;
    private final int maxResponseBytes;
    private final long maxStreamBytes;
    private final Response.@Nullable JsonMapping mapping;
    private final @Nullable ValueMapper values;

    /**
     * Creates a transport.
     *
     * @param connection the name of the connection
     * @param tap records or substitutes the exchanges; null for none
     */
    Transport(
            String connection,
            @Nullable ExchangeTap tap,
            ExchangeTransport wire,
            boolean keepsCookies,
            Timeouts timeouts,
            RouteKey route,
            int maxResponseBytes,
            long maxStreamBytes,
            Response.@Nullable JsonMapping mapping) {
        this.connection = connection;
        this.wire = wire;
        this.cookies = keepsCookies ? new CookieJar() : null;
        this.tapped = tap == null ? null : new TappedTransport(tap, wire);
        this.failures = new FailureMapper(timeouts, route.proxy(), route.tls().hasCertificate());
        this.proxy = route.proxy();
        this.maxResponseBytes = maxResponseBytes;
        this.maxStreamBytes = maxStreamBytes;
        this.mapping = mapping;
        this.values = mapping == null ? null : ValueMapper.writingBy(mapping::write);
    }

    Response.JsonMapping jsonMapping() {
        return mapping == null ? Response.JsonMapping.currentDefault() : mapping;
    }

    /** Returns the request with its objects written by the mapping of the connection. */
    Request written(Request request) {
        Body body = request.content();
        Body written = body == null || values == null ? body : body.writtenBy(values);
        return written == null || written == body ? request : request.body(written);
    }

    Response.@Nullable JsonMapping mapping() {
        return mapping;
    }

    /** Returns the request with the cookies of the connection. */
    Request withCookies(Request request, CallContext call) {
        return request.withCookies(
                own -> cookies == null ? own : cookies.kept(request.url().origin(), request.target(), own, call.now()));
    }

    HttpTransport.Sockets sockets() {
        return wire.sockets();
    }

    /**
     * Sends the request and reads the response.
     *
     * @param withCookies whether cookies of the connection are sent, and cookies of the response stored
     * @param receiver reads the body of a response that it accepts; null to read the body into memory
     * @throws ConnectorException a subclass for the kind of failure
     */
    Response exchange(Request plain, boolean withCookies, CallContext call, @Nullable StreamingReceiver<?> receiver) {
        Request request = withCookies ? withCookies(plain, call) : plain;
        boolean[] hasEvents = new boolean[1];
        try {
            OutgoingRequest message = message(request);
            ResponseReader<Response> reader = response -> {
                if (withCookies && cookies != null) {
                    cookies.store(request.url().origin(), request.target(), response.headers(), call.now());
                }
                hasEvents[0] = receiver == null && Response.hasEvents(response.headers());
                return read(request.maskingCookies(Redactor.cookies(response.headers())), response, call, receiver);
            };
            return tapped == null
                    ? wire.exchange(message, call, reader)
                    : tapped.exchange(message, Redactor.tapped(connection, request), call, reader);
        } catch (StreamingReceiver.ReaderFailedException e) {
            throw e.toConnectorException(request);
        } catch (TransportFailure e) {
            RuntimeException readerFailure = receiver == null ? null : receiver.readerFailure();
            if (readerFailure != null) {
                throw readerFailure;
            }
            if (e.reason() instanceof StreamingReceiver.TooLargeException) {
                throw tooLarge(request, call, maxStreamBytes, "maxStreamBytes");
            }
            Response left = receiver == null ? null : receiver.finished();
            if (left != null) {
                return left;
            }
            ConnectorException failure = failures.of(e, request, call);
            throw hasEvents[0] && failure instanceof TimedOutException late
                    ? new TimedOutException(
                            late.phase(),
                            late.limit(),
                            late.getCause(),
                            Redactor.withoutResponse(request, call),
                            ": " + Response.EVENTS)
                    : failure;
        }
    }

    private static OutgoingRequest message(Request request) {
        Body body = request.content();
        return new OutgoingRequest(
                request.method(),
                request.url().origin(),
                request.target(),
                request.shownTarget(),
                request.headers(),
                body == null
                        ? null
                        : new OutgoingBody(body.source(), body.contentType(), body.isGzip(), request.upload()));
    }

    private Response read(
            Request request, IncomingResponse response, CallContext call, @Nullable StreamingReceiver<?> receiver)
            throws IOException {
        Response head = new Response(request, response.status(), response.headers(), NO_BYTES, call, mapping);
        if (receiver != null && request.graphQl() != null) {
            return readWhole(request, response, content(response, request), receiver, call);
        }
        boolean isThere = receiver != null && receiver.needsBody(head) && response.isWholeWithin(PEEK, SILENCE);
        InputStream content = content(response, request);
        long length = response.length();
        if (receiver != null) {
            byte[] start = isThere ? content.readNBytes(PEEK + 1) : NO_BYTES;
            boolean isKnown = isThere && start.length <= PEEK;
            Response known =
                    isKnown ? new Response(request, response.status(), response.headers(), start, call, mapping) : head;
            content = start.length == 0 ? content : new SequenceInputStream(new ByteArrayInputStream(start), content);
            Response classified = receiver.classify(known, isKnown);
            if (receiver.wants(classified)) {
                Response accepted = classified.withoutBody();
                receive(accepted, content, length, response, receiver, call);
                call.addReceived(receiver.count());
                return accepted;
            }
        }
        byte[] body = body(request, response, content, call);
        return new Response(request, response.status(), response.headers(), body, call, mapping);
    }

    /** Reads a response whose errors may be at its end, and passes it to the receiver if it is accepted. */
    private Response readWhole(
            Request request,
            IncomingResponse response,
            InputStream content,
            StreamingReceiver<?> receiver,
            CallContext call)
            throws IOException {
        Response whole = receiver.classify(
                new Response(
                        request,
                        response.status(),
                        response.headers(),
                        body(request, response, content, call),
                        call,
                        mapping),
                true);
        if (!receiver.wants(whole)) {
            return whole;
        }
        Response accepted = whole.withoutBody();
        receive(accepted, new ByteArrayInputStream(whole.bytes()), whole.bytes().length, response, receiver, call);
        return accepted;
    }

    /** Returns the whole body. */
    private byte[] body(Request request, IncomingResponse response, InputStream content, CallContext call)
            throws IOException {
        byte[] body = read(content, response.length());
        if (body == null) {
            response.abort();
            throw tooLarge(request, call, maxResponseBytes, "maxResponseBytes");
        }
        call.addReceived(body.length);
        return body;
    }

    private static void receive(
            Response head,
            InputStream body,
            long length,
            IncomingResponse response,
            StreamingReceiver<?> receiver,
            CallContext call)
            throws IOException {
        boolean isComplete = false;
        Duration idleTimeout = call.idleTimeout();
        if (idleTimeout != null) {
            response.limitIdleTime(idleTimeout);
            call.startStream();
        }
        try {
            isComplete = receiver.receive(head, body, length, call);
        } finally {
            if (!isComplete) {
                response.abort();
            }
        }
    }

    private static InvalidResponseException tooLarge(Request request, CallContext call, long limit, String setting) {
        return new InvalidResponseException(
                request.method() + " " + request.url().origin().authority()
                        + ": the body is larger than the limit of " + limit + " bytes: ask for less, or raise "
                        + setting,
                null,
                Redactor.withoutResponse(request, call));
    }

    private static InputStream content(IncomingResponse response, Request request) throws IOException {
        ProgressListener progress = request.download();
        InputStream content = response.content();
        return progress == null || !response.hasBody()
                ? content
                : ProgressStreams.in(content, progress, response.length());
    }

    /** Returns the whole body; null if it exceeds the limit. */
    private byte @Nullable [] read(InputStream content, long announced) throws IOException {
        if (announced > maxResponseBytes) {
            return null;
        }
        if (announced < 0) {
            byte[] body = content.readNBytes(maxResponseBytes + 1);
            return body.length > maxResponseBytes ? null : body;
        }
        byte[] body = new byte[(int) announced];
        int length = content.readNBytes(body, 0, body.length);
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    @Nullable ProxyRoute proxy() {
        return proxy;
    }

    long maxStreamBytes() {
        return maxStreamBytes;
    }

    /** Cancels the exchanges in progress. */
    @Override
    public void close() {
        wire.close();
    }

    /** Maps failures of the transport to the exceptions of this library. */
    private static final class FailureMapper {

        /** The maximum length of a message of HttpClient, which may quote a header field of the service. */
        private static final int MAX_REASON = 500;

        private final Timeouts timeouts;
        private final @Nullable ProxyRoute proxy;
        private final boolean showsCertificate;

        FailureMapper(Timeouts timeouts, @Nullable ProxyRoute proxy, boolean showsCertificate) {
            this.timeouts = timeouts;
            this.proxy = proxy;
            this.showsCertificate = showsCertificate;
        }

        /** Returns the exception for a failure of this request. */
        ConnectorException of(TransportFailure failure, Request request, CallContext call) {
            Exchange exchange = Redactor.withoutResponse(request, call);
            Exception reason = failure.reason();
            Exception e = MaskedFailure.of(reason, new Redactor(request.secrets())::mask);
            return switch (failure.kind()) {
                case EXPIRED -> new TimedOutException(TimedOutException.Phase.TOTAL, call.total(), e, exchange);
                case CLOSED -> new TransferException(summary(exchange) + "the connection was closed", e, exchange);
                case INTERRUPTED ->
                    new TransferException(summary(exchange) + "the thread was interrupted", e, exchange);
                case PROXY -> noProxy(failure, request, exchange);
                case FORBIDDEN_HOST ->
                    new CannotConnectException(
                            CannotConnectException.Reason.NOT_ALLOWED,
                            summary(exchange) + reason(reason, request),
                            e,
                            exchange,
                            true);
                case CONNECT_TIMEOUT ->
                    new TimedOutException(TimedOutException.Phase.CONNECT, timeouts.connect(), e, exchange);
                case NOT_CONNECTED -> cannotConnect(failure, request, exchange);
                case RESPONSE_TIMEOUT ->
                    new TimedOutException(TimedOutException.Phase.RESPONSE, maxSilence(call), e, exchange);
                case NOT_PROCESSED ->
                    TransferException.notProcessed(
                            summary(exchange) + "the service did not process the request: " + reason(reason, request),
                            e,
                            exchange);
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
                            summary(exchange) + "the exchange broke off: " + reason(reason, request),
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
                        summary(exchange) + "the host " + url.origin().host()
                                + " is unknown: check its name and the DNS",
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
                    summary(exchange) + "no connection through " + (proxy == null ? "a proxy" : "the proxy " + proxy)
                            + ": " + reason(e, request),
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
}
