package io.httpconnector.transport;

import io.httpconnector.InvalidDefinitionException;
import java.util.Locale;

/**
 * A transport with the HTTP client of the JDK ({@link java.net.http}), for services that require HTTP/2. Services with https are
 * asked for HTTP/2 when TLS is negotiated (ALPN), and receive HTTP/1.1 if they do not offer it. Services with http receive
 * HTTP/1.1.
 *
 * <pre>{@code
 * HttpConnection.named("APNs")
 *         .baseUrl("https://api.push.apple.com")
 *         .transport(JdkTransport.http2())
 * }</pre>
 *
 * <p>Connections with the same TLS settings, proxy and connect timeout share one client of the JDK with its threads, sockets and
 * streams. The differences from the default transport are listed in the guide about networks. Thread-safe.
 */
public final class JdkTransport implements HttpTransport {

    private final TransportSettings settings;
    private final JdkClient client;

    private JdkTransport(TransportSettings settings) {
        this.settings = settings;
        settings.proxy().ifPresent(JdkTransport::check);
        this.client = JdkClient.acquire(settings);
    }

    /** The JDK removes credentials from requests that open a tunnel, unless a property of the JVM permits them. */
    private static void check(TransportSettings.HttpProxy proxy) {
        String disabled = System.getProperty("jdk.http.auth.tunneling.disabledSchemes", "Basic");
        if (proxy.hasCredentials() && disabled.toLowerCase(Locale.ROOT).contains("basic")) {
            throw new InvalidDefinitionException(
                    "proxy",
                    "the JDK sends no credentials to a proxy that opens a tunnel: start the JVM with"
                            + " -Djdk.http.auth.tunneling.disabledSchemes= or leave out transport(...)");
        }
    }

    /**
     * Returns the factory of transports for HTTP/2.
     *
     * @return the factory
     */
    public static Factory http2() {
        return JdkTransport::new;
    }

    @Override
    public TransportExchange exchange(TransportRequest request) {
        return new JdkExchange(client, settings, request);
    }

    @Override
    public Sockets sockets() {
        return client.streams();
    }

    @Override
    public void close() {
        client.release();
    }
}
