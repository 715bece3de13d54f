package io.httpconnector.definition.verification;

/**
 * The result of a check of a connector document against the service.
 *
 * @param name the name of the check, such as {@code trigger updated-orders: keys}
 * @param status whether it passed
 * @param message what was found; for a failure also how to fix it
 */
public record CheckResult(String name, CheckStatus status, String message) {

    /** The outcome of a check. */
    public enum CheckStatus {
        /** The service behaves as the document says. */
        OK,
        /** The service behaves differently. */
        FAILED,
        /** The check was not possible, or would change data. */
        SKIPPED
    }

    /** Returns the outcome, the name and the message in one line. */
    @Override
    public String toString() {
        return status + " " + name + ": " + message;
    }

    /** Returns a number with a noun in the singular or plural. */
    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
