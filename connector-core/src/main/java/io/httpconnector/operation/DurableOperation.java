package io.httpconnector.operation;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Listeners;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationStatus.OperationState;
import io.httpconnector.operation.RunStatus.Stage;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs of an operation that survive a crash. The intent is stored before the operation is started; a process that resumes it, or
 * another node with the same store, neither starts it twice nor loses it.
 *
 * <pre>{@code
 * DurableOperation exports = export.durable(store).connection(connection).delivery(Delivery.to(handler)).build();
 * exports.start();
 * exports.submit("2026-11", Pills.of("month", "2026-11"));
 * }</pre>
 *
 * <p>If the response to the start was lost, the start is repeated if it has an idempotency key or is idempotent. Otherwise, the
 * operation is looked up by the member {@code find}. Without either, the run ends as {@link Stage#UNKNOWN} instead of starting
 * the operation twice. The values of requests are stored with the run; see {@link DurableOperationBuilder#pills} for those that
 * must not be. A store that fails is reported as a {@link io.httpconnector.state.StateException}. Thread-safe.
 */
public final class DurableOperation implements AutoCloseable {

    /** A change of the clock, and the steps of other nodes, are noticed within this time. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private final String id;
    private final OperationDefinition definition;
    private final TimeSource time;
    private final RunStore store;
    private final RunExecutor executor;
    private final RunThread thread;
    private final boolean hasHandler;
    private final List<RunListener> listeners;
    private final RunLocks locks = new RunLocks();

    private volatile boolean isClosed;

    // Guarded by this.
    private CountDownLatch gate = new CountDownLatch(1);

    DurableOperation(
            String id,
            OperationDefinition definition,
            HttpConnection connection,
            RunStore store,
            RunPlanner planner,
            @Nullable Delivery delivery,
            Function<String, Pills> pills,
            List<RunListener> listeners) {
        this.id = id;
        this.definition = definition;
        this.time = connection.timeSource();
        this.store = store;
        this.hasHandler = delivery != null;
        this.listeners = List.copyOf(listeners);
        this.executor =
                new RunExecutor(id, definition, connection, store, planner, delivery, pills, this::notifyListeners);
        this.thread = new RunThread(this, time);
    }

    private void notifyListeners(StoredRun run) {
        RunStatus status = run.toStatus(hasHandler);
        listeners.forEach(listener -> Listeners.call(OperationLog.LOG, id, () -> listener.onChange(status)));
    }

    /**
     * Executes the steps of all runs from now on, those of earlier processes too, on threads of the library.
     */
    public void start() {
        isClosed = false;
        thread.start();
    }

    /**
     * Ends the execution and all calls of {@code await}, and waits for the current steps. The runs are continued by the next process,
     * or after another {@link #start()}.
     */
    @Override
    public void close() {
        isClosed = true;
        thread.close();
    }

    /**
     * Stores a run, unless there is one with this key. The operation is started by {@link #await}, or by the thread that {@link
     * #start()} has started, of this or another node.
     *
     * @param key the key of the run, chosen by the caller, such as the month of an export
     * @param pills the values of the requests, which are stored
     * @return the status of the run
     * @throws io.httpconnector.template.RenderException if a value of the start is missing or invalid; nothing is stored
     * @throws InvalidDefinitionException if a value cannot be stored, such as a file, or one of a further request is missing
     * @throws io.httpconnector.state.StateException if the run was not stored
     */
    public RunStatus submit(String key, Pills pills) {
        ObjectNode values = RunValues.storable(id, definition, notNull(pills, "pills"));
        if (store.read(checked(key)).isEmpty()) {
            executor.check(key, values);
        }
        boolean[] isNew = new boolean[1];
        StoredRun run = store.update(key, current -> {
                    isNew[0] = current == null;
                    return current == null ? new StoredRun(key, OperationKeys.newKey(), values, time.now()) : null;
                })
                .orElseThrow();
        if (isNew[0]) {
            notifyListeners(run);
            wake();
        }
        return run.toStatus(hasHandler);
    }

    private static String checked(String key) {
        if (notNull(key, "key of a run").isBlank()) {
            throw new InvalidDefinitionException("operation", "the key of the run is empty");
        }
        return key;
    }

    /**
     * Stores a run, unless there is one with this key, and waits until it has ended and its result was delivered, if there is a
     * handler. This thread executes the steps that no other thread or node executes.
     *
     * @param key the key of the run
     * @param pills the values of the requests, which are stored
     * @return the result
     * @throws io.httpconnector.template.RenderException as for {@link #submit}
     * @throws OperationException if there is no result; see {@link OperationException#reason()}
     * @throws ConnectorException if the thread is interrupted, this is closed, or the store fails
     */
    public OperationResult await(String key, Pills pills) {
        RunStatus unused = submit(key, pills);
        return await(key);
    }

    /**
     * Waits until a run has ended and its result was delivered, if there is a handler. The handler itself receives the result at
     * once.
     *
     * @param key the key of the run
     * @return the result
     * @throws OperationException if there is no run, or it has no result; see {@link OperationException#reason()}
     * @throws ConnectorException if the thread is interrupted, this is closed, or the store fails
     */
    public OperationResult await(String key) {
        while (!locks.isOwned(checked(key))) {
            CountDownLatch current = gate();
            if (isClosed) {
                throw new ConnectorException("The durable operation \"" + id + "\" was closed; run \""
                        + OperationException.shown(key) + "\" continues when it is started again");
            }
            Optional<Instant> due = step(key);
            if (due.isEmpty()) {
                break;
            }
            Duration wait = Duration.between(time.now(), due.get());
            pause(current, wait.compareTo(MAX_WAIT) < 0 ? wait : MAX_WAIT);
        }
        return result(key);
    }

    /**
     * Waits on a thread of the library until a run has ended.
     *
     * @param key the key of the run
     * @return a future with the result or exception of {@link #await(String)}; cancelling it ends the wait, not the run
     */
    public CompletableFuture<OperationResult> awaitAsync(String key) {
        return AsyncCall.start(() -> await(key), DefaultExecutors.forSending());
    }

    private void pause(CountDownLatch current, Duration wait) {
        if (wait.isNegative() || wait.isZero()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new ConnectorException("The thread was interrupted while it waited for a run");
            }
            return;
        }
        try {
            boolean unused = time.await(current, wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited for a run", e);
        }
    }

    /**
     * Executes the step of a run that is due, when no other thread of this process does.
     *
     * @return when the next step is due; empty if the run has ended
     */
    Optional<Instant> step(String key) {
        return locks.locked(key, () -> executor.step(key));
    }

    /**
     * Returns the result of a run that is done.
     *
     * @param key the key of the run
     * @return the result
     * @throws OperationException if there is no run, or it is not done
     */
    public OperationResult result(String key) {
        StoredRun run = store.read(checked(key))
                .orElseThrow(() -> new OperationException(
                        OperationFailure.NO_RESULT,
                        "There is no run \"" + OperationException.shown(key) + "\" of " + id + ": submit it",
                        Context.NONE));
        OperationReference reference = run.reference;
        if (run.stage != Stage.DONE || reference == null) {
            OperationFailure reason = run.reason;
            throw new OperationException(
                    reason == null ? OperationFailure.NO_RESULT : reason,
                    "Run \"" + OperationException.shown(key) + "\" of " + id + " is " + run.stage
                            + (run.error.isEmpty() ? "" : ": " + run.error),
                    new Context(
                            reference == null ? null : reference.label(),
                            reference == null || run.status == null
                                    ? null
                                    : run.lastStatus(reference, OperationState.RUNNING),
                            null));
        }
        return new OperationResult(
                executor.client(run), reference, run.lastStatus(reference, OperationState.DONE), run.base);
    }

    /**
     * Returns the status of a run, as it is stored.
     *
     * @param key the key of the run
     * @return the status; empty if there is no run
     */
    public Optional<RunStatus> status(String key) {
        return store.read(checked(key)).map(run -> run.toStatus(hasHandler));
    }

    /**
     * Returns the stored runs.
     *
     * @return the status of each run, oldest first
     */
    public List<RunStatus> runs() {
        return store.all().values().stream()
                .map(run -> run.toStatus(hasHandler))
                .toList();
    }

    /**
     * Aborts a run: one that was not started is not started, one that was started receives the request to abort. Has no effect on
     * one that has ended.
     *
     * @param key the key of the run
     * @return whether there is a run that has not ended
     * @throws InvalidDefinitionException if the run was started, and the definition has no request to abort
     */
    public boolean abort(String key) {
        return change(key, run -> !run.isEnded(), run -> {
            if (run.stage == Stage.STARTED && definition.abort() == null) {
                throw new InvalidDefinitionException("operation \"" + id + "\"", "it has no request abort: define one");
            }
            run.isAbortRequested = true;
            run.next = time.now();
        });
    }

    /**
     * Requests the status of a run immediately, because the service has notified us, such as by a webhook. The content of a
     * notification proves nothing: the status is requested. A notification that arrives on any node during a start or a status
     * request leads to another status request after it.
     *
     * @param key the key of the run
     * @return whether there is a run that has not ended
     */
    public boolean checkNow(String key) {
        return change(key, run -> !run.isEnded(), run -> {
            run.isNotified = true;
            if (run.stage == Stage.STARTED) {
                run.next = time.now();
            }
        });
    }

    /**
     * Requests the status of a run immediately; see {@link #checkNow(String)}. If no run has this operation, it may be that of a run
     * whose start has not been stored yet: the status of all such runs is then requested after their start.
     *
     * @param operationId the id of the operation, or its status URL
     * @return whether there is a run of this operation that has not ended, or one that may be of this operation
     */
    public boolean checkOperationNow(String operationId) {
        notNull(operationId, "id of an operation");
        List<StoredRun> all = List.copyOf(store.all().values());
        Optional<StoredRun> known = all.stream()
                .filter(run -> run.reference != null
                        && (operationId.equals(run.reference.id()) || operationId.equals(run.reference.url())))
                .findFirst();
        return known.map(run -> checkNow(run.key))
                .orElseGet(() -> all.stream()
                        .filter(StoredRun::isStarting)
                        .map(run -> checkNow(run.key))
                        .reduce(false, Boolean::logicalOr));
    }

    /**
     * Continues a run of which it is {@linkplain Stage#UNKNOWN unknown} whether it was started, with the operation that a person
     * has found at the service.
     *
     * @param key the key of the run
     * @param operationId the id of the operation, or its status URL if it has no id
     * @return whether there is such a run
     */
    public boolean adopt(String key, String operationId) {
        notNull(operationId, "id of an operation");
        return change(key, run -> run.stage == Stage.UNKNOWN, run -> {
            boolean isUrl = definition.status() == null;
            run.ended = null;
            run.started(
                    new OperationReference(
                            isUrl ? null : operationId,
                            isUrl ? operationId : null,
                            JsonNodeFactory.instance.objectNode(),
                            run.operationKey,
                            time.now()),
                    time.now());
        });
    }

    /**
     * Starts the operation of a run again, of which it is {@linkplain Stage#UNKNOWN unknown} whether it was started, or that has
     * failed or was aborted.
     *
     * @param key the key of the run
     * @return whether there is such a run
     */
    public boolean restart(String key) {
        boolean[] isRestarted = new boolean[1];
        store.update(checked(key), current -> {
                    isRestarted[0] = current != null && current.isEnded() && current.stage != Stage.DONE;
                    return current == null || !isRestarted[0]
                            ? null
                            : new StoredRun(key, OperationKeys.newKey(), current.pills, time.now());
                })
                .ifPresent(this::notifyListeners);
        wake();
        return isRestarted[0];
    }

    /**
     * Returns the results that the handler could not handle.
     *
     * @return the dead letters
     */
    public List<DeadLetter> deadLetters() {
        return store.all().values().stream()
                .map(run -> run.deadLetter)
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Delivers a dead letter again, starting with the first attempt.
     *
     * @param key the key of the run
     * @return whether there is such a dead letter
     */
    public boolean replay(String key) {
        return change(key, run -> run.deadLetter != null, run -> {
            run.deadLetter = null;
            run.deliveries = 0;
            run.next = time.now();
        });
    }

    /**
     * Removes a run that has ended, with its dead letter. The same key starts another operation afterwards.
     *
     * @param key the key of the run
     * @return whether there was such a run
     */
    public boolean remove(String key) {
        Optional<StoredRun> run = store.read(checked(key)).filter(StoredRun::isEnded);
        run.ifPresent(any -> store.remove(key));
        return run.isPresent();
    }

    private boolean change(String key, Predicate<StoredRun> accepted, Consumer<StoredRun> change) {
        boolean[] isChanged = new boolean[1];
        Optional<StoredRun> stored = store.update(checked(key), current -> {
            isChanged[0] = current != null && accepted.test(current);
            if (current == null || !isChanged[0]) {
                return null;
            }
            change.accept(current);
            return current;
        });
        if (isChanged[0]) {
            stored.ifPresent(this::notifyListeners);
            wake();
        }
        return isChanged[0];
    }

    /** Returns the runs with a further step. */
    List<RunStatus> open() {
        return runs().stream().filter(run -> run.next().isPresent()).toList();
    }

    synchronized CountDownLatch gate() {
        if (gate.getCount() == 0) {
            gate = new CountDownLatch(1);
        }
        return gate;
    }

    synchronized void wake() {
        gate.countDown();
    }

    String id() {
        return id;
    }

    /**
     * Returns the id.
     *
     * @return the id
     */
    @Override
    public String toString() {
        return "durable operation \"" + id + "\"";
    }
}
