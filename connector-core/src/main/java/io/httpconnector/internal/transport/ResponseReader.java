package io.httpconnector.internal.transport;

import java.io.IOException;

/**
 * Reads a response while its connection is open.
 *
 * @param <T> what it makes of the response
 */
@FunctionalInterface
public interface ResponseReader<T> {

    public T read(IncomingResponse response) throws IOException;
}
