package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler.OnFailureRetryLater;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.InboxRepository.NextStep;
import io.httpconnector.jdbc.InboxRepository.PendingEvent;
import io.httpconnector.jdbc.InboxRepository.Row;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mailbox in a table, whose pending events are handled by all nodes together. */
final class JdbcMailbox implements Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger(JdbcMailbox.class);
    private static final Duration COUNT = Duration.ofSeconds(10);
    private static final Duration COUNT_NEAR_FULL = Duration.ofSeconds(1);
    private static final Duration FORGET = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration FOREVER = Duration.ofDays(3660);
    private static final Duration SETTLE_AGAIN = Duration.ofMillis(100);
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final int MAX_IN_A_ROW = 100;

    private final Settings settings;
    private final long maxEvents;
    private final DatabaseClock time;
    private final InboxRepository table;
    private final GroupCommit<Row> adding;
    private final Scheduler scheduler;
    private final AtomicLong countedAt = new AtomicLong();
    private final AtomicLong storedCount = new AtomicLong();

    JdbcMailbox(Database database, ClusterHeartbeat heartbeat, long maxEvents, Settings settings) {
        this.settings = settings;
        this.maxEvents = maxEvents;
        this.time = new DatabaseClock(database, settings.time());
        String task = "webhook " + settings.receiver();
        this.table = new InboxRepository(database, settings.receiver(), task);
        this.adding = new GroupCommit<>(this::store);
        CustomTask<Void> work = Tasks.custom(task, Void.class)
                .onFailure(new OnFailureRetryLater<>(AFTER_FAILURE))
                .onDeadExecutionRevive()
                .execute(this::work);
        RecurringTask<Void> forget = Tasks.recurring("forget " + settings.receiver(), FixedDelay.of(FORGET))
                .execute(
                        (instance, context) -> table.deleteDoneBefore(time.now().minus(settings.window())));
        storedCount.set(table.storedCount());
        countedAt.set(time.nanos());
        this.scheduler = heartbeat.scheduler(
                database, "$inbox_task", settings.delivery().concurrency(), time, work, List.of(forget), late -> {});
        LOG.info("{}: {} pending or dead-lettered events", settings.receiver(), storedCount.get());
    }

    /** Starts to handle pending events. */
    JdbcMailbox start() {
        scheduler.start();
        return this;
    }

    @Override
    public boolean put(List<TriggerEvent> events) {
        return put(events, FOREVER);
    }

    @Override
    public boolean put(List<TriggerEvent> events, Duration timeout) {
        if (events.isEmpty()) {
            return true;
        }
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        if (!reserveCapacity(events.size(), timeout)) {
            LOG.warn("{}: the inbox is full: {} pending or dead-lettered events", settings.receiver(), maxEvents);
            return false;
        }
        List<Row> rows = events.stream().map(Row::of).toList();
        if (H2.isHeldByThisThread()) {
            // Within a transaction of this thread, for which others wait.
            store(rows);
        } else {
            adding.add(rows, Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos())));
        }
        return true;
    }

    private void store(List<Row> rows) {
        table.add(rows, time.now());
        scheduler.triggerCheckForDueExecutions();
    }

    /**
     * Checks the capacity. Stored events are counted only now and then, by one thread that waits for the result; in between, the
     * events added by this node are added up.
     */
    private boolean reserveCapacity(int more, Duration timeout) {
        long last = countedAt.get();
        long now = time.nanos();
        Duration every = storedCount.get() > maxEvents / 2 ? COUNT_NEAR_FULL : COUNT;
        if (now - last >= every.toNanos() && countedAt.compareAndSet(last, now)) {
            storedCount.set(H2.isHeldByThisThread() ? table.storedCount() : adding.call(table::storedCount, timeout));
        }
        if (storedCount.get() + more > maxEvents) {
            return false;
        }
        storedCount.addAndGet(more);
        return true;
    }

    private CompletionHandler<Void> work(TaskInstance<Void> instance, ExecutionContext context) {
        String turn = instance.getId();
        long version = context.getExecution().version;
        for (int i = 0; i < MAX_IN_A_ROW && !context.getSchedulerState().isShuttingDown(); i++) {
            Optional<PendingEvent> first = table.first(turn);
            if (first.isEmpty()) {
                if (table.end(turn, version) != NextStep.EVENT) {
                    return (complete, operations) -> {};
                }
                continue;
            }
            if (ClusterHeartbeat.seemsDead(context.getCurrentlyExecuting())) {
                // For example after a freeze: another node may be handling it.
                return (complete, operations) -> {};
            }
            TriggerEvent event = first.get().event();
            int number = first.get().attempts() + 1;
            AttemptResult attempted = settings.delivery().attempt(List.of(event), number, time);
            NextStep next = storeResult(context, () -> switch (attempted.outcome()) {
                case HANDLED -> table.done(turn, version, event.id(), time.now());
                case DEAD_LETTER ->
                    table.dead(turn, version, attempted.deadLetters().get(0));
                case RETRY -> table.failed(turn, version, event.id(), number);
                case INTERRUPTED -> NextStep.EVENT;
            });
            if (next != NextStep.EVENT) {
                return (complete, operations) -> {};
            }
            if (attempted.outcome() == AttemptResult.Outcome.RETRY) {
                return again(attempted.backoff());
            }
            if (Thread.interrupted()) {
                // The mailbox is being closed, or the handler has interrupted itself.
                return again(PAUSE);
            }
        }
        return again(Duration.ZERO);
    }

    /**
     * Stores the result of an attempt, retrying until the database accepts it: no other event is handled before, or the event
     * would be repeated. Ends when this node seems to be dead, because another node has then taken over the turn.
     */
    private NextStep storeResult(ExecutionContext context, Supplier<NextStep> settle) {
        Duration pause = SETTLE_AGAIN;
        while (true) {
            try {
                return settle.get();
            } catch (StateException e) {
                boolean ends = context.getSchedulerState().isShuttingDown()
                        || ClusterHeartbeat.seemsDead(context.getCurrentlyExecuting())
                        || !paused(pause);
                if (ends) {
                    throw e;
                }
                LOG.warn("{}: the result of an event could not be stored and is retried", settings.receiver(), e);
                pause = pause.compareTo(PAUSE) < 0 ? pause.multipliedBy(2) : pause;
            }
        }
    }

    private static boolean paused(Duration pause) {
        try {
            boolean unused = TimeSource.SYSTEM.await(NEVER, pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private CompletionHandler<Void> again(Duration wait) {
        return (complete, operations) ->
                operations.reschedule(complete, time.now().plus(wait));
    }

    @Override
    public int pendingCount() {
        return (int) Math.min(Integer.MAX_VALUE, table.pendingCount());
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return table.deadLetters();
    }

    @Override
    public boolean replay(String id) {
        boolean replayed = table.replay(id, time.now());
        scheduler.triggerCheckForDueExecutions();
        return replayed;
    }

    @Override
    public boolean discard(String id) {
        return table.discard(id, time.now());
    }

    @Override
    public void close() {
        scheduler.stop();
    }
}
