package io.httpconnector.internal.transport;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.Origin;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.transport.HttpTransport;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Sends one request with Apache HttpClient and passes the response to a reader. Does not follow redirects. Thread-safe. */
public final class ApacheTransport implements ExchangeTransport {

    private final ConnectionPool client;
    private final RequestConfig config;
    private final Set<CancellableRequest> underWay = ConcurrentHashMap.newKeySet();

    @SuppressWarnings(
            "deprecation") // The replacement is a setting of the pool, which connections with other timeouts share.
    private ApacheTransport(
            RouteKey route, Duration connectTimeout, Duration responseTimeout, @Nullable Path unixSocket) {
        RequestConfig.Builder configured = RequestConfig.custom()
                .setConnectTimeout(Timeout.of(connectTimeout))
                .setResponseTimeout(Timeout.of(responseTimeout))
                .setProtocolUpgradeEnabled(false);
        if (unixSocket != null) {
            sendThrough(unixSocket, configured);
        }
        this.config = configured.build();
        this.client = ConnectionPool.acquire(route);
    }

    /** Creates a transport that shares the connection pool of its route with other transports until it is closed. */
    public static ApacheTransport open(
            RouteKey route, Duration connectTimeout, Duration responseTimeout, @Nullable Path unixSocket) {
        return new ApacheTransport(route, connectTimeout, responseTimeout, unixSocket);
    }

    @Override
    public HttpTransport.Sockets sockets() {
        PoolStats stats = client.stats();
        return new HttpTransport.Sockets(stats.getLeased(), stats.getAvailable(), stats.getPending(), stats.getMax());
    }

    private static void sendThrough(Path unixSocket, RequestConfig.Builder config) {
        try {
            config.setUnixDomainSocket(unixSocket);
        } catch (NoSuchMethodError e) {
            throw new InvalidDefinitionException(
                    "connection",
                    List.of("unixSocket needs Apache HttpClient 5.6, and an older one is on the class path"));
        }
    }

    @Override
    public <T> T exchange(OutgoingRequest request, CallContext call, ResponseReader<T> reader) throws TransportFailure {
        Origin origin = request.origin();
        HttpHost host = new HttpHost(origin.scheme(), origin.host(), origin.port());
        CancellableRequest transmission = new CancellableRequest(request, host);
        AttemptContext attempt = new AttemptContext(request.target(), transmission, call, config);
        DeadlineScheduler.Deadline deadline = DeadlineScheduler.start(call, transmission::expire);
        underWay.add(transmission);
        AsyncCall.Cancellation cancellation = AsyncCall.onCancel(transmission::cancel);
        try {
            return client.execute(
                    host,
                    transmission,
                    attempt,
                    response -> reader.read(new IncomingResponse(response, attempt.body(), transmission)));
        } catch (IOException | IllegalStateException e) {
            // HttpClient throws this exception if the request was cancelled, or if the cancellation has already closed
            // the
            // socket.
            if (e instanceof IllegalStateException unexpected && !transmission.isCancelled()) {
                throw unexpected;
            }
            AttemptContext.Stage stage = attempt.stage();
            throw new TransportFailure(
                    kind(e, stage, transmission), e, stage == AttemptContext.Stage.KEPT_CONNECTION, isLasting(e));
        } finally {
            cancellation.close();
            underWay.remove(transmission);
            deadline.close();
        }
    }

    private static TransportFailure.Kind kind(
            Exception e, AttemptContext.Stage stage, CancellableRequest transmission) {
        if (transmission.isExpired()) {
            return TransportFailure.Kind.EXPIRED;
        }
        if (transmission.isClosed()) {
            return TransportFailure.Kind.CLOSED;
        }
        if (e instanceof ProxyRefusedException) {
            return TransportFailure.Kind.PROXY;
        }
        boolean isConnected = stage != AttemptContext.Stage.NOWHERE;
        if (e instanceof ConnectTimeoutException || (e instanceof SocketTimeoutException && !isConnected)) {
            return TransportFailure.Kind.CONNECT_TIMEOUT;
        }
        if (e instanceof SocketTimeoutException) {
            return TransportFailure.Kind.RESPONSE_TIMEOUT;
        }
        if (e instanceof MessageConstraintException && isConnected) {
            return TransportFailure.Kind.HEADERS_TOO_LARGE;
        }
        if (Thread.currentThread().isInterrupted()) {
            return TransportFailure.Kind.INTERRUPTED;
        }
        // With TLS 1.3 a service may reject the client certificate after the request was sent; it does not read that
        // request.
        boolean isRefused = stage == AttemptContext.Stage.NEW_CONNECTION && e instanceof SSLHandshakeException;
        if (isConnected && !isRefused) {
            return e instanceof NoHttpResponseException
                    ? TransportFailure.Kind.NO_RESPONSE
                    : TransportFailure.Kind.BROKEN;
        }
        return e instanceof BoundedDnsResolver.ForbiddenHostException
                ? TransportFailure.Kind.FORBIDDEN_HOST
                : TransportFailure.Kind.NOT_CONNECTED;
    }

    private static boolean isLasting(Exception e) {
        return e instanceof ClientProtocolException
                || e instanceof MessageConstraintException
                || (e instanceof ProxyRefusedException refused && !refused.isTemporary());
    }

    @Override
    public void close() {
        underWay.forEach(CancellableRequest::close);
        client.release();
    }
}
