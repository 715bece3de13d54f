package io.httpconnector;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the body of a response while it is received. Used by {@link HttpConnection#read}.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface BodyHandler<T> {

    /**
     * Reads the body.
     *
     * @param response the response with its status and headers; its body is empty
     * @param body the decompressed bytes; unread bytes are discarded
     * @return the result
     * @throws IOException when the body can't be read, or its destination can't be written
     */
    T handle(Response response, InputStream body) throws IOException;
}
