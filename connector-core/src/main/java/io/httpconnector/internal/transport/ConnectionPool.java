package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.ConnectionHeaders;
import java.io.IOException;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.auth.AuthChallenge;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.AuthScheme;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.AuthenticationException;
import org.apache.hc.client5.http.auth.ChallengeType;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultAuthenticationStrategy;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * The connection pool of one route: an Apache HttpClient shared by all connections with the same route. Thousands of
 * connections, such as one for each customer of an application, share its sockets, so idle connections cost almost nothing. The
 * pool has no limits: each connection enforces its own. Reference-counted: the last {@link #release()} closes the pool. It is
 * created by the first request, because connections are also built to check their settings.
 * Thread-safe.
 */
public final class ConnectionPool {

    private static final TimeValue MAX_IDLE = TimeValue.ofSeconds(60);
    /** Limits the lifetime of a socket, because only new sockets use changed DNS records and a renewed client certificate. */
    private static final TimeValue MAX_AGE = TimeValue.ofMinutes(10);

    private static final long SWEEP_SECONDS = 20;
    static final int MAX_HEADERS = 500;
    static final int MAX_HEADER_LENGTH = 64 * 1024;
    private static final Http1Config LIMITS = Http1Config.custom()
            .setMaxHeaderCount(MAX_HEADERS)
            .setMaxLineLength(MAX_HEADER_LENGTH)
            .build();

    private static final Map<RouteKey, ConnectionPool> OPEN = new HashMap<>();
    private static final ScheduledThreadPoolExecutor SWEEPER = DeadlineScheduler.daemon("http-connector idle sockets");

    private final RouteKey route;
    /** The HTTP proxy, or null. */
    private final @Nullable HttpHost proxyHost;

    private final AtomicBoolean swept = new AtomicBoolean();
    private int users;

    // Guarded by this.
    private @Nullable OpenPool pool;
    private boolean isClosed;

    /** The pool, and the client that uses it. */
    private record OpenPool(PoolingHttpClientConnectionManager sockets, CloseableHttpClient client) {}

    private ConnectionPool(RouteKey route) {
        this.route = route;
        ProxyRoute proxy = route.proxy();
        this.proxyHost = proxy != null && !proxy.isSocks() ? new HttpHost("http", proxy.host(), proxy.port()) : null;
    }

    private synchronized OpenPool open() {
        OpenPool open = pool;
        if (open == null) {
            if (isClosed) {
                throw new IllegalStateException("The connection pool is closed");
            }
            open = create();
            pool = open;
        }
        return open;
    }

    private OpenPool create() {
        PoolingHttpClientConnectionManager sockets = new PoolBuilder(route)
                .setMaxConnTotal(Integer.MAX_VALUE)
                .setMaxConnPerRoute(Integer.MAX_VALUE)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setTimeToLive(MAX_AGE)
                        .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                        .build())
                .setConnectionFactory(ConnectionPool::connection)
                .build();
        HttpClientBuilder builder = HttpClientBuilder.create().setRequestExecutor(new GuardedExecutor());
        if (route.own() instanceof ClientCustomizer customizer) {
            // The settings below, which the library depends on, replace those of the application.
            customizer.applyTo(builder);
        }
        builder.setConnectionManager(sockets)
                .addRequestInterceptorLast((request, entity, context) -> {
                    if (context instanceof AttemptContext attempt) {
                        attempt.markConnected();
                        setTarget(request, attempt);
                    }
                })
                .addResponseInterceptorFirst((response, entity, context) -> {
                    if (context instanceof AttemptContext attempt) {
                        attempt.markResponseStarted(entity instanceof WireBody body ? body : null);
                    }
                })
                .addExecInterceptorBefore(
                        ChainElement.PROTOCOL.name(), "responses of the proxy", ConnectionPool::refuseProxy)
                .addExecInterceptorBefore(
                        ChainElement.COMPRESS.name(), "unread codings", DecompressionFilter::refuseUnread)
                .addExecInterceptorAfter(ChainElement.COMPRESS.name(), "misused codings", new DecompressionFilter())
                .setUserAgent(ConnectionHeaders.USER_AGENT)
                .setTargetAuthenticationStrategy((type, challenges, context) -> List.of())
                .setProxyAuthenticationStrategy(ConnectionPool::schemes)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableConnectionState()
                .disableCookieManagement();
        ProxyRoute proxy = route.proxy();
        if (proxy != null && proxyHost != null) {
            builder.setRoutePlanner(new ProxyPlanner(proxy, proxyHost));
            builder.setDefaultCredentialsProvider((scope, context) -> credentials(proxy, scope));
        } else {
            builder.setRoutePlanner(new DefaultRoutePlanner(DefaultSchemePortResolver.INSTANCE));
        }
        return new OpenPool(sockets, builder.build());
    }

    private static final class PoolBuilder extends PoolingHttpClientConnectionManagerBuilder {
        private final RouteKey route;

        PoolBuilder(RouteKey route) {
            this.route = route;
        }

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
            return new ConnectionOperator(route);
        }
    }

    /**
     * Sends the credentials for the proxy with the first request, as a request with a body that can be read only once can't be
     * repeated. The password is looked up only if it is sent: not for a request through an open tunnel.
     */
    private static final class PreemptiveBasic extends BasicScheme {

        private static final long serialVersionUID = 1L;

        private final transient ProxyRoute proxy;

        PreemptiveBasic(ProxyRoute proxy) {
            this.proxy = proxy;
        }

        @Override
        public String generateAuthResponse(HttpHost host, HttpRequest request, HttpContext context)
                throws AuthenticationException {
            initPreemptive(credentials(proxy));
            return super.generateAuthResponse(host, request, context);
        }
    }

    private static final class ProxyPlanner extends DefaultRoutePlanner {
        private final ProxyRoute proxy;
        private final HttpHost host;

        ProxyPlanner(ProxyRoute proxy, HttpHost host) {
            super(DefaultSchemePortResolver.INSTANCE);
            this.proxy = proxy;
            this.host = host;
        }

        @Override
        protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) {
            return proxy.bypasses(target.getHostName()) ? null : host;
        }
    }

    /** Sets the target, which HttpClient writes without the brackets of an IPv6 address in a request to a forwarding proxy. */
    private static void setTarget(HttpRequest request, AttemptContext attempt) {
        request.setPath(attempt.requestTarget());
        HttpHost target = attempt.getHttpRoute().getTargetHost();
        boolean isForwarded = attempt.getHttpRoute().getProxyHost() != null
                && !attempt.getHttpRoute().isTunnelled();
        if (isForwarded && target.getHostName().indexOf(':') >= 0 && request instanceof BasicHttpRequest forwarded) {
            String port = target.getPort() < 0 || target.getPort() == 80 ? "" : ":" + target.getPort();
            forwarded.setAbsoluteRequestUri(false);
            forwarded.setPath(
                    target.getSchemeName() + "://[" + target.getHostName() + "]" + port + attempt.requestTarget());
        }
    }

    private static ManagedHttpClientConnection connection(@Nullable Socket socket) throws IOException {
        StrictConnection connection = new StrictConnection(LIMITS);
        if (socket != null) {
            connection.bind(socket);
        }
        return connection;
    }

    /** Returns the schemes for authentication to a proxy; none for the challenge of a service, including one behind a tunnel. */
    private static List<AuthScheme> schemes(
            ChallengeType type, Map<String, AuthChallenge> challenges, HttpContext context) {
        boolean isTunnelled = context instanceof AttemptContext attempt
                && attempt.isSent()
                && (attempt.getHttpRoute().getProxyHost() == null
                        || attempt.getHttpRoute().isTunnelled());
        return isTunnelled ? List.of() : DefaultAuthenticationStrategy.INSTANCE.select(type, challenges, context);
    }

    /** Rejects responses that come from the proxy and not from the service. */
    private static ClassicHttpResponse refuseProxy(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        ClassicHttpResponse response = chain.proceed(request, scope);
        boolean isForwarded = scope.route.getProxyHost() != null && !scope.route.isTunnelled();
        boolean asksForCredentials = isForwarded && response.getCode() == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED;
        // A message received before the request was sent can't be its response.
        if (asksForCredentials || (scope.clientContext instanceof AttemptContext attempt && !attempt.isSent())) {
            scope.execRuntime.discardEndpoint();
            throw new ProxyRefusedException(response.getCode());
        }
        return response;
    }

    /** Returns the credentials for the proxy, and null for any other host: the auth strategy authenticates to the service. */
    private static @Nullable Credentials credentials(ProxyRoute proxy, AuthScope scope) {
        boolean asksProxy = proxy.host().equalsIgnoreCase(scope.getHost()) && proxy.port() == scope.getPort();
        return asksProxy ? credentials(proxy) : null;
    }

    private static @Nullable Credentials credentials(ProxyRoute proxy) {
        return proxy.user() != null && proxy.password() != null
                ? new UsernamePasswordCredentials(
                        proxy.user(), proxy.password().reveal().toCharArray())
                : null;
    }

    /** Returns the pool of this route. Each call must be paired with one call of {@link #release()}. */
    public static ConnectionPool acquire(RouteKey route) {
        synchronized (OPEN) {
            ConnectionPool client = OPEN.computeIfAbsent(route, ConnectionPool::new);
            client.users++;
            return client;
        }
    }

    public void release() {
        synchronized (OPEN) {
            users--;
            if (users > 0) {
                return;
            }
            OPEN.remove(route);
        }
        close();
    }

    private synchronized void close() {
        isClosed = true;
        if (pool != null) {
            pool.client.close(CloseMode.GRACEFUL);
        }
    }

    <T> T execute(
            HttpHost host, ClassicHttpRequest request, AttemptContext attempt, HttpClientResponseHandler<T> handler)
            throws IOException {
        if (!swept.get() && swept.compareAndSet(false, true)) {
            sweepLater();
        }
        ProxyRoute proxy = route.proxy();
        if (proxyHost != null && proxy != null && proxy.user() != null && !proxy.bypasses(host.getHostName())) {
            AuthExchange authentication = new AuthExchange();
            authentication.select(new PreemptiveBasic(proxy));
            authentication.setState(AuthExchange.State.SUCCESS);
            attempt.setAuthExchange(proxyHost, authentication);
        }
        OpenPool open = open();
        try {
            return open.client.execute(host, request, attempt, handler);
        } catch (GuardedExecutor.SendingFailure e) {
            throw e.original();
        } catch (Error e) {
            // HttpClient has closed its pool.
            replace(open);
            throw e;
        }
    }

    private synchronized void replace(OpenPool closed) {
        if (closed.equals(pool) && !isClosed) {
            pool = null;
            closed.client.close(CloseMode.IMMEDIATE);
        }
    }

    /**
     * Closes idle sockets. Otherwise a socket to a service that is no longer used would stay open forever on this side, even
     * after the service has closed it.
     */
    public void sweep(TimeValue maxIdle) {
        OpenPool open = opened();
        if (open != null) {
            open.sockets.closeExpired();
            open.sockets.closeIdle(maxIdle);
        }
        PoolStats stats = stats();
        swept.set(false);
        if (stats.getLeased() + stats.getAvailable() > 0 && swept.compareAndSet(false, true)) {
            sweepLater();
        }
    }

    private void sweepLater() {
        var unused = SWEEPER.schedule(() -> sweep(MAX_IDLE), SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /** Returns the number of sockets in use and of idle ones. */
    public PoolStats stats() {
        OpenPool open = opened();
        return open == null ? new PoolStats(0, 0, 0, Integer.MAX_VALUE) : open.sockets.getTotalStats();
    }

    private synchronized @Nullable OpenPool opened() {
        return pool;
    }
}
