package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.InboxMember.RunningTurn;
import io.httpconnector.state.StateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler and the 16 threads that all mailboxes of this process share for one data source, however many mailboxes there
 * are: 8 that handle events, 3 that store them, and 5 of the scheduler. There are more while handlers take longer than a second
 * or the database blocks, and if the delivery of a mailbox permits more concurrent handlers. Thread-safe.
 */
final class InboxNode {

    private static final Logger LOG = LoggerFactory.getLogger(InboxNode.class);
    private static final int HANDLING_THREADS = 6;

    /** Additional threads for mailboxes that have no thread. */
    private static final int RESERVED_THREADS = 2;

    private static final int MAX_ADDITIONAL_THREADS = 256;
    private static final int STORING_THREADS = 3;
    private static final int MAX_STORING_THREADS = 64;

    /** Never reached, because {@link #pick} limits the executions. */
    private static final int UNLIMITED = 100_000;

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration SEARCH = Duration.ofMillis(250);
    private static final Duration WATCH = Duration.ofSeconds(1);
    private static final Duration FORGET = Duration.ofMinutes(1);
    private static final Duration MAX_FORGETTING = Duration.ofSeconds(1);

    /** Guards itself. Data sources are compared by identity. */
    private static final IdentityHashMap<DataSource, List<InboxNode>> OPEN = new IdentityHashMap<>();

    private final NodeSettings settings;
    private final InboxTasks tasks;
    private final InboxWriter writer;
    private final DatabaseClock time;
    private final Scheduler scheduler;
    private final ElasticPool handling;
    private final ElasticPool storing;
    private final GroupCommit<InboxRow> adding;
    private final MisplannedTasks misplanned;

    /** The mailboxes by the keys of their receivers. */
    private final Map<String, InboxMember> members = new ConcurrentHashMap<>();

    /** The keys of receivers that may have due tasks, in the order of their turns. */
    private final Set<String> ready = Collections.synchronizedSet(new LinkedHashSet<>());

    /** The turns of closed mailboxes whose handlers have not ended. */
    private final Set<RunningTurn> left = ConcurrentHashMap.newKeySet();

    private volatile int additionalThreads;
    private volatile boolean hasNewMember;

    // Each is used by one thread only.
    private long searchedAt;
    private long forgottenAt;
    private long watchedAt;

    /** Mailboxes of a data source share a node if these are equal. */
    record NodeSettings(String prefix, ClusterHeartbeat heartbeat, TimeSource time) {}

    private InboxNode(Database database, NodeSettings settings) {
        this.settings = settings;
        this.tasks = new InboxTasks(database);
        this.writer = new InboxWriter(database);
        this.time = new DatabaseClock(database, settings.time);
        this.searchedAt = time.nanos() - SEARCH.toNanos();
        this.forgottenAt = time.nanos();
        this.watchedAt = time.nanos();
        this.handling =
                new ElasticPool("http-connector-jdbc-handling", HANDLING_THREADS + RESERVED_THREADS, Integer.MAX_VALUE);
        this.storing = new ElasticPool("http-connector-jdbc-storing", STORING_THREADS, MAX_STORING_THREADS);
        this.adding = new GroupCommit<>(this::store, storing);
        this.misplanned = new MisplannedTasks(database, "$inbox_task", time, new TurnKind());
        CustomTask<Void> turns = Tasks.custom(InboxRow.TASK, Void.class)
                .onFailure((complete, operations) -> {
                    try {
                        reschedule(complete.getExecution(), AFTER_FAILURE);
                    } finally {
                        ended(complete);
                    }
                })
                .onDeadExecution(ClusterHeartbeat.revived(time))
                .execute((instance, context) -> execute(context));
        this.scheduler = settings.heartbeat.scheduler(
                database,
                "$inbox_task",
                time,
                turns,
                new InboxHousekeeping(),
                builder -> builder.threads(UNLIMITED).executorService(handling).jdbcCustomization(new Picking()));
    }

    /** Adds a mailbox, still closed, to the node of its data source. A second mailbox of a receiver counts as another node. */
    static InboxNode join(Database database, NodeSettings settings, InboxMember member) {
        InboxNode existing = find(database.dataSource(), settings, member, null);
        if (existing != null) {
            return existing;
        }
        // Not while others wait: the database may be slow.
        InboxNode created = new InboxNode(database, settings);
        InboxNode found = find(database.dataSource(), settings, member, created);
        if (found != null && found != created) {
            created.scheduler.stop();
            return found;
        }
        created.scheduler.start();
        return created;
    }

