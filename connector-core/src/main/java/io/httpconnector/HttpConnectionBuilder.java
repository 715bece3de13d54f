package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.http.BaseUrl;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.ApacheTransport;
import io.httpconnector.internal.transport.BoundedDnsResolver;
import io.httpconnector.internal.transport.RouteKey;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.tls.TlsSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builder for {@link HttpConnection}. Only name and base URL are required. {@link #build()} reports all problems at
 * once. Not safe for several threads.
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
    private final List<ResponseRule> rules = new ArrayList<>();
    private @Nullable BaseUrl baseUrl;
    private boolean hasBaseUrl;
    private AuthStrategy auth = AuthStrategy.none();
    private @Nullable Request test;
    private RetryPolicy retry = RetryPolicy.defaults();
    private TimeSource time = TimeSource.SYSTEM;
    private Timeouts timeouts = Timeouts.DEFAULTS;
    private @Nullable Proxy proxy;
    private @Nullable Path unixSocket;
    private @Nullable SsrfPolicy destinations;
    private BoundedDnsResolver.DnsResolver lookup = SYSTEM_LOOKUP;
    private TlsSettings tls = TlsSettings.DEFAULT;
    private @Nullable RateLimit rateLimit;
    private boolean isolated;
    private boolean cookies;
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;
    private int maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES;
    private long maxStreamBytes = DEFAULT_MAX_STREAM_BYTES;

    HttpConnectionBuilder(@Nullable String name) {
        this.name = name == null ? "" : LogSafe.visible(name.strip());
        if (this.name.isEmpty()) {
            problems.add("name: it is missing: name the service, such as \"Jira\"");
        }
    }

    /**
     * Sets the URL that relative URLs are appended to. It may have values that the {@linkplain AuthStrategy#fields auth
     * strategy} knows: {@code https://{{auth.subdomain}}.example.com}, or {@code {{auth.instance_url}}/v2} for one that begins
     * with a URL. What a value says in the middle stays a part of the host name, or a segment of the path.
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
     * Sets how the connection authenticates. Default: not at all.
     *
     * @param auth the strategy
     * @return this
     */
    public HttpConnectionBuilder auth(AuthStrategy auth) {
        this.auth = auth;
        return this;
    }

    /**
     * Adds a header field to each request below the base URL's origin that has none of that name.
     *
     * @param name the field name
     * @param value the value
     * @return this
     */
    public HttpConnectionBuilder header(String name, String value) {
        check(() -> headers.add(Redactor.header(NameValuePair.header(name, value))));
        return this;
    }

    /**
     * Adds a header field that holds a secret.
     *
     * @param name the field name
     * @param secret the value, read now: for one that changes use an auth strategy
     * @return this
     */
    public HttpConnectionBuilder header(String name, Secret secret) {
        check(() -> headers.add(NameValuePair.header(name, Secret.fixed(secret, name))));
        return this;
    }

    /**
     * Adds a query parameter to each request below the base URL's origin that has none of that name.
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
     * Sets the proxy to go through. Default: none; the proxy settings of the JVM are not looked at.
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
     * near end of a tunnel. The base URL still says which host is asked for, such as {@code http://localhost}. Needs Apache
     * HttpClient 5.6 or later, as {@link #build()} says when it is older.
     *
     * @param socket the file of the socket
     * @return this
     */
    public HttpConnectionBuilder unixSocket(Path socket) {
        this.unixSocket = socket;
        return this;
    }

    /**
     * Sets where the connection may lead: for base URLs, request URLs and redirects. Default: anywhere.
     *
     * @param destinations the destinations, such as {@link SsrfPolicy#publicInternetOnly()}
     * @return this
     */
    public HttpConnectionBuilder destinations(SsrfPolicy destinations) {
        this.destinations = destinations;
        return this;
    }

    /** Lets a test be the DNS. */
    HttpConnectionBuilder lookup(BoundedDnsResolver.DnsResolver lookup) {
        this.lookup = lookup;
        return this;
    }

    /**
     * Sets the certificate that the connection shows when the service asks for one. Default: none.
     *
     * @param certificate the certificate with its private key
     * @return this
     */
    public HttpConnectionBuilder clientCertificate(ClientCertificate certificate) {
        tls = tls.withCertificate(certificate);
        return this;
    }

    /**
     * Sets whom the connection believes to be the service. Default: {@link ServerTrust#jvm()}.
     *
     * @param trust the trust
     * @return this
     */
    public HttpConnectionBuilder trust(ServerTrust trust) {
        tls = tls.withTrust(trust);
        return this;
    }

    /**
     * Sets the versions of TLS that the connection speaks. Default: those of the JVM.
     *
     * @param versions {@code TLSv1.2}, {@code TLSv1.3} or both; what is older is broken (RFC 8996)
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

    /** For tests with a certificate for another host. Any holder of a trusted certificate could impersonate the service. */
    HttpConnectionBuilder withoutHostnameCheck() {
        LOG.warn("Connection \"{}\" does not check the host name of the service: for tests only", name);
        tls = tls.withoutHostnameCheck();
        return this;
    }

    /**
     * Sets the request of the connection test.
     *
     * @param request one that needs the credentials and changes nothing, such as {@code GET /myself}
     * @return this
     */
    public HttpConnectionBuilder test(Request request) {
        this.test = request;
        return this;
    }

    /**
     * Sets how long to wait for a socket, the DNS included; the TLS handshake may take as long again. Default: 10 s.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder connectTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(Timeouts.check("connectTimeout", timeout), timeouts.response(), timeouts.total()));
        return this;
    }

    /**
     * Sets how long to wait for the next bytes of the response, its first ones and any that follow. Default: 30 s.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder responseTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(timeouts.connect(), Timeouts.check("responseTimeout", timeout), timeouts.total()));
        return this;
    }

    /**
     * Sets how long a whole call may take: redirects, retries and waiting included. Default: 60 s.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public HttpConnectionBuilder totalTimeout(Duration timeout) {
        check(() -> timeouts =
                new Timeouts(timeouts.connect(), timeouts.response(), Timeouts.check("totalTimeout", timeout)));
        return this;
    }

    /**
     * Sets when a request is sent again. Default: {@link RetryPolicy#defaults()}.
     *
     * @param retry the retries, or {@link RetryPolicy#none()}
     * @return this
     */
    public HttpConnectionBuilder retry(RetryPolicy retry) {
        this.retry = retry;
        return this;
    }

    /**
     * Sets the source of time for retries, rate limits, timestamps and elapsed times. Tests pass a virtual one. The default is
     * {@link TimeSource#SYSTEM}. Timeouts of sockets always use the system time.
     *
     * @param time the source of time
     * @return this
     */
    public HttpConnectionBuilder timeSource(TimeSource time) {
        check(() -> this.time = notNull(time, "timeSource"));
        return this;
    }

    /**
     * Sets how many requests are under way at once; more senders wait in FIFO order, as long as their timeout
     * permits. Default: 50.
     *
     * @param count 1 to 10000
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
     * Sets how many requests are sent in a period. Default: no limit.
     *
     * @param limit the limit
     * @return this
     */
    public HttpConnectionBuilder rateLimit(RateLimit limit) {
        this.rateLimit = limit;
        return this;
    }

    /**
     * Adds a listener for the calls of the connection.
     *
     * @param listener is told of each call
     * @return this
     */
    public HttpConnectionBuilder listener(ExchangeListener listener) {
        check(() -> listeners.add(notNull(listener, "listener")));
        return this;
    }

    /**
     * Gives the connection sockets of its own. By default all connections of the JVM with the same {@link Proxy} object, or none,
     * use each other's idle sockets to the same host: credentials stand in each request and not in the socket, and each
     * connection has its own limits. A service that binds a login to the socket, as NTLM does, needs its own.
     *
     * @return this
     */
    public HttpConnectionBuilder dedicatedPool() {
        this.isolated = true;
        return this;
    }

    /**
     * Keeps the cookies that services set, and sends them back where they belong (RFC 6265), for services whose login is a
     * cookie. They are kept in memory, for this connection alone, until it is closed. Default: no cookies.
     *
     * @return this
     */
    public HttpConnectionBuilder cookies() {
        this.cookies = true;
        return this;
    }

    /**
     * Sets the maximum size of a response in memory, decompressed. Of responses that a {@link io.httpconnector.polling.PollingTrigger}
     * reads, a record may be that large. Default: 10 MiB.
     *
     * @param bytes 1 to 1 GiB
     * @return this
     */
    public HttpConnectionBuilder maxResponseBytes(int bytes) {
        this.maxResponseBytes = bytes;
        return this;
    }

    /**
     * Sets the maximum size of a response that is streamed or written into a file. Default: 10 GiB.
     *
     * @param bytes at least 1
     * @return this
     */
    public HttpConnectionBuilder maxStreamBytes(long bytes) {
        this.maxStreamBytes = bytes;
        return this;
    }

    /**
     * Builds the connection. Nothing is sent yet.
     *
     * @return the connection, to be closed by the caller
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it
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
                    "destinations: behind a proxy or a Unix socket the address can't be judged: let the other end do it");
        }
        if (proxy != null && unixSocket != null) {
            found.add("proxy: a Unix socket leads to one place: use the one or the other");
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
                test,
                retry,
                rateLimit,
                List.copyOf(rules),
                List.copyOf(listeners),
                timeouts.total(),
                maxConnections,
                maxResponseBytes,
                time,
                false);
        RouteKey route = new RouteKey(
                proxy == null ? null : proxy.route(),
                tls,
                destinations == null ? null : destinations.filter(),
                lookup,
                cookies,
                isolated ? new Object() : null);
        return new HttpConnection(
                settings,
                () -> new Transport(
                        ApacheTransport.open(route, timeouts.connect(), timeouts.response(), unixSocket, cookies),
                        timeouts,
                        route,
                        maxResponseBytes,
                        maxStreamBytes));
    }

    /** Keeps the problems for {@link #build()}. */
    private void check(Runnable step) {
        try {
            step.run();
        } catch (InvalidDefinitionException e) {
            problems.add(String.valueOf(e.getMessage()).replaceFirst("^Invalid ", ""));
        }
    }
}
