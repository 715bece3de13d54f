package io.httpconnector;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the body of a response while it arrives, for {@link HttpConnection#read}.
 *
 * @param <T> what it makes of it
 */
@FunctionalInterface
public interface BodyHandler<T> {

    /**
     * Reads the body.
     *
     * @param response the status and the headers; its body is empty
     * @param body the bytes, decompressed; what is left unread is thrown away
     * @return what is made of it
     * @throws IOException when it can't be read, or not be written to where it goes
     */
    T handle(Response response, InputStream body) throws IOException;
}
