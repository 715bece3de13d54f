package io.httpconnector.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Executes work in transactions of the application, such as those of the transaction manager of a framework. Called by many threads
 * concurrently.
 */
@FunctionalInterface
public interface TransactionExecutor {

    /** Work in a transaction. */
    @FunctionalInterface
    interface TransactionWork {

        /**
         * Does the work.
         *
         * @param connection the connection of the transaction
         * @throws SQLException if the database rejects a statement
         */
        void run(Connection connection) throws SQLException;
    }

    /**
     * Begins a transaction, does the work, and commits. If the work throws, the transaction is rolled back, and the exception is thrown
     * as it is.
     *
     * @param work the work; it may be repeated in another transaction if it throws a {@code SQLException}
     * @throws SQLException if the work throws it
     */
    void execute(TransactionWork work) throws SQLException;
}
