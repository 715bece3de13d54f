package io.httpconnector.stream;

/**
 * Handles the items of a stream, one at a time, in the thread that reads it. The next one is read when it returns, so that a slow
 * handler slows down the service.
 *
 * @param <T> the type of the items
 */
@FunctionalInterface
public interface StreamHandler<T> {

    /**
     * Handles an item.
     *
     * @param item the item
     * @return true to receive the next one; false to end the stream and close its socket
     * @throws Exception if the item cannot be handled: ends the stream. An unchecked exception is passed to the caller as it is
     */
    boolean handle(T item) throws Exception;
}
