package io.httpconnector.internal.transport;

import java.io.IOException;

/**
 * Reads a response while its connection is open.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface ResponseReader<T> {

    public T read(IncomingResponse response) throws IOException;
}
