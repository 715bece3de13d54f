package io.httpconnector.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client of the JDK that connections share, because each has a thread of its own. Reference-counted: the last {@link
 * #release()} closes it. A new client is created when a certificate file changes. Thread-safe.
 */
final class JdkClient {

    /** The settings that connections must have in common. */
    private record SharingKey(Object sockets, Duration connectTimeout) {}

    private static final Map<SharingKey, JdkClient> OPEN = new HashMap<>();

    private final SharingKey key;
    private final TransportSettings settings;
    private final Map<String, StreamLimit> limits = new ConcurrentHashMap<>();
    private int users;

    // Guarded by this.
    private @Nullable HttpClient client;
    private @Nullable SSLContext context;

    private JdkClient(SharingKey key, TransportSettings settings) {
        this.key = key;
        this.settings = settings;
    }

    /** Returns the client for the settings. Each call must be paired with one call of {@link #release()}. */
    static JdkClient acquire(TransportSettings settings) {
        SharingKey key = new SharingKey(settings.sharingKey(), settings.connectTimeout());
        synchronized (OPEN) {
            JdkClient shared = OPEN.computeIfAbsent(key, added -> new JdkClient(added, settings));
            shared.users++;
            return shared;
        }
    }

    void release() {
        synchronized (OPEN) {
            users--;
            if (users > 0) {
                return;
            }
            OPEN.remove(key);
        }
        synchronized (this) {
            closeLater(client);
            client = null;
        }
    }

    /** Returns the client with the current certificates. */
    synchronized HttpClient current() throws IOException {
        SSLContext now = settings.sslContext();
        HttpClient current = client;
        if (current == null || now != context) {
            closeLater(current);
            current = create(now);
            client = current;
            context = now;
        }
        return current;
    }

    private HttpClient create(SSLContext now) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .sslContext(now)
                .proxy(settings.proxy().<ProxySelector>map(Route::new).orElse(HttpClient.Builder.NO_PROXY));
        if (!settings.tlsVersions().isEmpty()) {
            builder.sslParameters(new SSLParameters(null, settings.tlsVersions().toArray(String[]::new)));
        }
        return builder.build();
    }

    /**
     * Closes a client as soon as its exchanges have ended. Before Java 21 a client can't be closed: the JVM closes its sockets
     * and ends its thread once it is garbage.
     */
    private static void closeLater(@Nullable HttpClient client) {
        if (client instanceof AutoCloseable closeable) {
            Thread closer = new Thread(
                    () -> {
                        try {
                            closeable.close();
                        } catch (Exception e) {
                            // Nobody uses this client any more.
                        }
                    },
                    "http-connector closing");
            closer.setDaemon(true);
            closer.start();
        }
    }

    /** Returns the limit of concurrent streams to a service. */
    StreamLimit limit(URI uri) {
        return limits.computeIfAbsent(
                uri.getScheme() + "://" + uri.getRawAuthority(),
                origin -> new StreamLimit("https".equals(uri.getScheme())));
    }

    HttpTransport.Sockets streams() {
        int active = 0;
        int waiting = 0;
        for (StreamLimit limit : limits.values()) {
            active += limit.active();
            waiting += limit.waiting();
        }
        return new HttpTransport.Sockets(active, 0, waiting, Integer.MAX_VALUE);
    }

    /** Sends requests through the proxy, except those to hosts that bypass it. */
    private static final class Route extends ProxySelector {

        private final TransportSettings.HttpProxy proxy;

        Route(TransportSettings.HttpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        public List<Proxy> select(URI uri) {
            return List.of(
                    proxy.bypasses(host(uri))
                            ? Proxy.NO_PROXY
                            : new Proxy(
                                    Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {
            // There is no other proxy.
        }
    }

    /** Returns the host of a URL, without the brackets of an IPv6 address. */
    static String host(URI uri) {
        String host = String.valueOf(uri.getHost());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
