package io.httpconnector.jdbc;

import java.sql.Connection;

/**
 * Handles an event within a transaction. Called by many threads.
 *
 * @param <T> an event, or a list of them
 */
@FunctionalInterface
public interface TransactionHandler<T> {

    /**
     * Handles an event.
     *
     * @param event what has happened
     * @param connection does in the transaction what it is asked for; is not to be committed or rolled back, which is done when this
     *     method has returned or thrown. To close it does nothing
     * @throws Exception when it could not be handled: then nothing was written, and it is tried again
     */
    void handle(T event, Connection connection) throws Exception;
}
