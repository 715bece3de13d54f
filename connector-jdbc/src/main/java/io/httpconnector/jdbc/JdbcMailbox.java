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
import io.httpconnector.jdbc.InboxTable.Next;
import io.httpconnector.jdbc.InboxTable.Row;
import io.httpconnector.jdbc.InboxTable.Waiting;
import io.httpconnector.trigger.Attempted;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Terms;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
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
    private static final int MOST_IN_A_ROW = 100;

    private final Terms terms;
    private final long mostEvents;
    private final ClusterTime time;
    private final InboxTable table;
    private final Together<Row> adding;
    private final Scheduler scheduler;
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();

    JdbcMailbox(Database database, Pulse pulse, long mostEvents, Terms terms) {
        this.terms = terms;
        this.mostEvents = mostEvents;
        this.time = new ClusterTime(database, terms.time());
        String task = "webhook " + terms.receiver();
        this.table = new InboxTable(database, terms.receiver(), task);
        this.adding = new Together<>(this::store);
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
        if (events.isEmpty()) {
            return true;
        }
        if (!room(events.size())) {
            LOG.warn("{}: the inbox is full: {} events wait or are dead", terms.receiver(), mostEvents);
            return false;
        }
        List<Row> rows = events.stream().map(Row::of).toList();
        if (H2.isHeldUp()) {
            store(rows);
        } else {
            adding.add(rows);
        }
        return true;
    }

    private void store(List<Row> rows) {
        table.add(rows, time.now());
        scheduler.triggerCheckForDueExecutions();
    }

    /** What there is, is counted now and then only, by one who then waits; in between, what this process adds. */
    private boolean room(int more) {
        long last = counted.get();
        long now = time.nanos();
        Duration every = kept.get() > mostEvents / 2 ? COUNT_NEAR_FULL : COUNT;
        if (now - last >= every.toNanos() && counted.compareAndSet(last, now)) {
            kept.set(table.kept());
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
        for (int i = 0; i < MOST_IN_A_ROW && !context.getSchedulerState().isShuttingDown(); i++) {
            Optional<Waiting> first = table.first(turn);
            if (first.isEmpty()) {
                if (table.end(turn, version) != Next.EVENT) {
                    return (complete, operations) -> {};
                }
                continue;
            }
            if (Pulse.seemsDead(context.getCurrentlyExecuting())) {
                // Such as after it was frozen: another one may be at it.
                return (complete, operations) -> {};
            }
            TriggerEvent event = first.get().event();
            int number = first.get().attempts() + 1;
            Attempted attempted = terms.delivery().attempt(List.of(event), number, time);
            Next next = switch (attempted.end()) {
                case HANDLED -> table.done(turn, version, event.id(), time.now());
                case DEAD -> table.dead(turn, version, attempted.dead().get(0));
                case AGAIN -> table.failed(turn, version, event.id(), number);
                case INTERRUPTED -> Next.EVENT;
            };
            if (next != Next.EVENT) {
                return (complete, operations) -> {};
            }
            if (attempted.end() == Attempted.End.AGAIN) {
                return again(attempted.backoff());
            }
            if (Thread.interrupted()) {
                // It is being closed, or the handler has interrupted itself.
                return again(PAUSE);
            }
        }
        return again(Duration.ZERO);
    }

    private CompletionHandler<Void> again(Duration wait) {
        return (complete, operations) ->
                operations.reschedule(complete, time.now().plus(wait));
    }

    @Override
    public int waiting() {
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
