package io.httpconnector.transport;

import java.io.IOException;

/** One request and its response. {@link #send()} is called once; {@link #cancel()} by any thread at any time. */
public interface TransportExchange {

    /**
     * Sends the request and waits for the head of the response. The body of the request is written by the calling thread. The
     * body of the response has not been read yet; the caller reads it, and then closes the response.
     *
     * <p>Header fields of an informational response (1xx) are skipped. Trailers are ignored.
     *
     * @return the response
     * @throws TransportException when the exchange fails for a reason that has a {@linkplain TransportException.FailureKind kind}; another
     *     {@code IOException}, also one of the request body, means that the service may have processed the request
     * @throws InterruptedException if the thread is interrupted; the exchange has been cancelled then
     */
    TransportResponse send() throws IOException, InterruptedException;

    /**
     * Ends the exchange at once, whatever it waits for: closes the socket, or resets the HTTP/2 stream. A blocked {@code send()}
     * or read of the body fails with an {@code IOException}. Does not block. Has no effect after the end of the exchange.
     */
    void cancel();
}
