package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.StatusException;
import io.httpconnector.operation.OperationClient.Observed;
import io.httpconnector.operation.OperationClient.StartedOperation;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationPoller.Polled;
import io.httpconnector.operation.OperationStatus.OperationState;
import io.httpconnector.operation.RunPlanner.Decision;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.operation.StoredRun.Claim;
import io.httpconnector.operation.StoredRun.RunStep;
import io.httpconnector.state.StateException;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Executes the steps of runs. Each step is stored before its request, so that another node waits for it, and the next one knows
 * that its outcome may be unknown. Its result is stored only if the step is still the current one. Thread-safe.
 */
final class RunExecutor {

    /** The maximum number of requests to delete an operation. */
    private static final int MAX_DELETES = 10;

    private final String id;
    private final OperationDefinition definition;
    private final HttpConnection connection;
    private final RunStore store;
    private final RunPlanner planner;
    private final @Nullable Delivery delivery;
    private final Function<String, Pills> pills;
    private final Consumer<StoredRun> notifier;

    RunExecutor(
            String id,
            OperationDefinition definition,
            HttpConnection connection,
            RunStore store,
            RunPlanner planner,
            @Nullable Delivery delivery,
            Function<String, Pills> pills,
            Consumer<StoredRun> notifier) {
        this.id = id;
        this.definition = definition;
        this.connection = connection;
        this.store = store;
        this.planner = planner;
        this.delivery = delivery;
        this.pills = pills;
        this.notifier = notifier;
    }

    private Instant now() {
        return connection.timeSource().now();
    }

    OperationClient client(StoredRun run) {
        return new OperationClient(definition, connection, values(run.key, run.pills));
    }

    private Pills values(String key, ObjectNode stored) {
        Pills all = pills.apply(key);
        for (Map.Entry<String, JsonNode> step : stored.properties()) {
            all = all.and(step.getKey(), step.getValue());
        }
        return all;
    }

    /** Checks the values of a new run. */
    void check(String key, ObjectNode stored) {
        RunValues.check(
                id, definition, values(key, stored).and(OperationDefinition.PARAMETERS, definition.parameters()));
    }

    /**
     * Executes the step of a run that is due, if there is one.
     *
     * @return when the next step is due; empty if the run has ended
     */
    Optional<Instant> step(String key) {
        Decision[] decided = new Decision[1];
        StoredRun[] changed = new StoredRun[1];
        Optional<StoredRun> stored = store.update(key, run -> {
            changed[0] = null;
            if (run == null) {
                decided[0] = new Decision(null, null, false);
                return null;
            }
            boolean wasEnded = run.isEnded();
            decided[0] = planner.decide(run, now());
            if (!wasEnded && run.isEnded()) {
                changed[0] = run;
            }
            return decided[0].isChanged() ? run : null;
        });
        if (changed[0] != null) {
            notifier.accept(changed[0]);
        }
        RunStep step = decided[0].step();
        if (step == null || stored.isEmpty()) {
            return Optional.ofNullable(decided[0].due());
        }
        StoredRun run = stored.get();
        Claim claim = run.claim;
        if (claim == null) {
            throw new IllegalStateException("the step was not claimed");
        }
        execute(step, run, claim);
        return Optional.of(now());
    }

    private void execute(RunStep step, StoredRun run, Claim claim) {
        try {
            switch (step) {
                case START -> start(run, claim);
                case FIND -> find(run, claim);
                case UPLOAD -> upload(run, claim);
                case POLL -> poll(run, claim);
                case ABORT -> abort(run, claim);
                case DELIVER -> deliver(run, claim);
                case DELETE -> delete(run, claim);
                default -> throw new IllegalStateException("no request for " + step);
            }
        } catch (StateException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(step, claim, run, e);
        }
    }

    /** Stores the result of a step, unless another node has taken over; returns whether it was stored. */
    private boolean complete(StoredRun run, Claim claim, Consumer<StoredRun> change) {
        boolean[] isMine = new boolean[1];
        Optional<StoredRun> stored = store.update(run.key, current -> {
            isMine[0] = current != null
                    && current.claim != null
                    && current.claim.id().equals(claim.id());
            if (!isMine[0] || current == null) {
                return null;
            }
            current.claim = null;
            change.accept(current);
            return current;
        });
        if (isMine[0]) {
            stored.ifPresent(notifier);
        }
        return isMine[0];
    }

