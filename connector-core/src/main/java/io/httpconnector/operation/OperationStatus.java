package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/**
 * The status of an operation, as the service has reported it.
 *
 * @param id the id of the operation; its URL if it has no id
 * @param state the state
 * @param value the state in the words of the service, such as {@code InProgress}; the status code if the definition has none
 * @param progress the progress; a missing node if it is unknown
 * @param response the JSON of the status response; a missing node if it has none
 */
public record OperationStatus(String id, OperationState state, String value, JsonNode progress, JsonNode response) {

    /** The state of an operation. */
    public enum OperationState {
        /** The operation is queued or in progress. */
        RUNNING,
        /** The operation has ended, and its result is available. */
        DONE,
        /** The operation has failed. */
        FAILED,
        /** The operation was cancelled. */
        ABORTED;

        /**
         * Returns whether the state does not change any more.
         *
         * @return false for {@link #RUNNING}
         */
        public boolean isFinal() {
            return this != RUNNING;
        }
    }

    /**
     * Returns the progress as a number.
     *
     * @return the number, such as a percentage, in the unit of the service; empty if the progress is unknown or a text
     */
    public OptionalDouble progressNumber() {
        if (progress.isNumber()) {
            return OptionalDouble.of(progress.doubleValue());
        }
        String text = progress.isTextual() ? progress.textValue().strip() : "";
        String number =
                text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
        return number.matches("\\d{1,15}(\\.\\d{1,15})?")
                ? OptionalDouble.of(Double.parseDouble(number))
                : OptionalDouble.empty();
    }

    /**
     * Returns a one-line description without the content of the response.
     *
     * @return id, state and value
     */
    @Override
    public String toString() {
        return "operation " + OperationException.shown(id) + ": " + state + " (" + OperationException.shown(value)
                + ")";
    }
}
