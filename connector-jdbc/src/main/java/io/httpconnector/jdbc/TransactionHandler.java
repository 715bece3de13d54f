package io.httpconnector.jdbc;

import java.sql.Connection;

/**
 * Handles an event within a database transaction. Called by many threads concurrently.
 *
 * @param <T> an event or a list of events
 */
@FunctionalInterface
public interface TransactionHandler<T> {

    /**
     * Handles an event.
     *
     * @param event the event
     * @param connection executes statements in the transaction; must not be committed or rolled back, which is done after this
     *     method returns or throws. Closing it has no effect
     * @throws Exception if the event could not be handled: then nothing is written, and the event is retried
     */
    void handle(T event, Connection connection) throws Exception;
}
