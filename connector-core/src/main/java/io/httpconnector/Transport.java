package io.httpconnector;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Takes one request over the wire and brings one answer back, redirects not followed: the only user of Apache HttpClient. */
final class Transport implements AutoCloseable {

    private static final byte[] NO_BYTES = {};
    private static final Http1Config LIMITS = Http1Config.custom()
            .setMaxHeaderCount(500)
            .setMaxLineLength(64 * 1024)
            .build();

    private final CloseableHttpClient client;
    private final Set<Transmission> underWay = ConcurrentHashMap.newKeySet();
    private final Failures failures;
    private final int maxResponseBytes;

    Transport(Timeouts timeouts, @Nullable Proxy proxy, int maxConnections, int maxResponseBytes) {
        this.maxResponseBytes = maxResponseBytes;
        Timeout connect = Timeout.of(timeouts.connect());
        Timeout response = Timeout.of(timeouts.response());
        this.failures = new Failures(timeouts, proxy);
        HttpClientBuilder builder = HttpClientBuilder.create()
                .setConnectionManager(new Opener.Pool()
                        .setMaxConnTotal(maxConnections)
                        .setMaxConnPerRoute(maxConnections)
                        .setTlsSocketStrategy(Tls.DEFAULT)
                        .setConnectionFactory(Transport::connection)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(connect)
                                .setSocketTimeout(response)
                                .build())
                        .setDefaultTlsConfig(
                                TlsConfig.custom().setHandshakeTimeout(connect).build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(connect)
                        .setResponseTimeout(response)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .addRequestInterceptorLast((request, entity, context) -> {
                    if (context instanceof Attempt attempt) {
                        request.setPath(attempt.connects());
                    }
                })
                .setUserAgent("http-connector")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState();
        if (proxy != null) {
            builder.setProxy(new HttpHost("http", proxy.host(), proxy.port()));
            builder.setDefaultCredentialsProvider((scope, context) -> credentials(proxy, scope));
        }
        this.client = builder.build();
    }

    /** For the proxy only: what a service asks for is answered by the auth strategy. */
    private static @Nullable Credentials credentials(Proxy proxy, AuthScope scope) {
        boolean asksProxy = proxy.host().equalsIgnoreCase(scope.getHost()) && proxy.port() == scope.getPort();
        return asksProxy && proxy.user() != null && proxy.password() != null
                ? new UsernamePasswordCredentials(
                        proxy.user(), proxy.password().reveal().toCharArray())
                : null;
    }

    /** Read once: the trust store of the JVM takes time and memory, and is the same for all connections. */
    private static final class Tls {
        private static final TlsSocketStrategy DEFAULT = DefaultClientTlsStrategy.createDefault();
    }

    private static ManagedHttpClientConnection connection(@Nullable Socket socket) throws IOException {
        QuietConnection connection = new QuietConnection(LIMITS);
        if (socket != null) {
            connection.bind(socket);
        }
        return connection;
    }

    /**
     * Sends the request and reads the answer.
     *
     * @param call how long it may take
     * @throws ConnectorException by what went wrong
     */
    Response exchange(Request request, Call call) {
        Transmission transmission = new Transmission(request);
        Attempt attempt = new Attempt(request.target());
        Future<?> deadline = Deadlines.start(call.left(), transmission::expire);
        underWay.add(transmission);
        try {
            return client.execute(request.url().origin(), transmission, attempt, answer -> {
                attempt.answers();
                return read(request, transmission, answer, call);
            });
        } catch (IOException | CancellationException e) {
            Exchange exchange = Exchange.unanswered(request, call);
            if (transmission.isExpired()) {
                throw failures.timedOut(TimedOutException.Phase.TOTAL, call.total(), e, exchange);
            }
            throw failures.of(e, attempt.reach(), request, exchange);
        } finally {
            underWay.remove(transmission);
            deadline.cancel(false);
        }
    }

    private Response read(Request request, Transmission transmission, ClassicHttpResponse answer, Call call)
            throws IOException {
        HttpEntity entity = answer.getEntity();
        byte[] body = entity == null ? NO_BYTES : read(entity);
        if (body == null) {
            // Without this the rest would be read before the connection is given up.
            transmission.cancel();
            throw new InvalidResponseException(
                    request.method() + " " + request.url().origin().toHostString()
                            + ": the body is larger than the limit of " + maxResponseBytes
                            + " bytes: ask for less, or raise maxResponseBytes",
                    null,
                    Exchange.unanswered(request, call));
        }
        return new Response(request, answer.getCode(), answer.getHeaders(), body, call);
    }

    /** The whole body, or null when it is larger than the limit. */
    private byte @Nullable [] read(HttpEntity entity) throws IOException {
        InputStream content = entity.getContent();
        long announced = entity.getContentLength();
        if (content == null || announced > maxResponseBytes) {
            return content == null ? NO_BYTES : null;
        }
        if (announced < 0) {
            byte[] body = content.readNBytes(maxResponseBytes + 1);
            return body.length > maxResponseBytes ? null : body;
        }
        byte[] body = new byte[(int) announced];
        int length = content.readNBytes(body, 0, body.length);
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    @Override
    public void close() {
        client.close(CloseMode.GRACEFUL);
        // The pool itself does not wake those who wait for a connection.
        underWay.forEach(Transmission::cancel);
    }
}
