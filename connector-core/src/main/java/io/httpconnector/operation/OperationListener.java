package io.httpconnector.operation;

/** Receives the status of an operation after each status request. Called by the waiting thread. */
@FunctionalInterface
public interface OperationListener {

    /**
     * Called after a status request. Exceptions are logged and ignored.
     *
     * @param status the status
     */
    void onStatus(OperationStatus status);
}