    private void start(StoredRun run, Claim claim) {
        OperationClient client = client(run);
        StartedOperation started =
                client.start(run.operationKey, planner.lease().dividedBy(2));
        Duration delay = new OperationPoller(client).firstDelay(started.retryAfter());
        boolean isStored = complete(run, claim, current -> {
            current.started(started.reference(), current.nextPoll(now(), delay));
            Observed observed = started.observed();
            if (observed != null) {
                observe(current, client, observed);
            }
        });
        if (!isStored) {
            adopt(run.key, client, started.reference());
        }
    }

    /** Keeps an operation whose start was slower than the lease, unless another node has started or found one. */
    private void adopt(String key, OperationClient client, OperationReference late) {
        boolean[] isDuplicate = new boolean[1];
        Optional<StoredRun> stored = store.update(key, current -> {
            OperationReference known = current == null ? null : current.reference;
            isDuplicate[0] = known != null && !known.label().equals(late.label());
            if (current == null || known != null) {
                return null;
            }
            current.claim = null;
            current.ended = null;
            current.started(late, now());
            return current;
        });
        stored.ifPresent(notifier);
        if (isDuplicate[0]) {
            OperationLog.LOG.warn(
                    "{}: run {} was started twice, because a start took longer than the lease: {} is aborted",
                    id,
                    key,
                    OperationException.shown(late.label()));
            if (definition.abort() != null) {
                boolean unused = client.abort(late);
            }
        }
    }

    private void find(StoredRun run, Claim claim) {
        FindSettings find = definition.find();
        if (find == null) {
            throw new IllegalStateException("no request finds operations");
        }
        Optional<OperationReference> found = client(run).find(run.operationKey, find);
        boolean unused = complete(run, claim, current -> {
            current.isUncertain = false;
            current.next = now();
            current.failures = 0;
            found.ifPresent(reference -> {
                current.started(reference, now());
                current.isUploadUncertain = true;
            });
        });
    }

    private void upload(StoredRun run, Claim claim) {
        OperationClient client = client(run);
        OperationReference reference = reference(run);
        boolean isDue = true;
        if (run.isUploadUncertain && !definition.uploadState().isEmpty()) {
            String state = client.status(reference).status().value().toLowerCase(Locale.ROOT);
            isDue = definition.uploadState().contains(state);
        }
        if (isDue) {
            client.upload(reference);
        }
        boolean unused = complete(run, claim, current -> {
            current.isUploaded = true;
            current.failures = 0;
            current.next = now();
        });
    }

    private static OperationReference reference(StoredRun run) {
        OperationReference reference = run.reference;
        if (reference == null) {
            throw new IllegalStateException("the run was not started");
        }
        return reference;
    }

    private void poll(StoredRun run, Claim claim) {
        OperationClient client = client(run);
        OperationPoller poller = new OperationPoller(client);
        OperationReference reference = reference(run);
        Polled polled = poller.poll(
                reference,
                run.history,
                run.status == null ? null : run.lastStatus(reference, OperationState.RUNNING),
                Duration.between(now(), reference.started().plus(definition.timeout())));
        boolean unused = complete(run, claim, current -> {
            current.history = polled.history();
            current.next = current.nextPoll(now(), polled.delay());
            ConnectorException failure = polled.failure();
            current.error = failure == null ? "" : String.valueOf(failure.getMessage());
            Observed observed = polled.observed();
            if (observed != null) {
                observe(current, client, observed);
            }
            limit(current, reference.started());
        });
    }

    /** Ends a run that has taken too long. */
    private void limit(StoredRun run, Instant start) {
        if (run.isEnded()) {
            return;
        }
        Instant deadline = start.plus(definition.timeout());
        if (!now().isBefore(deadline)) {
            String failure = run.error.isEmpty() ? "" : "; the last request failed: " + run.error;
            run.end(
                    Stage.FAILED,
                    OperationFailure.TIMED_OUT,
                    "The run has not ended within " + definition.timeout() + ": raise the timeout, or abort it"
                            + failure,
                    now());
        } else if (run.next.isAfter(deadline)) {
            run.next = deadline;
        }
    }

    private void observe(StoredRun run, OperationClient client, Observed observed) {
        run.reference = observed.reference();
        run.observed(observed.status(), observed.base());
        OperationState state = observed.status().state();
        if (state == OperationState.DONE) {
            run.end(Stage.DONE, null, "", now());
        } else if (state.isFinal()) {
            OperationException failure = client.failure(reference(run), observed);
            run.end(
                    state == OperationState.ABORTED ? Stage.ABORTED : Stage.FAILED,
                    failure.reason(),
                    String.valueOf(failure.getMessage()),
                    now());
        }
    }

