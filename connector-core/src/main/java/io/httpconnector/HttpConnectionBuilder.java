package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.http.BaseUrl;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RecentSecrets;
import io.httpconnector.internal.http.RoutePattern;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.recording.ExchangeTap;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.ApacheTransport;
import io.httpconnector.internal.transport.BoundedDnsResolver;
import io.httpconnector.internal.transport.ClientCustomizer;
import io.httpconnector.internal.transport.ExchangeTransport;
import io.httpconnector.internal.transport.RouteKey;
import io.httpconnector.internal.transport.TransportAdapter;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.tls.TlsSettings;
import io.httpconnector.transport.HttpTransport;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builder for {@link HttpConnection}. Only the name and the base URL are required. {@link #build()} reports all problems at
 * once. Not thread-safe.
 */
public final class HttpConnectionBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);
    private static final List<String> TLS_VERSIONS = Arrays.asList("TLSv1.2", "TLSv1.3");
    private static final BoundedDnsResolver.DnsResolver SYSTEM_LOOKUP = InetAddress::getAllByName;
    private static final int DEFAULT_MAX_CONNECTIONS = 50;
    private static final int MAX_CONNECTIONS = 10_000;
    private static final int DEFAULT_MAX_RESPONSE_BYTES = 10 * 1024 * 1024;
    private static final long DEFAULT_MAX_STREAM_BYTES = 10L * 1024 * 1024 * 1024;

    private final String name;
    private final List<String> problems = new ArrayList<>();
    private final List<NameValuePair> query = new ArrayList<>();
    private final List<NameValuePair> headers = new ArrayList<>();
    private final List<ExchangeListener> listeners = new ArrayList<>();
    private final List<InterceptorChain.Registration> interceptors = new ArrayList<>();
    private final List<ResponseRule> rules = new ArrayList<>();
    private @Nullable BaseUrl baseUrl;
    private boolean hasBaseUrl;
    private AuthStrategy auth = AuthStrategy.none();
    private ConnectionSettings.TestRequests tests = ConnectionSettings.TestRequests.NONE;
    private RetryPolicy retry = RetryPolicy.defaults();
    private TimeSource time = TimeSource.SYSTEM;
    private Timeouts timeouts = Timeouts.DEFAULTS;
    private @Nullable Proxy proxy;
    private @Nullable Path unixSocket;
    private @Nullable SsrfPolicy destinations;
    private BoundedDnsResolver.DnsResolver lookup = SYSTEM_LOOKUP;
    private TlsSettings tls = TlsSettings.DEFAULT;
    private @Nullable RateLimit rateLimit;
    private final List<RateLimit.RouteLimit> routeLimits = new ArrayList<>();
    private boolean isolated;
    private @Nullable ClientCustomizer client;
    private HttpTransport.@Nullable Factory transport;
    private boolean cookies;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private int maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES;
    private Response.@Nullable JsonMapping jsonMapping;
    private long maxStreamBytes = DEFAULT_MAX_STREAM_BYTES;

    HttpConnectionBuilder(@Nullable String name) {
        this.name = name == null ? "" : LogSafe.visible(name.strip());
        if (this.name.isEmpty()) {
            problems.add("name: it is missing: name the service, such as \"Jira\"");
        }
    }

    /**
     * Sets the URL to which relative URLs are appended. It may contain pills for {@linkplain AuthStrategy#fields values of the
     * auth strategy}, as in {@code https://{{auth.subdomain}}.example.com}, or {@code {{auth.instance_url}}/v2} if the value is
     * itself a URL. A value that is not at the start can only be a part of the host name or a segment of the path.
     *
     * @param url absolute, http or https, without user info, query and fragment
     * @return this
     */
    public HttpConnectionBuilder baseUrl(String url) {
        hasBaseUrl = true;
        check(() -> baseUrl = BaseUrl.of(url));
        return this;
    }

    /**
     * Sets the auth strategy of the connection. Default: no authentication.
     *
     * @param auth the strategy
     * @return this
     */
    public HttpConnectionBuilder auth(AuthStrategy auth) {
        this.auth = auth;
        return this;
    }

    /**
     * Adds a default header field. It is sent with each request to the origin of the base URL that has no field of this name.
     *
     * @param name the field name
     * @param value the value
     * @return this
     */
    public HttpConnectionBuilder header(String name, String value) {
        check(() -> headers.add(Redactor.header(forService(NameValuePair.header(name, value)))));
        return this;
    }

    /**
     * Adds a default header field whose value is a secret.
     *
     * @param name the field name
     * @param secret the value, read now; use an auth strategy for a value that changes
     * @return this
     */
    public HttpConnectionBuilder header(String name, Secret secret) {
        check(() -> headers.add(forService(NameValuePair.header(name, Secret.fixed(secret, name)))));
        return this;
    }

    /** Rejects credentials for a proxy, which a default field would send to the service. */
    private static NameValuePair forService(NameValuePair field) {
        if (field.name().equalsIgnoreCase("Proxy-Authorization")) {
            throw new InvalidDefinitionException(
                    "header",
                    "Proxy-Authorization would reach the service: set the credentials of the proxy with"
                            + " proxy(Proxy.http(host, port).credentials(user, password))");
        }
        return field;
    }

    /**
     * Adds a default query parameter. It is sent with each request to the origin of the base URL that has no parameter of this
     * name.
     *
     * @param name the parameter name
     * @param value the value
     * @return this
     */
    public HttpConnectionBuilder query(String name, String value) {
        check(() -> query.add(NameValuePair.of(name, value)));
        return this;
    }

    /**
     * Sets the proxy. Default: none; the proxy settings of the JVM are ignored.
     *
     * @param proxy the proxy
     * @return this
     */
    public HttpConnectionBuilder proxy(Proxy proxy) {
        this.proxy = proxy;
        return this;
    }

    /**
     * Sends all requests through a Unix domain socket, whatever their host: to a sidecar, a daemon such as Docker's, or the
     * local end of a tunnel. The base URL still determines the {@code Host} of the requests, such as {@code http://localhost}.
     * Requires Apache HttpClient 5.6 or later; {@link #build()} fails with an older version.
     *
     * @param socket the path of the socket
     * @return this
     */
    public HttpConnectionBuilder unixSocket(Path socket) {
        this.unixSocket = socket;
        return this;
    }

    /**
     * Restricts the destinations of the connection: the hosts of base URLs, request URLs and redirects. Default: no
     * restriction.
     *
     * @param destinations the permitted destinations, such as {@link SsrfPolicy#publicInternetOnly()}
     * @return this
     */
    public HttpConnectionBuilder destinations(SsrfPolicy destinations) {
        this.destinations = destinations;
        return this;
    }

    /** Replaces the DNS resolver, for tests. */
    HttpConnectionBuilder lookup(BoundedDnsResolver.DnsResolver lookup) {
        this.lookup = lookup;
        return this;
    }

    /**
     * Sets the client certificate for services that request one. Default: none.
     *
     * @param certificate the certificate with its private key
     * @return this
     */
    public HttpConnectionBuilder clientCertificate(ClientCertificate certificate) {
        tls = tls.withCertificate(certificate);
        return this;
    }

    /**
     * Sets the server certificates that the connection trusts. Default: {@link ServerTrust#jvm()}.
     *
     * @param trust the trusted certificates
     * @return this
     */
    public HttpConnectionBuilder trust(ServerTrust trust) {
        tls = tls.withTrust(trust);
        return this;
    }

    /**
     * Sets the permitted TLS versions. Default: those of the JVM.
     *
     * @param versions {@code TLSv1.2}, {@code TLSv1.3} or both; older versions are insecure (RFC 8996)
     * @return this
     */
    public HttpConnectionBuilder tlsVersions(String... versions) {
        List<String> chosen = versions == null ? List.of() : Arrays.asList(versions.clone());
        if (chosen.isEmpty() || !TLS_VERSIONS.containsAll(chosen)) {
            problems.add("tlsVersions: " + LogSafe.visible(chosen.toString()) + ": use TLSv1.2, TLSv1.3 or both");
            return this;
        }
        tls = tls.withVersions(chosen);
        return this;
    }

    /**
     * Disables host name verification, for tests with a certificate for another host. Any holder of a trusted certificate could
     * then impersonate the service.
     */
    HttpConnectionBuilder withoutHostnameCheck() {
        LOG.warn("Connection \"{}\" does not check the host name of the service: for tests only", name);
        tls = tls.withoutHostnameCheck();
        return this;
    }

    /**
     * Sets the request of the connection test.
     *
     * @param request a request that requires the credentials and changes nothing, such as {@code GET /myself}
     * @param others requests that are tried if the service rejects the first one, such as for keys of another kind
     * @return this
     */
    public HttpConnectionBuilder test(Request request, Request... others) {
        List<Request> all = Stream.concat(
                        Stream.ofNullable(request), Stream.of(others == null ? new Request[0] : others))
                .filter(Objects::nonNull)
                .toList();
        this.tests = new ConnectionSettings.TestRequests(all, null);
        return this;
    }

    /**
     * Sets the requests of the connection test that depend on values which the auth strategy receives with its tokens.
     *
     * @param requests creates the requests, at least one, from the {@linkplain HttpConnection#authFields() values} by name
     * @return this
     */
    public HttpConnectionBuilder test(Function<Map<String, String>, List<Request>> requests) {
        check(() -> this.tests = new ConnectionSettings.TestRequests(List.of(), notNull(requests, "test requests")));
        return this;
    }

    /**
     * Sets the timeout for opening a socket, including the DNS lookup. The same timeout applies separately to the TLS
     * handshake. Default: 10 s.
     *
     * @param timeout the timeout, 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder connectTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(Timeouts.check("connectTimeout", timeout), timeouts.response(), timeouts.total()));
        return this;
    }

    /**
     * Sets the timeout for the next bytes of the response, both the first and all following ones. Default: 30 s.
     *
     * @param timeout the timeout, 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder responseTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(timeouts.connect(), Timeouts.check("responseTimeout", timeout), timeouts.total()));
        return this;
    }

    /**
     * Sets the timeout of a whole call, including redirects, retries and waiting. Default: 60 s.
     *
     * @param timeout the timeout, 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder totalTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(timeouts.connect(), timeouts.response(), Timeouts.check("totalTimeout", timeout)));
        return this;
    }

    /**
     * Sets the retry policy. Default: {@link RetryPolicy#defaults()}.
     *
     * @param retry the policy, or {@link RetryPolicy#none()}
     * @return this
     */
    public HttpConnectionBuilder retry(RetryPolicy retry) {
        this.retry = retry;
        return this;
    }

    /**
     * Sets the time source for retries, rate limits, timestamps and elapsed times; tests can pass a virtual one. Socket
     * timeouts always use the system time. Default: {@link TimeSource#SYSTEM}.
     *
     * @param time the time source
     * @return this
     */
    public HttpConnectionBuilder timeSource(TimeSource time) {
        check(() -> this.time = notNull(time, "timeSource"));
        return this;
    }

    /**
     * Sets the maximum number of concurrent requests. Further requests wait in FIFO order, up to their timeouts. Default: 50.
     *
     * @param count the maximum number, 1 to 10000
     * @return this
     */
    public HttpConnectionBuilder maxConnections(int count) {
        this.maxConnections = count;
        return this;
    }

    /**
     * Adds a rule that classifies responses. The first rule that matches decides.
     *
     * @param rule the rule
     * @return this
     */
    public HttpConnectionBuilder rule(ResponseRule rule) {
        check(() -> rules.add(notNull(rule, "error rule")));
        return this;
    }

    /**
     * Sets the rate limit of the connection. Default: no limit.
     *
     * @param limit the limit
     * @return this
     */
    public HttpConnectionBuilder rateLimit(RateLimit limit) {
        this.rateLimit = limit;
        return this;
    }

    /**
     * Adds a rate limit for a part of the requests, in addition to the limit of the connection. An adaptive limit adapts to the
     * responses of the route only, and the limit of the connection no longer adapts to them.
     *
     * @param route a path below the base URL, such as {@code /search/*} or {@code GET /files/**}: an asterisk stands for one
     *     segment, two at the end for all further segments; without a method, it applies to all methods
     * @param limit the limit
     * @return this
     */
    public HttpConnectionBuilder rateLimit(String route, RateLimit limit) {
        check(() -> routeLimits.add(
                new RateLimit.RouteLimit(RoutePattern.of(route), notNull(limit, "rate limit of a route"))));
        return this;
    }

    /**
     * Adds a listener for the calls of the connection.
     *
     * @param listener the listener, called for each call
     * @return this
     */
    public HttpConnectionBuilder listener(ExchangeListener listener) {
        check(() -> listeners.add(notNull(listener, "listener")));
        return this;
    }

    /**
     * Adds an interceptor at the {@linkplain Interceptor#placement() placement} that it declares: by default outside retries.
     *
     * @param interceptor the interceptor
     * @return this
     */
    public HttpConnectionBuilder around(Interceptor interceptor) {
        check(() -> interceptors.add(new InterceptorChain.Registration(
                notNull(notNull(interceptor, "interceptor").placement(), "placement of an interceptor"), interceptor)));
        return this;
    }

    /**
     * Adds an interceptor. Those with the same placement run in the order of their registration. See {@link Interceptor} for what they
     * may do, and for the order of all steps.
     *
     * @param placement whether it runs inside or outside retries
     * @param interceptor the interceptor
     * @return this
     */
    public HttpConnectionBuilder around(Interceptor.Placement placement, Interceptor interceptor) {
        check(() -> interceptors.add(new InterceptorChain.Registration(
                notNull(placement, "placement of an interceptor"), notNull(interceptor, "interceptor"))));
        return this;
    }

    /**
     * Uses a separate connection pool. By default, all connections of the JVM with the same network settings, such as the same
     * {@link Proxy} object or none, share idle sockets to the same host. This is safe because credentials are sent in each
     * request, and each connection enforces its own limits. A service that binds a login to the socket, as NTLM does, requires
     * a dedicated pool.
     *
     * @return this
     */
    public HttpConnectionBuilder dedicatedPool() {
        this.isolated = true;
        return this;
    }

    /**
     * Customizes the underlying Apache HttpClient, for what the library has no option for, such as interceptors of its messages or
     * the reuse of connections. The connection gets a {@linkplain #dedicatedPool dedicated pool}. The function is called when the
     * first request opens the pool, and once more for hosts that an authorization server names.
     *
     * <p>Use it with care: Apache's interceptors see requests with their credentials, and the API of Apache HttpClient can change
     * with its version. The library then sets what it depends on itself, whatever the function sets: connection manager (sockets, TLS,
     * DNS), route and proxy, authentication, cookies, redirects, retries, and {@code User-Agent}. Do not disable the decompression.
     *
     * @param change changes the builder
     * @return this
     */
    public HttpConnectionBuilder customizeClient(Consumer<HttpClientBuilder> change) {
        check(() -> client = new ClientCustomizer(notNull(change, "customizeClient")));
        return this;
    }

    /**
     * Sends the requests with another HTTP client, such as {@link io.httpconnector.transport.JdkTransport#http2()} for services that
     * require HTTP/2. Default: Apache HttpClient with HTTP/1.1. {@link #build()} rejects settings that other transports cannot
     * honour: {@link #destinations}, {@link #unixSocket}, {@link #customizeClient} and SOCKS proxies. Requests to hosts that an
     * authorization server names are always sent with Apache HttpClient, which checks their addresses.
     *
     * @param transport creates the transport of the connection
     * @return this
     */
    public HttpConnectionBuilder transport(HttpTransport.Factory transport) {
        check(() -> this.transport = notNull(transport, "transport"));
        return this;
    }

    /**
     * Stores the cookies that services set and sends them with matching requests (RFC 6265), for services that use a session
     * cookie. Cookies are kept in memory, for this connection only, until it is closed. Default: no cookies.
     *
     * @return this
     */
    public HttpConnectionBuilder cookies() {
        this.cookies = true;
        return this;
    }

    /**
     * Sets the maximum size of a response in memory, decompressed. For responses that a {@link
     * io.httpconnector.polling.PollingTrigger} reads, the limit applies to each record. Default: 10 MiB.
     *
     * @param bytes the maximum number of bytes, 1 to 1 GiB
     * @return this
     */
    public HttpConnectionBuilder maxResponseBytes(int bytes) {
        this.maxResponseBytes = bytes;
        return this;
    }

    /**
     * Sets the maximum size of a response that is streamed or written to a file. Default: 10 GiB.
     *
     * @param bytes the maximum number of bytes, at least 1
     * @return this
     */
    public HttpConnectionBuilder maxStreamBytes(long bytes) {
        this.maxStreamBytes = bytes;
        return this;
    }

    /**
     * Sets the mapping of {@link Response#json(Class)} and of objects in request bodies, such as your own Jackson mapper or another
     * library. Default: {@link Response.JsonMapping#setDefault}, initially Jackson 2 with the modules on the class path.
     *
     * @param mapping converts between JSON and objects
     * @return this
     */
    public HttpConnectionBuilder jsonMapping(Response.JsonMapping mapping) {
        check(() -> jsonMapping = notNull(mapping, "jsonMapping"));
        return this;
    }

    /**
     * Builds the connection. Nothing is sent yet.
     *
     * @return the connection, to be closed by the caller
     * @throws InvalidDefinitionException when settings are missing or invalid; lists all problems
     */
    public HttpConnection build() {
        List<String> found = new ArrayList<>(problems);
        if (!hasBaseUrl) {
            found.add("base URL: it is missing: set it by baseUrl(\"https://...\")");
        }
        if (auth == null) {
            found.add("auth: it is null: leave it out, or use AuthStrategy.none()");
        }
        if (retry == null) {
            found.add("retry: it is null: leave it out, or use RetryPolicy.none()");
        }
        if (maxConnections < 1 || maxConnections > MAX_CONNECTIONS) {
            found.add("maxConnections: " + maxConnections + " is out of range: use 1 to " + MAX_CONNECTIONS);
        }
        if (maxResponseBytes < 1 || maxResponseBytes > 1 << 30) {
            found.add("maxResponseBytes: " + maxResponseBytes + " is out of range: use 1 to " + (1 << 30));
        }
        if (maxStreamBytes < 1) {
            found.add("maxStreamBytes: " + maxStreamBytes + " is out of range: use at least 1");
        }
        if (destinations != null && (proxy != null || unixSocket != null)) {
            found.add(
                    "destinations: behind a proxy or a Unix socket the address is unknown: restrict the destinations at the other end");
        }
        if (proxy != null && unixSocket != null) {
            found.add("proxy: it can't be combined with a Unix socket: use one or the other");
        }
        if (transport != null) {
            found.addAll(TransportAdapter.problems(
                    destinations, unixSocket, client, proxy == null ? null : proxy.route(), tls));
        }
        if (baseUrl == null || !found.isEmpty()) {
            throw new InvalidDefinitionException("connection \"" + name + "\"", found);
        }
        ConnectionSettings settings = new ConnectionSettings(
                name,
                baseUrl,
                auth,
                NameValuePairs.of(query),
                NameValuePairs.of(headers),
                tests,
                retry,
                rateLimits(),
                List.copyOf(rules),
                List.copyOf(listeners),
                List.copyOf(interceptors),
                timeouts.total(),
                maxConnections,
                maxResponseBytes,
                time,
                new RecentSecrets(),
                false);
        RouteKey route = new RouteKey(
                proxy == null ? null : proxy.route(),
                tls,
                destinations == null ? null : destinations.filter(),
                lookup,
                client == null && isolated ? new Object() : client);
        // Behind a proxy or a Unix socket the address is unknown.
        boolean isGuarded = destinations == null && proxy == null && unixSocket == null;
        RouteKey discovered =
                isGuarded ? route.withDestinations(SsrfPolicy.discoveredBy(baseUrl.host(), lookup)) : route;
        return new HttpConnection(settings, () -> open(route, wire(route)), () -> open(discovered, apache(discovered)));
    }

    private ExchangeTransport wire(RouteKey route) {
        return transport == null
                ? apache(route)
                : TransportAdapter.open(transport, name, route, timeouts.connect(), timeouts.response());
    }

    private ExchangeTransport apache(RouteKey route) {
        return ApacheTransport.open(route, timeouts.connect(), timeouts.response(), unixSocket);
    }

    private List<RateLimit.RouteLimit> rateLimits() {
        List<RateLimit.RouteLimit> all = new ArrayList<>(routeLimits);
        if (rateLimit != null) {
            all.add(new RateLimit.RouteLimit(null, rateLimit));
        }
        return List.copyOf(all);
    }

    private Transport open(RouteKey route, ExchangeTransport wire) {
        return new Transport(
                name,
                ExchangeTap.among(name, listeners),
                wire,
                cookies,
                timeouts,
                route,
                maxResponseBytes,
                maxStreamBytes,
                jsonMapping);
    }

    /** Runs a step and collects its problems for {@link #build()}. */
    private void check(Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            problems.add(String.valueOf(e.getMessage()).replaceFirst("^Invalid ", ""));
        }
    }
}
