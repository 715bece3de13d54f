package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.InboxMember.RunningTurn;
import io.httpconnector.jdbc.InboxNode.NodeSettings;
import io.httpconnector.jdbc.InboxRepository.NextStep;
import io.httpconnector.jdbc.InboxRepository.PendingEvent;
import io.httpconnector.state.StateException;
import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.time.Instant;
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
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** A service that a handler calls may ask for a delay of an hour. */
    private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    private static final Duration MARGIN = Duration.ofMinutes(2);
    private static final Duration FOREVER = Duration.ofDays(3660);
    private static final Duration SETTLE_AGAIN = Duration.ofMillis(100);
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final int MAX_IN_A_ROW = 100;

    /** Counting a full inbox takes at most a twentieth of the time, unless that would be too rare. */
    private static final int MAX_SHARE_OF_COUNTING = 20;

    private final Settings settings;
    private final long maxEvents;
    private final Database database;
    private final InboxRepository table;
    private final InboxMember member;
    private final InboxNode node;
    private final DatabaseClock time;
    private final GroupCommit<InboxRow> adding;
    private final AtomicLong countedAt = new AtomicLong();
    private final AtomicLong countingTime = new AtomicLong();
    private final AtomicLong storedCount = new AtomicLong();

    JdbcMailbox(Database database, ClusterHeartbeat heartbeat, long maxEvents, Settings settings) {
        this.settings = settings;
        this.maxEvents = maxEvents;
        this.database = database;
        this.table = new InboxRepository(database, settings.receiver());
        storedCount.set(table.storedCount());
        this.member = new InboxMember(
                table.receiver(),
                settings.delivery().concurrency(),
                maxBackoff(settings).plus(MARGIN),
                settings.window(),
                this::handle);
        this.node = InboxNode.join(database, new NodeSettings(database.sql("$"), heartbeat, settings.time()), member);
        this.time = node.time();
        this.adding = new GroupCommit<>(node::store, node.storing());
        countedAt.set(time.nanos());
        LOG.info("{}: {} pending or dead-lettered events", settings.receiver(), storedCount.get());
    }

    /** Starts to handle pending events. */
    JdbcMailbox start() {
        node.open(member);
        return this;
    }

    private static Duration maxBackoff(Settings settings) {
        String max = settings.delivery().settings().at("/backoff/max").asText("");
        Duration backoff = max.isEmpty() ? Duration.ZERO : Duration.parse(max);
        return backoff.compareTo(MAX_RETRY_AFTER) < 0 ? MAX_RETRY_AFTER : backoff;
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
        List<InboxRow> rows = events.stream()
                .map(event -> InboxRow.of(table.receiver(), event))
                .toList();
        if (H2.isHeldByThisThread()) {
            // Within a transaction of this thread, for which others wait.
            node.store(rows);
        } else {
            // Shared turns may be locked by other transactions, for which events of other mailboxes must not wait.
            GroupCommit<InboxRow> commit = rows.stream().allMatch(InboxRow::hasOwnTurn) ? node.adding() : adding;
            commit.add(rows, Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos())));
        }
        return true;
    }

    /**
     * Checks the capacity. Stored events are counted only now and then, by one thread that waits for the result; in between, the
     * events added by this node are added up. Counting many events takes long, and is then done less often.
     */
    private boolean reserveCapacity(int more, Duration timeout) {
        long last = countedAt.get();
        long now = time.nanos();
        Duration every = storedCount.get() > maxEvents / 2 ? COUNT_NEAR_FULL : COUNT;
        long pause = Math.max(every.toNanos(), Math.min(countingTime.get() * MAX_SHARE_OF_COUNTING, COUNT.toNanos()));
        if (now - last >= pause && countedAt.compareAndSet(last, now)) {
            storedCount.set(H2.isHeldByThisThread() ? table.storedCount() : adding.call(table::storedCount, timeout));
            countingTime.set(time.nanos() - now);
        }
        if (storedCount.get() + more > maxEvents) {
            return false;
        }
        storedCount.addAndGet(more);
        return true;
    }

    private CompletionHandler<Void> handle(RunningTurn running, ExecutionContext context) {
        String turn = InboxRow.turn(running.instance());
        long version = running.version();
        for (int i = 0; i < MAX_IN_A_ROW && !running.isEnding(); i++) {
            running.step();
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
            running.step();
            NextStep next = storeResult(running, context, () -> switch (attempted.outcome()) {
                case HANDLED -> table.done(turn, version, event.id(), time.now());
                case DEAD_LETTER ->
                    table.dead(turn, version, attempted.deadLetters().get(0));
                case RETRY -> table.failed(turn, version, event.id(), number);
                case INTERRUPTED, POSTPONED -> NextStep.EVENT;
            });
            if (next != NextStep.EVENT) {
                return (complete, operations) -> {};
            }
            if (attempted.outcome() == AttemptResult.Outcome.RETRY
                    || attempted.outcome() == AttemptResult.Outcome.POSTPONED) {
                return again(running, attempted.backoff());
            }
            if (Thread.interrupted()) {
                // The mailbox is being closed, or the handler has interrupted itself.
                return again(running, PAUSE);
            }
        }
        return again(running, Duration.ZERO);
    }

    /**
     * Stores the result of an attempt, retrying until the database accepts it: no other event is handled before, or the event
     * would be repeated. Ends when this node seems to be dead, because another node has then taken over the turn.
     */
    private NextStep storeResult(RunningTurn running, ExecutionContext context, Supplier<NextStep> settle) {
        Duration pause = SETTLE_AGAIN;
        while (true) {
            try {
                return settle.get();
            } catch (StateException e) {
                boolean ends = running.isEnding()
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

    private CompletionHandler<Void> again(RunningTurn running, Duration wait) {
        return (complete, operations) -> node.reschedule(running.instance(), running.version(), wait);
    }

    @Override
    public int pendingCount() {
        return (int) Math.min(Integer.MAX_VALUE, table.pendingCount());
    }

    @Override
    public Optional<Instant> oldestPending() {
        return table.oldestPending();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return table.deadLetters();
    }

    @Override
    public boolean replay(String id) {
        boolean replayed = table.replay(id, time.now());
        node.check(member.receiver());
        return replayed;
    }

    @Override
    public boolean discard(String id) {
        return table.discard(id, time.now());
    }

    @Override
    public void close() {
        node.leave(database.dataSource(), member);
    }
}