    private void abort(StoredRun run, Claim claim) {
        boolean isAccepted = client(run).abort(reference(run));
        boolean unused = complete(run, claim, current -> {
            current.isAbortSent = true;
            current.next = now();
            if (isAccepted && !definition.states().reportsAborted()) {
                current.end(Stage.ABORTED, OperationFailure.ABORTED, "The run was aborted", now());
            }
        });
    }

    private void deliver(StoredRun run, Claim claim) {
        if (delivery == null) {
            throw new IllegalStateException("no handler");
        }
        AttemptResult result = delivery.attempt(List.of(event(run)), run.deliveries + 1, connection.timeSource());
        boolean unused = complete(run, claim, current -> {
            switch (result.outcome()) {
                case HANDLED -> {
                    current.isDelivered = true;
                    current.isDeleteDue = definition.delete() != null;
                    current.failures = 0;
                    current.next = now();
                }
                case RETRY -> {
                    current.deliveries++;
                    current.next = now().plus(result.backoff());
                }
                case DEAD_LETTER -> {
                    current.deliveries++;
                    current.deadLetter = result.deadLetters().get(0);
                }
                default -> current.next = now();
            }
        });
    }

    private void delete(StoredRun run, Claim claim) {
        boolean isDeleted = client(run).delete(reference(run));
        boolean unused = complete(run, claim, current -> {
            current.isDeleteDue = false;
            current.error = isDeleted ? "" : current.error;
        });
    }

    private TriggerEvent event(StoredRun run) {
        return new TriggerEvent(
                run.operationKey,
                id,
                ChangeType.NEW,
                run.key,
                run.status == null ? OperationDefinition.NOTHING : run.status,
                OperationDefinition.NOTHING,
                run.ended == null ? now() : run.ended);
    }

    /** Stores that a step has failed. */
    private void fail(RunStep step, Claim claim, StoredRun run, RuntimeException e) {
        if (Thread.currentThread().isInterrupted() && step != RunStep.START) {
            boolean unused = complete(run, claim, current -> current.next = now());
            return;
        }
        OperationLog.LOG.info("{}: run {}: {} failed: {}", id, run.key, step, e.toString());
        boolean unused = complete(run, claim, current -> {
            current.failures++;
            current.error = String.valueOf(e.getMessage());
            current.next = now().plus(OperationFailures.delay(e, current.failures));
            switch (step) {
                case START -> startFailed(current, claim, e);
                case UPLOAD -> {
                    current.isUploadUncertain = true;
                    endUnlessPassing(current, e);
                }
                case POLL -> endUnlessPassing(current, e);
                case ABORT -> current.isAbortSent = !OperationFailures.mayPass(e);
                case DELETE -> current.isDeleteDue = OperationFailures.mayPass(e) && current.failures < MAX_DELETES;
                default -> {
                    // A lookup is repeated.
                }
            }
            limit(current, current.reference == null ? current.created : current.reference.started());
        });
    }

    private void endUnlessPassing(StoredRun run, RuntimeException e) {
        if (!OperationFailures.mayPass(e)) {
            run.end(Stage.FAILED, OperationFailures.reason(e), String.valueOf(e.getMessage()), now());
        }
    }

    private void startFailed(StoredRun run, Claim claim, RuntimeException e) {
        boolean wasUncertain = run.isUncertain;
        if (OperationFailures.isOutcomeUnknown(e)) {
            run.isUncertain = true;
            // After a response, nothing is created late.
            boolean hasResponse = e instanceof ConnectorException failure
                    && failure.exchange()
                            .filter(one -> one.status().isPresent())
                            .isPresent();
            run.attemptEnd = hasResponse ? now() : claim.until();
            if (e instanceof OperationException operation && definition.find() == null) {
                // A repetition would have the same response.
                run.end(Stage.FAILED, operation.reason(), String.valueOf(e.getMessage()), now());
            }
            return;
        }
        boolean isInProgress = wasUncertain && e instanceof StatusException status && status.status() == 409;
        if (OperationFailures.mayPass(e) || isInProgress) {
            return;
        }
        if (wasUncertain) {
            run.end(Stage.UNKNOWN, OperationFailure.UNKNOWN_START, RunPlanner.UNKNOWN + " " + e.getMessage(), now());
        } else {
            run.end(Stage.FAILED, OperationFailures.reason(e), String.valueOf(e.getMessage()), now());
        }
    }
}
