package io.httpconnector.operation;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builder for {@link DurableOperation}. A connection is required. Not thread-safe. */
public final class DurableOperationBuilder {

    private static final Duration MIN_LEASE = Duration.ofSeconds(10);
    private static final Duration MAX_LEASE = Duration.ofHours(6);

    private final Operation operation;
    private final StateStore store;
    private final List<RunListener> listeners = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private @Nullable String id;
    private @Nullable HttpConnection connection;
    private @Nullable Delivery delivery;
    private Function<String, Pills> pills = key -> Pills.none();
    private Duration lease = Duration.ofMinutes(5);
    private Duration retention = Duration.ofDays(7);

    DurableOperationBuilder(Operation operation, StateStore store) {
        this.operation = operation;
        this.store = store;
    }

    /**
     * Sets the connection.
     *
     * @param service a connection, to be closed by its owner after the durable operation
     * @return this builder
     */
    public DurableOperationBuilder connection(HttpConnection service) {
        this.connection = service;
        return this;
    }

    /**
     * Sets the id of the runs in the store and in events, such as one that contains the customer. Operations with the same id and
     * store share their runs: a key that one has submitted is not started again by the other. Default: the name of the operation;
     * then, runs in the store that have a connection of another name are an error.
     *
     * @param text a text that is unique in the store, for each operation and customer
     * @return this builder
     */
    public DurableOperationBuilder id(String text) {
        this.id = notNull(text, "id").strip();
        return this;
    }

    /**
     * Delivers each result to a handler, at least once, as an event with the same id: its key is that of the run, its payload the
     * last status response. The handler reads the result by {@link DurableOperation#result}. Default: none.
     *
     * @param settings the handler, its attempts and backoff
     * @return this builder
     */
    public DurableOperationBuilder delivery(Delivery settings) {
        this.delivery = notNull(settings, "delivery");
        return this;
    }

    /**
     * Sets a function that supplies values that must not be stored, such as secrets and files, by the key of the run. Values that
     * were given with the run replace them.
     *
     * @param values returns the values for the key of a run, the same in each process
     * @return this builder
     */
    public DurableOperationBuilder pills(Function<String, Pills> values) {
        this.pills = notNull(values, "pills");
        return this;
    }

    /**
     * Sets how long other nodes wait for a step of this node before they take it over, such as after a crash. A request that
     * starts an operation has half of it, unless its template has a shorter timeout; a handler should need less. Default: 5
     * minutes.
     *
     * @param time 10 s to 6 h
     * @return this builder
     */
    public DurableOperationBuilder lease(Duration time) {
        notNull(time, "lease");
        if (time.compareTo(MIN_LEASE) < 0 || time.compareTo(MAX_LEASE) > 0) {
            problems.add("lease: " + time + " is out of range: use PT10S to PT6H");
        }
        this.lease = time;
        return this;
    }

    /**
     * Sets how long runs are kept after their end, so that the same key does not start another operation. Default: 7 days.
     *
     * @param time zero or more
     * @return this builder
     */
    public DurableOperationBuilder retention(Duration time) {
        if (notNull(time, "retention").isNegative()) {
            problems.add("retention: " + time + " is negative");
        }
        this.retention = time;
        return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener receives each change of a run
     * @return this builder
     */
    public DurableOperationBuilder listener(RunListener listener) {
        listeners.add(notNull(listener, "listener"));
        return this;
    }

    /**
     * Builds the durable operation, without starting its thread.
     *
     * @return the durable operation
     * @throws InvalidDefinitionException if a setting is invalid, or the store has runs with the name of this operation by another
     *     connection
     */
    public DurableOperation build() {
        String name = id == null ? operation.name() : id;
        List<String> all = new ArrayList<>(problems);
        HttpConnection service = connection;
        if (service == null) {
            all.add("connection: it is missing: set the connection that sends the requests");
        }
        if (name.isEmpty()) {
            all.add("id: it is empty: give the operation a name, or set an id");
        }
        Duration startTimeout = operation.definition().startTimeout();
        if (startTimeout != null && startTimeout.compareTo(lease) >= 0) {
            all.add("lease: it must be longer than the timeout of the start, " + startTimeout);
        }
        if (!all.isEmpty() || service == null) {
            throw new InvalidDefinitionException("durable operation \"" + name + "\"", all);
        }
        RunPlanner planner =
                new RunPlanner(operation.definition(), UUID.randomUUID().toString(), lease, delivery != null);
        RunStore runs = new RunStore(store, name, retention, service.timeSource(), service.name(), id != null);
        runs.checkConnection();
        return new DurableOperation(name, operation.definition(), service, runs, planner, delivery, pills, listeners);
    }
}
