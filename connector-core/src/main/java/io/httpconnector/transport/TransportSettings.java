package io.httpconnector.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The settings of a connection that its {@link HttpTransport} applies. Settings that depend on Apache HttpClient are rejected by
 * {@code HttpConnectionBuilder.build()} for any other transport: {@code destinations}, {@code unixSocket}, {@code
 * customizeClient}, and SOCKS proxies. Thread-safe.
 */
public interface TransportSettings {

    /** An HTTP proxy, which forwards http requests and opens tunnels for https (RFC 9110, section 9.3.6). */
    public interface HttpProxy {

        /**
         * Returns the host of the proxy.
         *
         * @return the name or address
         */
        String host();

        /**
         * Returns the port of the proxy.
         *
         * @return the port
         */
        int port();

        /**
         * Returns whether requests to a host are sent directly.
         *
         * @param host the name or address
         * @return true if they bypass the proxy
         */
        boolean bypasses(String host);

        /**
         * Returns whether the proxy requires credentials.
         *
         * @return true if {@link #authorization()} has a value
         */
        boolean hasCredentials();

        /**
         * Returns the credentials for the proxy, looked up now.
         *
         * @return the value of {@code Proxy-Authorization} with the Basic scheme; a secret; empty if there are none
         */
        Optional<String> authorization();
    }

    /**
     * Returns the name of the connection.
     *
     * @return the name
     */
    String connection();

    /**
     * Returns the timeout for opening a socket, including the DNS lookup.
     *
     * @return the timeout
     */
    Duration connectTimeout();

    /**
     * Returns the timeout for the next bytes of the response, both the first and all following ones.
     *
     * @return the timeout
     */
    Duration responseTimeout();

    /**
     * Returns the context for new TLS sessions, with the client certificate and the trusted certificates of the connection. Its
     * trust manager also requires that the certificate names the host in its {@code subjectAltName}; the transport must enable
     * {@linkplain javax.net.ssl.SSLParameters#setEndpointIdentificationAlgorithm endpoint identification} as well, unless its
     * client does.
     *
     * @return the context; the same one until a certificate file changes, so that it can be compared before each request
     * @throws IOException when the certificates can't be used
     */
    SSLContext sslContext() throws IOException;

    /**
     * Returns the permitted TLS versions.
     *
     * @return the versions, such as {@code TLSv1.3}; empty for those of the JVM
     */
    List<String> tlsVersions();

    /**
     * Returns the proxy.
     *
     * @return the proxy; empty for none
     */
    Optional<HttpProxy> proxy();

    /**
     * Returns a key for sharing sockets. Connections with equal keys have the same TLS settings and proxy, and have not asked for a
     * dedicated pool; other settings, such as timeouts, may differ.
     *
     * @return the key
     */
    Object sharingKey();
}
