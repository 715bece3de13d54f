package io.httpconnector.operation;

import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.operation.StoredRun.Claim;
import io.httpconnector.operation.StoredRun.RunStep;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides which step of a run is due. It changes the run where no request is needed: an abandoned start becomes one whose outcome
 * is unknown. Immutable.
 *
 * @param node the id of this node
 * @param lease how long other nodes wait for a step
 * @param hasHandler whether results are delivered
 */
record RunPlanner(OperationDefinition definition, String node, Duration lease, boolean hasHandler) {

    static final String UNKNOWN =
            "The response to the start was lost, so that it is unknown whether the operation was started."
                    + " It is not started again: look it up at the service, then call adopt(...) with its id, or restart(...)."
                    + " An idempotency key or the member find avoids this.";

    /**
     * A decision.
     *
     * @param step the step that this node executes now; null if none is due
     * @param due when the next step is due; null if the run has ended
     * @param isChanged whether the run was changed
     */
    record Decision(@Nullable RunStep step, @Nullable Instant due, boolean isChanged) {}

    /** Decides, and claims the step that is due. */
    Decision decide(StoredRun run, Instant now) {
        Claim claim = run.claim;
        if (claim != null && !claim.node().equals(node) && now.isBefore(claim.until())) {
            return new Decision(null, claim.until(), false);
        }
        boolean isChanged = claim != null;
        if (claim != null) {
            abandon(run, claim);
        }
        boolean wasEnded = run.isEnded();
        RunStep step = step(run, now);
        if (step == null) {
            return new Decision(null, null, isChanged || !wasEnded);
        }
        Instant due = step == RunStep.FIND && searchTime(run).isAfter(run.next) ? searchTime(run) : run.next;
        if (due.isAfter(now)) {
            return new Decision(null, due, isChanged);
        }
        run.isNotified &= step != RunStep.POLL;
        run.claim = new Claim(step, UUID.randomUUID().toString(), node, now.plus(lease));
        return new Decision(step, now, true);
    }

    /** A search before the end of an attempt would not find what the service creates late. */
    private Instant searchTime(StoredRun run) {
        FindSettings find = definition.find();
        return find == null ? run.attemptEnd : run.attemptEnd.plus(find.settle());
    }

    /** The node that executed the step has ended before it has stored the result. */
    private static void abandon(StoredRun run, Claim claim) {
        run.claim = null;
        if (claim.step() == RunStep.START && run.stage == Stage.INTENT) {
            run.isUncertain = true;
            run.attemptEnd = claim.until();
        }
        if (claim.step() == RunStep.UPLOAD) {
            run.isUploadUncertain = true;
        }
    }

    /** Returns the next step, whenever it is due; null if there is none. */
    private @Nullable RunStep step(StoredRun run, Instant now) {
        return switch (run.stage) {
            case INTENT -> stepOfIntent(run, now);
            case STARTED -> stepOfStarted(run);
            case DONE -> hasHandler ? stepOfDone(run) : null;
            default -> null;
        };
    }

    private static @Nullable RunStep stepOfDone(StoredRun run) {
        if (run.isDelivered) {
            return run.isDeleteDue ? RunStep.DELETE : null;
        }
        return run.deadLetter == null ? RunStep.DELIVER : null;
    }

    private RunStep stepOfStarted(StoredRun run) {
        if (run.isAbortRequested && !run.isAbortSent && definition.abort() != null) {
            return RunStep.ABORT;
        }
        return definition.upload().isEmpty() || run.isUploaded ? RunStep.POLL : RunStep.UPLOAD;
    }

    private @Nullable RunStep stepOfIntent(StoredRun run, Instant now) {
        if (run.isUncertain && definition.isRepeatable()) {
            return RunStep.START;
        }
        if (run.isUncertain && definition.find() != null) {
            return RunStep.FIND;
        }
        if (run.isUncertain) {
            run.end(Stage.UNKNOWN, OperationException.OperationFailure.UNKNOWN_START, UNKNOWN, now);
            return null;
        }
        if (run.isAbortRequested) {
            run.end(
                    Stage.ABORTED,
                    OperationException.OperationFailure.ABORTED,
                    "The run was aborted before it was started",
                    now);
            return null;
        }
        return RunStep.START;
    }
}
