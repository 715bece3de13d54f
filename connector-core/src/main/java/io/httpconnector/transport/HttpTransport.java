package io.httpconnector.transport;

/**
 * Sends the requests of a connection over the network. By default, a connection uses Apache HttpClient; {@link
 * JdkTransport#http2()} is the alternative for services that require HTTP/2. Implement this interface to use another HTTP client.
 *
 * <p>The connection does everything else: authentication, retries, redirects, rate limits, cookies, decompression, the deadline of
 * a call, and the log. A transport therefore must not follow redirects, repeat requests, store cookies, or decompress bodies. It
 * passes on all statuses, header fields and bodies as they were received.
 *
 * <p>Implementations must be thread-safe.
 */
public interface HttpTransport extends AutoCloseable {

    /** Creates the transports of connections. Implementations must be thread-safe. */
    @FunctionalInterface
    public interface Factory {

        /**
         * Creates the transport of one connection. Nothing is sent yet. Called when a connection is built, and at most twice more
         * for the requests of its auth strategy.
         *
         * @param settings the settings of the connection
         * @return the transport, which the connection closes
         * @throws io.httpconnector.InvalidDefinitionException when the transport cannot honour one of the settings
         */
        HttpTransport open(TransportSettings settings);
    }

    /**
     * The sockets or streams of a transport at one moment.
     *
     * @param active the number in use
     * @param idle the number that is kept open for the next request
     * @param waiting the number of requests that wait for one
     * @param max the maximum number
     */
    public record Sockets(int active, int idle, int waiting, int max) {}

    /**
     * Prepares an exchange. Nothing is sent yet.
     *
     * @param request the request
     * @return the exchange, which is used once
     * @throws io.httpconnector.InvalidDefinitionException when the transport cannot send this request, such as because of a header
     *     field
     */
    TransportExchange exchange(TransportRequest request);

    /**
     * Returns the sockets, for {@code HttpConnection.poolStatus()}.
     *
     * @return the sockets; zeros if unknown
     */
    default Sockets sockets() {
        return new Sockets(0, 0, 0, Integer.MAX_VALUE);
    }

    /** Releases the resources. All exchanges have been cancelled before. Returns without waiting. */
    @Override
    void close();
}
