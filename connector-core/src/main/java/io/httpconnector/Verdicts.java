package io.httpconnector;

import java.util.List;

/** Says what answers mean: by the rules of the connection, and by their status. */
final class Verdicts {

    private final List<ErrorRule> rules;

    Verdicts(List<ErrorRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Whether the body has to be looked at to know what this response means. */
    boolean dependOnBody(Response head) {
        for (ErrorRule rule : rules) {
            if (rule.fitsHead(head)) {
                return rule.looksAtBody();
            }
        }
        return false;
    }

    /** The answer with what it means. */
    Response judged(Response answer) {
        return answer.isJudged() ? answer : judged(answer, true);
    }

    /** The answer with what its head alone means, as its body is not known: what a rule asks of that does not hold. */
    Response judgedByHead(Response head) {
        return judged(head, false);
    }

    private Response judged(Response answer, boolean withBody) {
        for (ErrorRule rule : rules) {
            if (withBody ? rule.fits(answer) : !rule.looksAtBody() && rule.fitsHead(answer)) {
                return answer.judged(rule.action(), true);
            }
        }
        ErrorRule.Action usual = usual(answer);
        return withBody && usual == ErrorRule.Action.ACCEPT ? answer : answer.judged(usual, false);
    }

    private static ErrorRule.Action usual(Response answer) {
        Request request = answer.request();
        if (request.accepts(answer.status())) {
            return ErrorRule.Action.ACCEPT;
        }
        return switch (answer.status()) {
            case 401 -> ErrorRule.Action.REFRESH_AUTH;
            case 429 -> ErrorRule.Action.RATE_LIMITED;
            case 408, 425 -> ErrorRule.Action.RETRY;
            case 502, 504 -> request.isRepeatable() ? ErrorRule.Action.RETRY : ErrorRule.Action.FAIL;
            case 503 ->
                request.isRepeatable() || answer.headers().first("Retry-After").isPresent()
                        ? ErrorRule.Action.RETRY
                        : ErrorRule.Action.FAIL;
            default -> ErrorRule.Action.FAIL;
        };
    }
}
