package io.httpconnector.internal.transport;

import io.httpconnector.transport.HttpTransport;

/**
 * Sends one request and passes the response to a reader while its stream is open. Does not follow redirects, retry or keep
 * cookies. {@link ApacheTransport} is the default; {@link TransportAdapter} adapts an {@link HttpTransport}. Thread-safe.
 */
public interface ExchangeTransport extends AutoCloseable {

    /**
     * Sends a request and returns the result of the reader. Unchecked exceptions of the reader are propagated.
     *
     * @throws TransportFailure if the exchange fails
     */
    <T> T exchange(OutgoingRequest request, CallContext call, ResponseReader<T> reader) throws TransportFailure;

    /** Returns the sockets, which other connections may share. */
    HttpTransport.Sockets sockets();

    /** Cancels the requests in progress. */
    @Override
    void close();
}
