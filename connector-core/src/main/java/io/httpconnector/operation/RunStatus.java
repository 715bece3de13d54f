package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * The status of a durable run.
 *
 * @param key the key that the caller has chosen
 * @param stage the stage
 * @param id the id of the operation, or its status URL; empty while it is unknown
 * @param state the last state in the words of the service; empty if there is none
 * @param progress the last progress; a missing node if it is unknown
 * @param error why the run has failed, or why its last request failed; empty if it did not
 * @param reason why the run has failed; empty if it did not
 * @param isDelivered whether the handler has handled the result
 * @param next when the next request is due; empty if none is
 */
public record RunStatus(
        String key,
        Stage stage,
        Optional<String> id,
        Optional<String> state,
        JsonNode progress,
        Optional<String> error,
        Optional<OperationException.OperationFailure> reason,
        boolean isDelivered,
        Optional<Instant> next) {

    /** The stage of a run. */
    public enum Stage {
        /** The run is stored; the request that starts the operation may have been sent. */
        INTENT,
        /** The service has started the operation. */
        STARTED,
        /** The operation has ended, and its result is available. */
        DONE,
        /** The service rejected the operation, it has failed, or it did not end in time. */
        FAILED,
        /** The operation was aborted. */
        ABORTED,
        /** The response to the start was lost, so that it is unknown whether the operation was started. */
        UNKNOWN
    }

    /**
     * Returns a one-line description without the content of responses.
     *
     * @return key, stage and id
     */
    @Override
    public String toString() {
        return key + ": " + stage
                + id.map(known -> " " + OperationException.shown(known)).orElse("");
    }
}
