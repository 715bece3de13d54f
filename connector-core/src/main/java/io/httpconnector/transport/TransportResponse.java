package io.httpconnector.transport;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;

/** A response whose head has been received. Used by one thread at a time. */
public interface TransportResponse extends AutoCloseable {

    /**
     * Returns the status code.
     *
     * @return the code, at least 200
     */
    int status();

    /**
     * Returns the header fields as they were received, one for each field line.
     *
     * @return the fields
     */
    List<TransportRequest.HeaderField> fields();

    /**
     * Returns the body as it was received, without its transfer coding, but not decompressed. A read returns bytes as soon as they
     * have arrived. It waits at most as long as {@linkplain #limitIdleTime limited}, and then throws a {@link
     * java.net.SocketTimeoutException}; the next read continues without losing bytes. A body that ends early is an {@code
     * IOException}, not the end of the stream. If the thread is interrupted, a read throws an {@link
     * java.io.InterruptedIOException} and keeps the interrupt status. Unread bytes must not use memory without a limit: the
     * transport applies backpressure.
     *
     * @return the body; always the same stream; empty if there is none
     * @throws IOException if it cannot be read
     */
    InputStream body() throws IOException;

    /**
     * Sets the maximum wait for the next bytes of the body. Initially {@link TransportSettings#responseTimeout()}.
     *
     * @param limit the maximum wait, at least 1 ms
     */
    void limitIdleTime(Duration limit);

    /** Ends the exchange. If the body has not been read to its end, closes the socket or resets the stream. Does not block. */
    @Override
    void close();
}
