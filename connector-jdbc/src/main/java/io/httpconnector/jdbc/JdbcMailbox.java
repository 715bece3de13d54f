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
import io.httpconnector.jdbc.InboxRepository.Next;
import io.httpconnector.jdbc.InboxRepository.Row;
import io.httpconnector.jdbc.InboxRepository.Waiting;
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

/** Stores events in a table, and works on those that wait, together with the other processes that do so. */
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

    private final Settings terms;
    private final long mostEvents;
    private final DatabaseClock time;
    private final InboxRepository table;
    private final GroupCommit<Row> adding;
    private final Scheduler scheduler;
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();

    JdbcMailbox(Database database, ClusterHeartbeat pulse, long mostEvents, Settings terms) {
        this.terms = terms;
        this.mostEvents = mostEvents;
        this.time = new DatabaseClock(database, terms.time());
        String task = "webhook " + terms.receiver();
        this.table = new InboxRepository(database, terms.receiver(), task);
        this.adding = new GroupCommit<>(this::store);
        CustomTask<Void> work = Tasks.custom(task, Void.class)
                .onFailure(new OnFailureRetryLater<>(AFTER_FAILURE))
                .onDeadExecutionRevive()
                .execute(this::work);
        RecurringTask<Void> forget = Tasks.recurring("forget " + terms.receiver(), FixedDelay.of(FORGET))
                .execute((instance, context) -> table.forget(time.now().minus(terms.window())));
        kept.set(table.kept());
        counted.set(time.nanos());
        this.scheduler = pulse.scheduler(
                database, "$inbox_task", terms.delivery().concurrency(), time, work, List.of(forget), late -> {});
        LOG.info("{}: {} events wait or are dead", terms.receiver(), kept.get());
    }

    /** Begins to work on what waits. */
    JdbcMailbox begin() {
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
        if (!room(events.size(), timeout)) {
            LOG.warn("{}: the inbox is full: {} events wait or are dead", terms.receiver(), mostEvents);
            return false;
        }
        List<Row> rows = events.stream().map(Row::of).toList();
        if (H2.isHeldUp()) {
            // Within a transaction of this thread, which others wait for.
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

    /** What there is, is counted now and then only, by one who then waits; in between, what this process adds. */
    private boolean room(int more, Duration timeout) {
        long last = counted.get();
        long now = time.nanos();
        Duration every = kept.get() > mostEvents / 2 ? COUNT_NEAR_FULL : COUNT;
        if (now - last >= every.toNanos() && counted.compareAndSet(last, now)) {
            kept.set(H2.isHeldUp() ? table.kept() : adding.call(table::kept, timeout));
        }
        if (kept.get() + more > mostEvents) {
            return false;
        }
        kept.addAndGet(more);
        return true;
    }

    private CompletionHandler<Void> work(TaskInstance<Void> instance, ExecutionContext context) {
        String turn = instance.getId();
        long version = context.getExecution().version;
        for (int i = 0; i < MAX_IN_A_ROW && !context.getSchedulerState().isShuttingDown(); i++) {
            Optional<Waiting> first = table.first(turn);
            if (first.isEmpty()) {
                if (table.end(turn, version) != Next.EVENT) {
                    return (complete, operations) -> {};
                }
                continue;
            }
            if (ClusterHeartbeat.seemsDead(context.getCurrentlyExecuting())) {
                // Such as after it was frozen: another one may be at it.
                return (complete, operations) -> {};
            }
            TriggerEvent event = first.get().event();
            int number = first.get().attempts() + 1;
            AttemptResult attempted = terms.delivery().attempt(List.of(event), number, time);
            Next next = settled(context, () -> switch (attempted.outcome()) {
                case HANDLED -> table.done(turn, version, event.id(), time.now());
                case DEAD_LETTER -> table.dead(turn, version, attempted.deadLetters().get(0));
                case RETRY -> table.failed(turn, version, event.id(), number);
                case INTERRUPTED -> Next.EVENT;
            });
            if (next != Next.EVENT) {
                return (complete, operations) -> {};
            }
            if (attempted.outcome() == AttemptResult.Outcome.RETRY) {
                return again(attempted.backoff());
            }
            if (Thread.interrupted()) {
                // It is being closed, or the handler has interrupted itself.
                return again(PAUSE);
            }
        }
        return again(Duration.ZERO);
    }

    /**
     * Stores what became of an event, as soon as the database does so: nothing else is handled before, or it would come again. Until
     * the process seems to be dead, when another one has taken the turn.
     */
    private Next settled(ExecutionContext context, Supplier<Next> settle) {
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
                LOG.warn("{}: what became of an event could not be stored, it is tried again", terms.receiver(), e);
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
        return (int) Math.min(Integer.MAX_VALUE, table.waiting());
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