    /** Starts to execute the turns of a mailbox. */
    void open(InboxMember member) {
        member.open();
        hasNewMember = true;
        resize();
        check(member.receiver());
    }

    private static @Nullable InboxNode find(
            DataSource source, NodeSettings settings, InboxMember member, @Nullable InboxNode created) {
        synchronized (OPEN) {
            List<InboxNode> nodes = OPEN.computeIfAbsent(source, any -> new ArrayList<>());
            InboxNode found = nodes.stream()
                    .filter(node -> node.settings.equals(settings) && !node.members.containsKey(member.receiver()))
                    .findFirst()
                    .orElse(created);
            if (found != null && found == created) {
                nodes.add(created);
            }
            if (found != null) {
                found.members.put(member.receiver(), member);
            }
            if (nodes.isEmpty()) {
                OPEN.remove(source);
            }
            return found;
        }
    }

    /** Removes a mailbox after its handlers have ended. Stops the node with its last mailbox. */
    void leave(DataSource source, InboxMember member) {
        List<RunningTurn> notEnded = member.close();
        left.addAll(notEnded);
        boolean isLast;
        synchronized (OPEN) {
            isLast = members.remove(member.receiver(), member) && members.isEmpty();
            List<InboxNode> nodes = OPEN.getOrDefault(source, List.of());
            if (isLast && nodes.remove(this) && nodes.isEmpty()) {
                OPEN.remove(source);
            }
        }
        for (RunningTurn turn : notEnded) {
            LOG.warn("A handler has not ended although it was interrupted: another node may handle its event again");
            try {
                reschedule(turn.instance(), turn.version(), Duration.ZERO);
            } catch (StateException e) {
                LOG.warn("An event could not be returned, and is handled when its handler has ended", e);
            }
        }
        if (isLast) {
            scheduler.stop();
            storing.endIdleThreads();
        } else {
            resize();
        }
    }

    /** Ends an execution, and has its task executed again after a while. */
    void reschedule(String instance, long version, Duration wait) {
        Instant now = time.now();
        tasks.reschedule(instance, version, now.plus(wait), now);
        if (wait.isZero()) {
            ready.add(InboxRow.receiver(instance));
        }
    }

    private void reschedule(Execution execution, Duration wait) {
        reschedule(execution.getId(), execution.version, wait);
    }

    DatabaseClock time() {
        return time;
    }

    /** The threads that store events. */
    ElasticPool storing() {
        return storing;
    }

    /** Stores events that have turns of their own together with those of other mailboxes. */
    GroupCommit<InboxRow> adding() {
        return adding;
    }

    /** Stores events, and executes their turns soon. */
    void store(List<InboxRow> rows) {
        writer.add(rows, time.now());
        rows.forEach(row -> ready.add(row.receiver()));
        scheduler.triggerCheckForDueExecutions();
    }

    /** Executes due turns of a receiver soon. */
    void check(String receiver) {
        ready.add(receiver);
        scheduler.triggerCheckForDueExecutions();
    }

    private int handlingThreads() {
        int needed =
                members.values().stream().mapToInt(InboxMember::concurrency).reduce(HANDLING_THREADS, Math::max);
        return needed + additionalThreads;
    }

    private void resize() {
        handling.resize(handlingThreads() + RESERVED_THREADS + left.size());
    }

    /**
     * Picks due executions, as many as mailboxes and threads can execute now; by one thread. The mailboxes take turns. Some threads
     * are only for mailboxes that have none, so that a mailbox whose handlers hang does not delay the others.
     */
    private List<Execution> pick(JdbcTaskRepositoryContext context, Instant now) {
        search(now);
        List<Execution> picked = new ArrayList<>();
        int free = handlingThreads()
                - members.values().stream().mapToInt(InboxMember::running).sum();
        for (String receiver : List.copyOf(ready)) {
            InboxMember member = members.get(receiver);
            int limit = member == null ? 0 : member.limit(free, free + RESERVED_THREADS);
            if (member == null) {
                ready.remove(receiver);
            } else if (limit > 0) {
                // Before the search, so that events that are stored meanwhile are found the next time.
                ready.remove(receiver);
                List<Execution> found;
                try {
                    found = tasks.pick(context, receiver, limit, now);
                } catch (StateException e) {
                    ready.add(receiver);
                    if (picked.isEmpty()) {
                        throw e;
                    }
                    return picked;
                }
                found.forEach(execution -> member.reserve(execution.getId(), execution.version));
                picked.addAll(found);
                free -= found.size();
                if (found.size() == limit) {
                    ready.add(receiver);
                }
            }
        }
        return picked;
    }

