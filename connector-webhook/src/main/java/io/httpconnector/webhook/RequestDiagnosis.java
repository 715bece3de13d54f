package io.httpconnector.webhook;

import java.util.List;

/**
 * Why a request is refused, or that it is not. For the developer: never for the sender.
 *
 * @param step where it ends
 * @param reason what is wrong there; empty when it is accepted
 * @param hints what is likely to be the cause, the likeliest first
 */
public record RequestDiagnosis(DiagnosisStep step, String reason, List<String> hints) {

    /** The steps of a request. */
    public enum DiagnosisStep {
        /** The method is not taken. */
        METHOD,
        /** The body is too large. */
        SIZE,
        /** It is not known to be genuine. */
        VERIFICATION,
        /** The body can't be read. */
        BODY,
        /** It would be handled. */
        ACCEPTED
    }

    /**
     * The explanation in lines to be printed.
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
