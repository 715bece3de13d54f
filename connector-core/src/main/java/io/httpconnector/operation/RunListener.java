package io.httpconnector.operation;

/** Receives changes of durable runs, for metrics and alerts. Must be thread-safe. */
@FunctionalInterface
public interface RunListener {

    /**
     * Called after a change was stored. Exceptions are logged and ignored.
     *
     * @param status the status of the run
     */
    void onChange(RunStatus status);
}
