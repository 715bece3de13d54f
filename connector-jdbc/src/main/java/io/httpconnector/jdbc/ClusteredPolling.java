package io.httpconnector.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler.OnFailureRetryLater;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.DefinitionParser;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.jdbc.TriggerRepository.Row;
import io.httpconnector.jdbc.TriggerRepository.StoredState;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clustered polling: each trigger is polled by one node at a time, whichever has a free thread when it is due. If a node dies,
 * another node takes over its triggers. Work is distributed by <a
 * href="https://github.com/kagkarlsson/db-scheduler">db-scheduler</a>.
 *
 * <pre>{@code
 * // On each node:
 * ClusteredPolling polling = ClusteredPolling.on(dataSource)
 *         .start((id, definition) -> PollingTrigger.named(id)
 *                 .definition(definition)
 *                 .connection(connections.of(id))
 *                 .handler(event -> leads.add(event.payload())));
 *
 * // On any node, at any time:
 * polling.put("leads of ACME", definition);
 * polling.pause("leads of ACME");
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class ClusteredPolling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusteredPolling.class);
    static final String TASK = "poll";
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration AFTER_BAD_DEFINITION = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Row REMOVED = new Row("", "", 0, StoredState.PAUSED, Instant.EPOCH);

    private final TriggerFactory factory;
    private final DatabaseClock time;
    private final PollingEngine engine;
    private final TriggerRepository table;
    private final Database database;
    private final StateStore store;
    private final PollExclusion exclusion;
    private final Scheduler scheduler;
    private final Map<CurrentlyExecuting, PollingTrigger> running = new ConcurrentHashMap<>();

    /** The state of a trigger of the cluster. */
    public enum State {
        /** The trigger polls when it is due. */
        RUNNING,
        /** The trigger is paused until {@link #resume}. */
        PAUSED,
        /** The credentials of the trigger are no longer valid: renew the authorization, then {@link #resume} it. */
        AUTHORIZATION_NEEDED
    }

    /**
     * A snapshot of a trigger of the cluster.
     *
     * @param id its id
     * @param definition the definition
     * @param state the state
     * @param next the time of the next poll, or the due time of the poll in progress; null if the trigger is not running
     * @param node the node that is polling it; null if none is
     * @param failures the number of consecutive failed polls
     * @param lastSuccess the time at which a poll last succeeded; null if none has
     * @param lastFailure the time at which a poll last failed; null if none has
     */
    public record Status(
            String id,
            JsonNode definition,
            State state,
            @Nullable Instant next,
            @Nullable String node,
            int failures,
            @Nullable Instant lastSuccess,
            @Nullable Instant lastFailure) {}

    ClusteredPolling(
            DataSource dataSource,
            String prefix,
            ClusterHeartbeat heartbeat,
            int threads,
            boolean isVirtual,
            String task,
            TriggerFactory factory) {
        this.database = new Database(dataSource, prefix);
        this.factory = factory;
        this.time = new DatabaseClock(database, TimeSource.SYSTEM);
        this.table = new TriggerRepository(database, task);
        this.store = new JdbcStateStore(database);
        this.exclusion = new PollExclusion(database);
        CustomTask<Void> poll = Tasks.custom(task, Void.class)
                .onFailure(new OnFailureRetryLater<>(AFTER_FAILURE))
                .onDeadExecution(ClusterHeartbeat.revived(time))
                .execute(this::poll);
        this.scheduler = heartbeat.scheduler(database, "$trigger_task", time, poll, new PollHousekeeping(), builder -> {
            builder.threads(threads);
            ExecutorService virtual = isVirtual ? DefaultExecutors.newVirtualThreadsOrNull() : null;
            return virtual == null ? builder : builder.executorService(virtual);
        });
        this.engine = PollingEngine.create(1, time);
    }

    /**
     * Creates a builder for the participation of this node.
     *
     * @param dataSource provides connections: one for each thread, and 4 more
     * @return a builder
     */
    public static ClusteredPollingBuilder on(DataSource dataSource) {
        return new ClusteredPollingBuilder(dataSource);
    }

    ClusteredPolling start() {
        scheduler.start();
        return this;
    }

    /**
     * Adds a trigger or changes its definition. A new trigger polls by its schedule; one that was changed, or whose last poll
     * failed, no later than that; a paused one remains paused. An equal definition changes nothing else, so that each node can
     * add all triggers when it starts.
     *
     * @param id the id of the trigger
     * @param definition the definition, which is passed to the factory; without secrets
     * @throws InvalidDefinitionException if the definition is invalid; then nothing is changed
     * @throws ConnectorException if the trigger has no schedule
     * @throws io.httpconnector.state.StateException if the trigger cannot be stored
     */
    public void put(String id, JsonNode definition) {
        check(id != null && !id.isBlank() && definition != null, "the id is empty, or the definition is null");
        PlannedPoll first;
        try (PollingTrigger trigger = create(id, definition, store)) {
            first = trigger.firstPlanned();
        }
        table.put(id, definition.toString(), first);
        scheduler.triggerCheckForDueExecutions();
    }

    private static void check(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("trigger", List.of(problem));
        }
    }

    private PollingTrigger create(String id, JsonNode definition, StateStore where) {
        PollingTriggerBuilder builder = factory.create(id, definition);
        if (builder == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", List.of("the factory returned null"));
        }
        PollingTrigger trigger = builder.store(where).engine(engine).build();
        if (!trigger.id().equals(id)) {
            throw new InvalidDefinitionException(
                    "trigger \"" + id + "\"",
                    List.of("the factory returned \"" + trigger.id() + "\": use PollingTrigger.named(id)"));
        }
        return trigger;
    }

    /**
     * Pauses a trigger until it is resumed. A poll in progress continues.
     *
     * @param id the id of the trigger
     * @return whether the trigger exists
     */
    public boolean pause(String id) {
        check(id != null, "the id is null");
        return table.setState(id, StoredState.PAUSED, time.now());
    }

    /**
     * Resumes a trigger after a pause or with new credentials: it polls immediately.
     *
     * @param id the id of the trigger
     * @return whether the trigger exists
     */
    public boolean resume(String id) {
        check(id != null, "the id is null");
        boolean resumed = table.setState(id, StoredState.RUNNING, time.now());
        scheduler.triggerCheckForDueExecutions();
        return resumed;
    }

    /**
     * Requests a poll as soon as possible, on any node; without waiting for it. While a poll is running, another one follows it. A trigger
     * that is paused or needs an authorization does not poll.
     *
     * @param id the id of the trigger
     * @return whether the trigger exists and polls
     */
    public boolean pollNow(String id) {
        check(id != null, "the id is null");
        boolean requested = table.pollNow(id, time.now());
        scheduler.triggerCheckForDueExecutions();
        return requested;
    }

    /**
     * Removes a trigger and its state. A poll in progress ends with its next page.
     *
     * @param id the id of the trigger
     * @return whether the trigger existed
     */
    public boolean remove(String id) {
        check(id != null, "the id is null");
        return table.remove(id);
    }

    /**
     * Returns all triggers of the cluster.
     *
     * @return the triggers, ordered by id
     */
    public List<Status> list() {
        return table.list().stream().map(ClusteredPolling::status).toList();
    }

    private static Status status(TriggerRepository.ScheduledTrigger listed) {
        State state = switch (listed.row().state()) {
            case RUNNING -> State.RUNNING;
            case PAUSED -> State.PAUSED;
            case AUTHORIZATION_NEEDED -> State.AUTHORIZATION_NEEDED;
        };
        return new Status(
                listed.row().id(),
                JsonSupport.parse(listed.row().definition()),
                state,
                state == State.RUNNING ? listed.next() : null,
                listed.node(),
                listed.failures(),
                listed.lastSuccess(),
                listed.lastFailure());
    }

    /**
     * Executes an action with a trigger, such as replaying its dead letters; preferably while the trigger is paused, because of
     * two concurrent writes of its state, one is rejected.
     *
     * @param id the id of the trigger
     * @param work the action; the trigger is closed afterwards
     * @param <T> the type of the result
     * @return the result; empty if the trigger does not exist
     */
    public <T> Optional<T> with(String id, Function<PollingTrigger, T> work) {
        check(id != null && work != null, "the id or the work is null");
        // Independent of the trigger that polls on this node.
        StateStore store = new JdbcStateStore(database);
        return table.find(Database.key(id)).map(row -> {
            try (PollingTrigger trigger =
                    create(row.id(), DefinitionParser.parse("trigger", row.definition()), store)) {
                // Reads the state; the first write of a new state may conflict.
                var unused = Database.retryOnConflict(trigger::deadLetters);
                return work.apply(trigger);
            }
        });
    }

    /**
     * Executes a push of records that this node has received while no node polls the trigger, see {@code
     * HybridTriggerBuilder.pollElsewhere}. Otherwise, the poll would find that its state has changed, and would have to be repeated. If
     * the poll takes longer than 30 seconds, the push does not wait for its end.
     *
     * @param id the id of the trigger
     * @param push the push
     */
    public void betweenPolls(String id, Runnable push) {
        check(id != null && push != null, "the id or the push is null");
        boolean unused = exclusion.execute(id, PollExclusion.PUSH_TIMEOUT, () -> {
            push.run();
            return true;
        });
    }

    /** Plans the next poll in one transaction with concurrent changes of the trigger, and therefore not by the scheduler. */
    private CompletionHandler<Void> poll(TaskInstance<Void> instance, ExecutionContext context) {
        String key = instance.getId();
        long version = context.getExecution().version;
        Row row = table.find(key).orElse(REMOVED);
        boolean due = row.state() == StoredState.RUNNING;
        PlannedPoll next = due
                ? poll(context.getCurrentlyExecuting(), row)
                : new PlannedPoll(row.planned(), time.now(), context.getExecution().consecutiveFailures, false);
        return (complete, operations) -> table.plan(key, version, row, due, next, time.now());
    }

    private PlannedPoll poll(CurrentlyExecuting execution, Row row) {
        int failures = execution.getExecution().consecutiveFailures;
        try (PollingTrigger trigger = create(row.id(), DefinitionParser.parse("trigger", row.definition()), store)) {
            running.put(execution, trigger);
            try {
                Supplier<PlannedPoll> work = () -> trigger.pollPlanned(row.planned(), failures);
                return trigger.acceptsPushes()
                        ? exclusion.execute(row.id(), PollExclusion.POLL_TIMEOUT, work)
                        : work.get();
            } finally {
                running.remove(execution);
            }
        } catch (ConnectorException e) {
            // For example, a definition that this version of the application no longer supports.
            LOG.warn("\"{}\" cannot poll", row.id(), e);
            return new PlannedPoll(row.planned(), time.now().plus(AFTER_BAD_DEFINITION), failures + 1, false);
        }
    }

    /** Watches polls that other nodes may have taken over, and plans again what was planned while the clock was wrong. */
    private final class PollHousekeeping implements ClusterHeartbeat.Housekeeping {

        private final MisplannedTasks misplanned = new MisplannedTasks(database, "$trigger_task", time, table);

        @Override
        public void maintain() {
            boolean unused = misplanned.correctPeriodically();
        }

        @Override
        public void watch(Scheduler scheduler) {
            scheduler.getCurrentlyExecuting().stream()
                    .filter(ClusterHeartbeat::seemsDead)
                    .forEach(ClusteredPolling.this::late);
        }
    }

    /** Ends a poll that other nodes may have taken over: no more events are started, but a running handler may finish. */
    private void late(CurrentlyExecuting execution) {
        PollingTrigger trigger = running.remove(execution);
        if (trigger != null) {
            LOG.warn(
                    "\"{}\" may have been taken over by another node, because the heartbeats of this node are missing:"
                            + " its poll ends here",
                    trigger.id());
            stop(trigger, GRACE);
        }
    }

    private static void stop(PollingTrigger trigger, Duration deadline) {
        Thread thread = new Thread(() -> trigger.stop(deadline), "http-connector-stop-" + trigger.id());
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Leaves the cluster. Polls in progress end after the events that are being handled; after 10 seconds these are interrupted.
     */
    @Override
    public void close() {
        running.values().forEach(trigger -> stop(trigger, GRACE));
        scheduler.stop();
        engine.close();
    }
}
