package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Opens connections and records the timings in the context of the attempt. */
final class ConnectionOperator extends DefaultHttpClientConnectionOperator implements HttpClientConnectionOperator {

    private static final SchemePortResolver PORTS = DefaultSchemePortResolver.INSTANCE;

    private final RouteKey route;

    ConnectionOperator(RouteKey route) {
        this(route, TlsStrategy.of(route.tls()));
    }

    private ConnectionOperator(RouteKey route, TlsSocketStrategy tls) {
        super(proxy -> SocketChannel.open().socket(), PORTS, null, scheme -> URIScheme.HTTPS.same(scheme) ? tls : null);
        this.route = route;
    }

    /** Called by the pool of HttpClient 5.6 and later. */
    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable Path unixSocket,
            @Nullable InetSocketAddress local,
            Timeout timeout,
            SocketConfig config,
            @Nullable Object attachment,
            HttpContext context)
            throws IOException {
        if (unixSocket != null) {
            ((AttemptContext) context).markNewConnection();
        }
        // A host with an address comes from the other method, which has selected the address.
        if (unixSocket != null || host.getAddress() != null) {
            super.connect(connection, host, name, unixSocket, local, timeout, config, attachment, context);
        } else {
            connect(connection, host, name, local, timeout, config, attachment, context);
        }
    }

    /** Called by the pool of HttpClient 5.4 and 5.5. */
    @Override
    public void connect(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            @Nullable InetSocketAddress local,
            Timeout timeout,
            SocketConfig config,
            @Nullable Object attachment,
            HttpContext context)
            throws IOException {
        AttemptContext attempt = (AttemptContext) context;
        attempt.markNewConnection();
        ProxyRoute proxy = route.proxy();
        if (proxy != null && proxy.isSocks() && !proxy.bypasses(host.getHostName())) {
            connectBySocks(proxy, connection, host, name, timeout, attachment, attempt);
        } else {
            connectDirectly(connection, host, name, timeout, config, attachment, attempt);
        }
    }

    /** Connects to the first of the host's addresses that accepts a connection. The timeout is divided among the addresses. */
    private void connectDirectly(
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            Timeout timeout,
            SocketConfig config,
            @Nullable Object attachment,
            AttemptContext attempt)
            throws IOException {
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanoseconds();
        attempt.call().startPhase();
        InetAddress[] addresses = BoundedDnsResolver.resolve(
                route.lookup(), route.destinations(), host.getHostName(), timeout.toDuration(), attempt);
        attempt.call().endDns();
        for (int i = 0; ; i++) {
            HttpHost address = new HttpHost(
                    host.getSchemeName(), addresses[i], host.getHostName(), PORTS.resolve(host.getSchemeName(), host));
            Timeout share = share(end, addresses.length - i);
            try {
                super.connect(connection, address, name, null, share, config, shakingHands(attachment, share), attempt);
                return;
            } catch (IOException e) {
                if (i == addresses.length - 1 || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    /** Applies the connect timeout to the TLS handshake too, which HttpClient 5.6 does by itself. */
    private static TlsConfig shakingHands(@Nullable Object attachment, Timeout timeout) {
        TlsConfig config = attachment instanceof TlsConfig tls ? tls : TlsConfig.DEFAULT;
        return TlsConfig.copy(config).setHandshakeTimeout(timeout).build();
    }

    private static Timeout share(long end, int among) throws SocketTimeoutException {
        Duration left = Duration.ofNanos(end - TimeSource.SYSTEM.nanos()).dividedBy(among);
        if (left.toMillis() <= 0) {
            throw new SocketTimeoutException("no address responded in time");
        }
        return Timeout.of(left);
    }

    private void connectBySocks(
            ProxyRoute proxy,
            ManagedHttpClientConnection connection,
            HttpHost host,
            @Nullable NamedEndpoint name,
            Timeout timeout,
            @Nullable Object attachment,
            AttemptContext attempt)
            throws IOException {
        Socket socket = SocketChannel.open().socket();
        connection.bind(socket);
        try {
            InetAddress[] addresses =
                    BoundedDnsResolver.resolve(route.lookup(), null, proxy.host(), timeout.toDuration(), attempt);
            socket.setTcpNoDelay(true);
            onBeforeSocketConnect(attempt, host);
            socket.connect(new InetSocketAddress(addresses[0], proxy.port()), timeout.toMillisecondsIntBound());
            socket.setSoTimeout(timeout.toMillisecondsIntBound());
            Socks5Handshake.open(socket, proxy, host.getHostName(), PORTS.resolve(host.getSchemeName(), host));
            if (socket.getInputStream().available() > 0) {
                throw new ProxyRefusedException("it sent data of its own through the tunnel");
            }
            onAfterSocketConnect(attempt, host);
            connection.bind(socket);
            if (URIScheme.HTTPS.same(host.getSchemeName())) {
                upgrade(connection, host, name, attachment, attempt);
            }
            socket.setSoTimeout(0);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    protected void onBeforeSocketConnect(HttpContext context, HttpHost host) {
        ((AttemptContext) context).call().startPhase();
    }

    @Override
    protected void onAfterSocketConnect(HttpContext context, HttpHost host) {
        ((AttemptContext) context).call().endConnect();
    }

    @Override
    protected void onBeforeTlsHandshake(HttpContext context, HttpHost host) {
        ((AttemptContext) context).call().startPhase();
    }

    @Override
    protected void onAfterTlsHandshake(HttpContext context, HttpHost host) {
        ((AttemptContext) context).call().endTls();
    }
}
