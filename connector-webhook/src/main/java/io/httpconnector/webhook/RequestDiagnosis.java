package io.httpconnector.webhook;

import java.util.List;

/**
 * The reason why a request is rejected, or that it is accepted. For developers only: never return it to the sender.
 *
 * @param step the step at which processing ends
 * @param reason the problem; empty if the request is accepted
 * @param hints likely causes, the most likely first
 */
public record RequestDiagnosis(DiagnosisStep step, String reason, List<String> hints) {

    /** The steps of processing a request. */
    public enum DiagnosisStep {
        /** The method is not allowed. */
        METHOD,
        /** The body is too large. */
        SIZE,
        /** The request is not verified to be genuine. */
        VERIFICATION,
        /** The body cannot be parsed. */
        BODY,
        /** The request would be handled. */
        ACCEPTED
    }

    /**
     * Formats the diagnosis as printable lines.
     *
     * @return the step, the reason and the hints
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(step.name());
        if (!reason.isEmpty()) {
            text.append(": ").append(reason);
        }
        hints.forEach(hint -> text.append("\n  - ").append(hint));
        return text.toString();
    }
}