    /** Finds the tasks that have become due, and those left by other nodes. */
    private void search(Instant now) {
        if (time.nanos() - searchedAt >= SEARCH.toNanos()) {
            searchedAt = time.nanos();
            ready.addAll(tasks.due(members.keySet(), now));
        }
    }

    private CompletionHandler<Void> execute(ExecutionContext context) {
        InboxMember member =
                members.get(InboxRow.receiver(context.getExecution().getId()));
        CompletionHandler<Void> done = member == null ? null : member.execute(context);
        return (complete, operations) -> {
            try {
                if (done == null) {
                    // The mailbox was closed in the meantime.
                    reschedule(complete.getExecution(), Duration.ZERO);
                } else {
                    done.complete(complete, operations);
                }
            } finally {
                ended(complete);
            }
        };
    }

    private void ended(ExecutionComplete complete) {
        Execution execution = complete.getExecution();
        InboxMember member = members.get(InboxRow.receiver(execution.getId()));
        if (member != null) {
            member.ended(execution.getId(), execution.version);
        }
        if (left.removeIf(turn -> turn.is(execution.getId(), execution.version))) {
            resize();
        }
        if (!ready.isEmpty()) {
            scheduler.triggerCheckForDueExecutions();
        }
    }

    /** The tasks of a node besides handling events. */
    private final class InboxHousekeeping implements ClusterHeartbeat.Housekeeping {

        @Override
        public void maintain() {
            if (misplanned.correctPeriodically()) {
                receiversBy(InboxMember::maxDelay)
                        .forEach((delay, receivers) ->
                                tasks.limitDelay(receivers, time.now().plus(delay), time.now()));
            }
            forget();
        }

        /** Adds threads while handlers make no progress, twice as many as hang, so that the others continue. */
        @Override
        public void watch(Scheduler scheduler) {
            long now = time.nanos();
            if (now - watchedAt < WATCH.toNanos()) {
                return;
            }
            watchedAt = now;
            int stuck = members.values().stream().mapToInt(InboxMember::stuck).sum();
            int threads = Math.min(2 * stuck, MAX_ADDITIONAL_THREADS);
            if (threads != additionalThreads) {
                additionalThreads = threads;
                resize();
                scheduler.triggerCheckForDueExecutions();
            }
            storing.adapt();
        }
    }

    private Map<Duration, List<String>> receiversBy(Function<InboxMember, Duration> setting) {
        Map<Duration, List<String>> receivers = new HashMap<>();
        members.values()
                .forEach(member -> receivers
                        .computeIfAbsent(setting.apply(member), any -> new ArrayList<>())
                        .add(member.receiver()));
        return receivers;
    }

    /** Deletes events after the deduplication windows of their receivers, and continues later if that takes long. */
    private void forget() {
        long start = time.nanos();
        if (start - forgottenAt < FORGET.toNanos() && !hasNewMember) {
            return;
        }
        hasNewMember = false;
        for (Map.Entry<Duration, List<String>> receivers :
                receiversBy(InboxMember::window).entrySet()) {
            boolean more = true;
            while (more) {
                more = tasks.deleteDone(receivers.getValue(), time.now().minus(receivers.getKey()));
                if (more && time.nanos() - start > MAX_FORGETTING.toNanos()) {
                    hasNewMember = true;
                    return;
                }
            }
        }
        forgottenAt = start;
    }

    /** An event is due as soon as it is stored. */
    private static final class TurnKind implements MisplannedTasks.TaskKind {

        @Override
        public boolean isNewTaskDue() {
            return true;
        }
    }

    /** Lets db-scheduler pick executions by {@link #pick}. */
    private final class Picking extends DefaultJdbcCustomization {

        Picking() {
            super(false);
        }

        @Override
        public boolean supportsSingleStatementLockAndFetch() {
            return true;
        }

        @Override
        public List<Execution> lockAndFetchSingleStatement(
                JdbcTaskRepositoryContext context, Instant now, int limit, boolean orderByPriority) {
            return pick(context, now);
        }
    }
}
