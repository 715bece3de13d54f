package io.httpconnector;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the body of an answer while it comes, for {@link HttpConnection#read}.
 *
 * @param <T> what it makes of it
 */
@FunctionalInterface
public interface BodyReader<T> {

    /**
     * Reads the body.
     *
     * @param answer the status and the headers; its body is empty
     * @param body the bytes, decompressed; what is left unread is thrown away
     * @return what is made of it
     * @throws IOException when it can't be read, or not be written to where it goes
     */
    T read(Response answer, InputStream body) throws IOException;
}
