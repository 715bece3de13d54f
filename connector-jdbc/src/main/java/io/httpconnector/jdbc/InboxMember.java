package io.httpconnector.jdbc;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A mailbox as a member of a node: its turns that are being executed, and how many more may be. Thread-safe. */
final class InboxMember {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final String receiver;
    private final int concurrency;
    private final Duration maxDelay;
    private final Duration window;
    private final BiFunction<RunningTurn, ExecutionContext, CompletionHandler<Void>> work;

    // Guarded by this.
    private final Map<String, RunningTurn> running = new HashMap<>();
    private boolean isOpen;
    private boolean isClosing;

    /** A turn that is being executed, from the time at which it was picked until its result is stored. */
    static final class RunningTurn {

        private final InboxMember member;
        private final String instance;
        private final long version;
        private volatile int steps;
        private int watchedSteps = -1;
        private @Nullable Thread thread;

        private RunningTurn(InboxMember member, String instance, long version) {
            this.member = member;
            this.instance = instance;
            this.version = version;
        }

        String instance() {
            return instance;
        }

        long version() {
            return version;
        }

        boolean is(String instance, long version) {
            return this.instance.equals(instance) && this.version == version;
        }

        /** Reports progress, by the thread that executes the turn. */
        @SuppressWarnings("NonAtomicVolatileUpdate")
        void step() {
            steps++;
        }

        /** Whether the mailbox is being closed, so that no other event may be handled. */
        boolean isEnding() {
            return member.isClosing();
        }
    }

    /**
     * Creates a member.
     *
     * @param receiver the key of the receiver
     * @param concurrency the maximum number of turns that are executed at the same time
     * @param maxDelay the longest time after which a turn is continued
     * @param window how long events that are done are remembered
     * @param work executes a turn
     */
    InboxMember(
            String receiver,
            int concurrency,
            Duration maxDelay,
            Duration window,
            BiFunction<RunningTurn, ExecutionContext, CompletionHandler<Void>> work) {
        this.receiver = receiver;
        this.concurrency = concurrency;
        this.maxDelay = maxDelay;
        this.window = window;
        this.work = work;
    }

    String receiver() {
        return receiver;
    }

    int concurrency() {
        return concurrency;
    }

    Duration maxDelay() {
        return maxDelay;
    }

    Duration window() {
        return window;
    }

    /** Permits the execution of turns. */
    synchronized void open() {
        isOpen = true;
    }

    synchronized int running() {
        return running.size();
    }

    /**
     * Returns the number of turns that may be executed in addition.
     *
     * @param free the number of free threads; 0 or less if there are none
     * @param forIdle the number of threads that are free for members without a thread
     */
    synchronized int limit(int free, int forIdle) {
        if (!isOpen || isClosing) {
            return 0;
        }
        int permitted = concurrency - running.size();
        return free > 0 || !running.isEmpty() ? Math.min(permitted, Math.max(free, 0)) : forIdle > 0 ? 1 : 0;
    }

    /** The number of turns that have made no progress since the last call. */
    synchronized int stuck() {
        int stuck = 0;
        for (RunningTurn turn : running.values()) {
            int steps = turn.steps;
            stuck += turn.thread != null && steps == turn.watchedSteps ? 1 : 0;
            turn.watchedSteps = turn.thread == null ? -1 : steps;
        }
        return stuck;
    }

    /** Counts a turn that was picked and will be executed. */
    synchronized void reserve(String instance, long version) {
        running.put(instance, new RunningTurn(this, instance, version));
    }

    /** Executes a turn; empty if it was not reserved, or the mailbox was closed in the meantime. */
    @Nullable CompletionHandler<Void> execute(ExecutionContext context) {
        String instance = context.getExecution().getId();
        RunningTurn turn;
        synchronized (this) {
            turn = running.get(instance);
            if (turn == null || !turn.is(instance, context.getExecution().version) || isClosing) {
                return null;
            }
            turn.thread = Thread.currentThread();
        }
        try {
            return work.apply(turn, context);
        } finally {
            synchronized (this) {
                turn.thread = null;
                if (isClosing) {
                    // close() may have interrupted this thread, which stores the result next.
                    boolean unused = Thread.interrupted();
                }
            }
        }
    }

    /** Ends a turn whose result was stored. */
    synchronized void ended(String instance, long version) {
        RunningTurn turn = running.get(instance);
        if (turn != null && turn.is(instance, version)) {
            running.remove(instance);
            notifyAll();
        }
    }

    private synchronized boolean isClosing() {
        return isClosing;
    }

    /**
     * Waits for running handlers, then interrupts them. If the calling thread is interrupted, handlers get no time, but their end
     * is awaited.
     *
     * @return the turns whose handlers have not ended
     */
    List<RunningTurn> close() {
        synchronized (this) {
            isClosing = true;
        }
        boolean interrupted = Thread.interrupted();
        boolean ended = false;
        try {
            ended = !interrupted && awaitEnd();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        long end = TimeSource.SYSTEM.nanos() + GRACE.toNanos();
        if (!ended) {
            interruptHandlers();
        }
        while (!ended && TimeSource.SYSTEM.nanos() < end) {
            try {
                ended = awaitEnd();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            return new ArrayList<>(running.values());
        }
    }

    private synchronized void interruptHandlers() {
        for (RunningTurn turn : running.values()) {
            if (turn.thread != null) {
                turn.thread.interrupt();
            }
        }
    }

    private synchronized boolean awaitEnd() throws InterruptedException {
        long end = TimeSource.SYSTEM.nanos() + GRACE.toNanos();
        long left = GRACE.toNanos();
        while (!running.isEmpty() && left > 0) {
            wait(left / 1_000_000 + 1);
            left = end - TimeSource.SYSTEM.nanos();
        }
        return running.isEmpty();
    }
}
