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
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.TriggerRepository.Row;
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
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls on many machines: each trigger on one of them at a time, whichever has a thread free when it is due. What a machine that dies
 * was polling is polled by another. Who does what is decided by
 * <a href="https://github.com/kagkarlsson/db-scheduler">db-scheduler</a>.
 *
 * <pre>{@code
 * // On each machine:
 * ClusteredPolling polling = ClusteredPolling.on(dataSource)
 *         .start((id, definition) -> PollingTrigger.named(id)
 *                 .definition(definition)
 *                 .connection(connections.of(id))
 *                 .handler(event -> leads.add(event.payload())));
 *
 * // On any, while they run:
 * polling.put("leads of ACME", definition);
 * polling.pause("leads of ACME");
 * }</pre>
 *
 * <p>Safe for many threads.
 */
public final class ClusteredPolling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusteredPolling.class);
    private static final String TASK = "poll";
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration AFTER_BAD_DEFINITION = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Row GONE = new Row("", "", 0, TriggerRepository.PAUSED, Instant.EPOCH);

    private final TriggerFactory factory;
    private final DatabaseClock time;
    private final PollingEngine engine;
    private final TriggerRepository table;
    private final Database database;
    private final StateStore store;
    private final Scheduler scheduler;
    private final Map<CurrentlyExecuting, PollingTrigger> running = new ConcurrentHashMap<>();

    /** What a trigger of the cluster is doing. */
    public enum State {
        /** It polls when it is due. */
        RUNNING,
        /** It waits for {@link #resume}. */
        PAUSED,
        /** Its credentials are of no use any more: somebody must give them anew, and {@link #resume} it. */
        AUTHORIZATION_NEEDED
    }

    /**
     * A trigger of the cluster, at one moment.
     *
     * @param id its id
     * @param definition as it was put
     * @param state what it does
     * @param next when it polls next, or when the poll that runs was due; null when it is not running
     * @param node which machine polls it now; null when none does
     * @param failures how many polls have failed in a row
     * @param lastSuccess when a poll came to its end for the last time; null when none has
     * @param lastFailure when a poll failed for the last time; null when none has
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
            DataSource dataSource, String prefix, ClusterHeartbeat pulse, int threads, TriggerFactory factory) {
        this.database = new Database(dataSource, prefix);
        this.factory = factory;
        this.time = new DatabaseClock(database, TimeSource.SYSTEM);
        this.table = new TriggerRepository(database, TASK);
        this.store = new JdbcStateStore(database);
        CustomTask<Void> poll = Tasks.custom(TASK, Void.class)
                .onFailure(new OnFailureRetryLater<>(AFTER_FAILURE))
                .onDeadExecutionRevive()
                .execute(this::poll);
        this.scheduler = pulse.scheduler(database, "$trigger_task", threads, time, poll, List.of(), this::late);
        this.engine = PollingEngine.create(1, time);
    }

    /**
     * Begins to describe how this machine takes part.
     *
     * @param dataSource gives connections: one for each thread, and 4 more
     * @return a builder
     */
    public static ClusteredPollingBuilder on(DataSource dataSource) {
        return new ClusteredPollingBuilder(dataSource);
    }

    ClusteredPolling begin() {
        scheduler.start();
        return this;
    }

    /**
     * Adds a trigger, or changes its definition. A new one polls as its schedule says, a changed one no later than that; one that is
     * paused stays so.
     *
     * @param id the id of the trigger
     * @param definition what the factory makes it of: no secrets
     * @throws InvalidDefinitionException when no trigger can be made of it: then nothing has changed
     * @throws ConnectorException when it has no schedule
     * @throws io.httpconnector.state.StateException when it can't be stored
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

    private static void check(boolean good, String otherwise) {
        if (!good) {
            throw new InvalidDefinitionException("trigger", List.of(otherwise));
        }
    }

    private PollingTrigger create(String id, JsonNode definition, StateStore where) {
        PollingTriggerBuilder builder = factory.create(id, definition);
        if (builder == null) {
            throw new InvalidDefinitionException("trigger \"" + id + "\"", List.of("the factory has made none of it"));
        }
        PollingTrigger trigger = builder.store(where).engine(engine).build();
        if (!trigger.id().equals(id)) {
            throw new InvalidDefinitionException(
                    "trigger \"" + id + "\"",
                    List.of("the factory has made \"" + trigger.id() + "\": use PollingTrigger.named(id)"));
        }
        return trigger;
    }

    /**
     * Lets a trigger poll no more until it is resumed. A poll that runs goes on.
     *
     * @param id the id of the trigger
     * @return whether there is one
     */
    public boolean pause(String id) {
        check(id != null, "the id is null");
        return table.state(id, TriggerRepository.PAUSED, time.now());
    }

    /**
     * Ends a pause, or begins again with new credentials: the trigger polls at once.
     *
     * @param id the id of the trigger
     * @return whether there is one
     */
    public boolean resume(String id) {
        check(id != null, "the id is null");
        boolean resumed = table.state(id, TriggerRepository.RUNNING, time.now());
        scheduler.triggerCheckForDueExecutions();
        return resumed;
    }

    /**
     * Removes a trigger, and what it remembers of the records it has seen. A poll that runs ends with its next page.
     *
     * @param id the id of the trigger
     * @return whether there was one
     */
    public boolean remove(String id) {
        check(id != null, "the id is null");
        return table.remove(id);
    }

    /**
     * All triggers of the cluster.
     *
     * @return by their ids
     */
    public List<Status> list() {
        return table.list().stream().map(ClusteredPolling::status).toList();
    }

    private static Status status(TriggerRepository.Listed listed) {
        State state = switch (listed.row().state()) {
            case TriggerRepository.RUNNING -> State.RUNNING;
            case TriggerRepository.PAUSED -> State.PAUSED;
            default -> State.AUTHORIZATION_NEEDED;
        };
        return new Status(
                listed.row().id(),
                JsonSupport.parse(listed.row().definition()),
                state,
                state == State.RUNNING ? listed.next() : null,
                listed.machine(),
                listed.failures(),
                listed.lastSuccess(),
                listed.lastFailure());
    }

    /**
     * Does something with a trigger as it is, such as to replay its dead letters; best while it is paused, since of two who write its
     * state at the same time one is refused.
     *
     * @param id the id of the trigger
     * @param work what to do; the trigger is closed afterwards
     * @param <T> what comes of it
     * @return what came of it; empty when there is no such trigger
     */
    public <T> Optional<T> with(String id, Function<PollingTrigger, T> work) {
        check(id != null && work != null, "the id or the work is null");
        // Beside the one that polls on this machine.
        StateStore own = new JdbcStateStore(database);
        return table.find(Database.key(id)).map(row -> {
            try (PollingTrigger trigger = create(row.id(), JsonSupport.parse(row.definition()), own)) {
                // Reads the state; when it is a new one, it may be refused to write that it is there.
                var unused = Database.retryOnConflict(trigger::deadLetters);
                return work.apply(trigger);
            }
        });
    }

    /** The next poll is planned in one transaction with what others do to the trigger, and therefore not by the scheduler. */
    private CompletionHandler<Void> poll(TaskInstance<Void> instance, ExecutionContext context) {
        String key = instance.getId();
        long version = context.getExecution().version;
        Row row = table.find(key).orElse(GONE);
        boolean due = row.state().equals(TriggerRepository.RUNNING);
        PlannedPoll next = due
                ? poll(context.getCurrentlyExecuting(), row)
                : new PlannedPoll(row.planned(), time.now(), context.getExecution().consecutiveFailures, false);
        return (complete, operations) -> table.plan(key, version, row, due, next, time.now());
    }

    private PlannedPoll poll(CurrentlyExecuting execution, Row row) {
        int failures = execution.getExecution().consecutiveFailures;
        try (PollingTrigger trigger = create(row.id(), JsonSupport.parse(row.definition()), store)) {
            running.put(execution, trigger);
            try {
                return trigger.pollPlanned(row.planned(), failures);
            } finally {
                running.remove(execution);
            }
        } catch (ConnectorException e) {
            // Such as a definition that this version of the application doesn't know any more.
            LOG.warn("\"{}\" can't poll", row.id(), e);
            return new PlannedPoll(row.planned(), time.now().plus(AFTER_BAD_DEFINITION), failures + 1, false);
        }
    }

    /** Others may poll, so that this machine begins no more events; the one that it handles may end. */
    private void late(CurrentlyExecuting execution) {
        PollingTrigger trigger = running.remove(execution);
        if (trigger != null) {
            LOG.warn(
                    "\"{}\" may be polled by others, who have not heard of this machine: it ends its poll",
                    trigger.id());
            stop(trigger, GRACE);
        }
    }

    private static void stop(PollingTrigger trigger, Duration deadline) {
        Thread thread = new Thread(() -> trigger.stop(deadline), "http-connector-stop-" + trigger.id());
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes part no more. Polls that run end after the events that are being handled; after 10 seconds these are interrupted. */
    @Override
    public void close() {
        running.values().forEach(trigger -> stop(trigger, GRACE));
        scheduler.stop();
        engine.close();
    }
}
