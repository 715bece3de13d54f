package io.httpconnector.internal.transport;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.tls.TlsSettings;
import io.httpconnector.transport.HttpTransport;
import io.httpconnector.transport.TransportException;
import io.httpconnector.transport.TransportExchange;
import io.httpconnector.transport.TransportResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with an {@link HttpTransport}: adds the header fields that Apache HttpClient adds itself, checks the head of the
 * response, decompresses the body, and cancels the exchange at its deadline. Thread-safe.
 */
public final class TransportAdapter implements ExchangeTransport {

    private final HttpTransport transport;
    private final Duration responseTimeout;
    private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();

    private TransportAdapter(HttpTransport transport, Duration responseTimeout) {
        this.transport = transport;
        this.responseTimeout = responseTimeout;
    }

    /** Creates a transport for a connection. */
    public static TransportAdapter open(
            HttpTransport.Factory factory,
            String connection,
            RouteKey route,
            Duration connectTimeout,
            Duration responseTimeout) {
        HttpTransport transport = factory.open(new AdaptedSettings(connection, route, connectTimeout, responseTimeout));
        if (transport == null) {
            throw new InvalidDefinitionException("transport of connection \"" + connection + "\"", "it is null");
        }
        return new TransportAdapter(transport, responseTimeout);
    }

    /** Returns the problems of settings that only Apache HttpClient can honour; those that are null are not set. */
    public static List<String> problems(
            @Nullable Object destinations,
            @Nullable Path unixSocket,
            @Nullable ClientCustomizer client,
            @Nullable ProxyRoute proxy,
            TlsSettings tls) {
        Map<String, Boolean> needed = new LinkedHashMap<>();
        needed.put("destinations", destinations != null);
        needed.put("unixSocket", unixSocket != null);
        needed.put("customizeClient", client != null);
        needed.put("proxy (SOCKS 5)", proxy != null && proxy.isSocks());
        needed.put("withoutHostnameCheck", !tls.checksHostname());
        return needed.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(setting ->
                        setting.getKey() + ": it needs Apache HttpClient: leave out transport(...), or this setting")
                .toList();
    }

    @Override
    public HttpTransport.Sockets sockets() {
        return transport.sockets();
    }

    @Override
    public <T> T exchange(OutgoingRequest request, CallContext call, ResponseReader<T> reader) throws TransportFailure {
        call.startAttempt();
        Attempt attempt =
                new Attempt(required(transport.exchange(AdaptedRequest.of(request)), "HttpTransport.exchange"));
        DeadlineScheduler.Deadline deadline = DeadlineScheduler.start(call, attempt::expire);
        underWay.add(attempt);
        AsyncCall.Cancellation cancellation = AsyncCall.onCancel(attempt::abort);
        try {
            return attempt.run(request, call, reader, responseTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportFailure(attempt.kind(e), e, false, false);
        } catch (IOException e) {
            Exception reason = e instanceof TransportException && e.getCause() instanceof IOException cause ? cause : e;
            throw new TransportFailure(attempt.kind(e), reason, false, false);
        } finally {
            cancellation.close();
            underWay.remove(attempt);
            deadline.close();
        }
    }

    /** Returns what a transport has returned, which may come from code that is not checked for null. */
    static <T> T required(@Nullable T returned, String method) {
        if (returned == null) {
            throw breach(method + " returned null");
        }
        return returned;
    }

    static ConnectorException breach(String reason) {
        return new ConnectorException("The transport breaks its contract: " + reason);
    }

    /** Cancels the requests in progress. */
    @Override
    public void close() {
        underWay.forEach(Attempt::close);
        transport.close();
    }

    /** One exchange that another thread can cancel at any time. */
    private static final class Attempt {

        private final TransportExchange exchange;
        private volatile boolean expired;
        private volatile boolean closed;
        private volatile boolean aborted;

        Attempt(TransportExchange exchange) {
            this.exchange = exchange;
        }

        <T> T run(OutgoingRequest request, CallContext call, ResponseReader<T> reader, Duration responseTimeout)
                throws IOException, InterruptedException {
            call.startPhase();
            try (TransportResponse response = required(exchange.send(), "TransportExchange.send")) {
                call.endWaiting();
                AdaptedResponse incoming = AdaptedResponse.of(response, request.method(), responseTimeout);
                T result = reader.read(incoming.response(this::abort));
                if (!aborted) {
                    incoming.drain();
                }
                return result;
            }
        }

        /** Ends the exchange because the rest of the body is not needed. */
        private boolean abort() {
            aborted = true;
            exchange.cancel();
            return true;
        }

        /** Cancels the exchange because the call has exceeded its timeout. Called by the deadline scheduler. */
        void expire() {
            expired = true;
            exchange.cancel();
        }

        /** Cancels the exchange because the connection is being closed. */
        void close() {
            closed = true;
            exchange.cancel();
        }

        TransportFailure.Kind kind(Exception e) {
            if (expired) {
                return TransportFailure.Kind.EXPIRED;
            }
            if (closed) {
                return TransportFailure.Kind.CLOSED;
            }
            if (e instanceof TransportException known && known.kind() != TransportException.FailureKind.BROKEN) {
                return kind(known.kind());
            }
            if (e instanceof SocketTimeoutException) {
                return TransportFailure.Kind.RESPONSE_TIMEOUT;
            }
            return Thread.currentThread().isInterrupted()
                    ? TransportFailure.Kind.INTERRUPTED
                    : TransportFailure.Kind.BROKEN;
        }

        private static TransportFailure.Kind kind(TransportException.FailureKind kind) {
            return switch (kind) {
                case NOT_CONNECTED -> TransportFailure.Kind.NOT_CONNECTED;
                case CONNECT_TIMEOUT -> TransportFailure.Kind.CONNECT_TIMEOUT;
                case PROXY -> TransportFailure.Kind.PROXY;
                case NOT_PROCESSED -> TransportFailure.Kind.NOT_PROCESSED;
                case RESPONSE_TIMEOUT -> TransportFailure.Kind.RESPONSE_TIMEOUT;
                case NO_RESPONSE -> TransportFailure.Kind.NO_RESPONSE;
                case HEADERS_TOO_LARGE -> TransportFailure.Kind.HEADERS_TOO_LARGE;
                case BROKEN -> TransportFailure.Kind.BROKEN;
            };
        }
    }
}
