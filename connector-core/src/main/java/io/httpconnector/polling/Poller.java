package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.HighWaterMarkDetection.TriggerStart;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PollingStatus.History;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the polls of a trigger, one at a time, and owns its state. */
final class Poller {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    /** The time that an interrupted handler has to end. */
    private static final Duration UNINTERRUPTIBLE = Duration.ofSeconds(10);

    private static final Duration SLICE = Duration.ofMillis(50);

    private static final int MAX_RECORDINGS = 3;

    private final TriggerDefinition definition;
    private final @Nullable ParentRecords parents;
    private final OpenState state;
    private final TimeSource time;
    private final Executor handlers;
    private final PollingListeners listeners;
    private final ServerClock clock;
    private final ReentrantLock polling = new ReentrantLock();
    /** Set in threads that run handlers on behalf of the polling thread. */
    private final ThreadLocal<Boolean> runsHandler = new ThreadLocal<>();

    // Guarded by this.
    private @Nullable Thread thread;
    private CountDownLatch stop = new CountDownLatch(1);
    private volatile boolean wasInterrupted;
    private History history = History.NONE;
    private Duration requestedInterval = Duration.ZERO;
    private boolean abandoned;

    Poller(
            TriggerDefinition definition,
            @Nullable ParentRecords parents,
            StateStore store,
            TimeSource time,
            Executor handlers,
            List<PollingListener> listeners) {
        this.definition = definition;
        this.parents = parents;
        this.time = time;
        this.handlers = task -> handlers.execute(() -> runAsHandler(task));
        this.listeners = new PollingListeners(definition.id(), listeners);
        this.state = new OpenState(definition, parents, store, this.listeners);
        this.clock = new ServerClock(time);
    }

    TimeSource time() {
        return time;
    }

    private void runAsHandler(Runnable task) {
        runsHandler.set(true);
        try {
            task.run();
        } finally {
            runsHandler.remove();
        }
    }

    /** Whether the calling thread runs a handler, listener or filter of this trigger: it must not wait for its own poll. */
    private boolean isWithinPoll() {
        return polling.isHeldByCurrentThread() || runsHandler.get() != null;
    }

    /** Stores the start time of the trigger, unless it is stored already. */
    void start() {
        TriggerState open = state.open();
        var unused = triggerStart(open, open.partition(""));
    }

    /** Polls once; the lag is the time since the poll was due. */
    PollResult poll(Duration lag) {
        if (isWithinPoll()) {
            throw new PollingException(
                    Reason.BUSY,
                    "\"" + definition.id()
                            + "\" cannot be polled from its own handler, listener or filter: a trigger does not"
                            + " overlap itself; new records are delivered by the next poll");
        }
        if (!polling.tryLock()) {
            throw new PollingException(
                    Reason.BUSY, "\"" + definition.id() + "\" is polling already: a trigger does not overlap itself");
        }
        try {
            CountDownLatch gate = startPoll();
            listeners.notify(listener -> listener.onStart(definition.id(), lag));
            return poll(gate);
        } finally {
            end();
            try {
                closeAbandonedState();
            } finally {
                polling.unlock();
            }
            closeAbandonedStateIfIdle();
        }
    }

    /** Closes the state of a poll that did not end when it was stopped, as soon as it ends. The caller holds the lock. */
    private void closeAbandonedState() {
        if (takeAbandoned()) {
            LOG.info("{}: the stopped poll has ended: its state is closed", definition.id());
            try {
                state.close();
                state.saveUnsaved();
            } finally {
                rearm();
            }
        }
    }

    /** The trigger may have been stopped after the poll checked for it. */
    private void closeAbandonedStateIfIdle() {
        if (isAbandoned() && polling.tryLock()) {
            try {
                closeAbandonedState();
            } finally {
                polling.unlock();
            }
        }
    }

    private synchronized void abandon() {
        abandoned = true;
    }

    private synchronized boolean isAbandoned() {
        return abandoned;
    }

    private synchronized boolean takeAbandoned() {
        boolean was = abandoned;
        abandoned = false;
        return was;
    }

    private synchronized CountDownLatch startPoll() {
        thread = Thread.currentThread();
        return stop;
    }

    private synchronized void end() {
        thread = null;
    }

    /** Whether the last poll that was stopped ended with an interrupt, such as that of a handler, and not with a request to stop. */
    boolean wasInterrupted() {
        return wasInterrupted;
    }

    private PollResult poll(CountDownLatch gate) {
        PollTotals totals = new PollTotals(definition.id(), time);
        PollContext run = new PollContext(
                time,
                gate,
                handlers,
                soFar -> listeners.notify(listener -> listener.onPage(totals.progress(soFar))),
                new PollDeadline(time, definition.limits().pollTimeout()));
        try {
            TriggerState open = state.open();
            if (parents == null) {
                pollOne(
                        open,
                        "",
                        JsonNodeFactory.instance.objectNode(),
                        run,
                        totals,
                        triggerStart(open, open.partition("")));
            } else {
                TriggerStart start = triggerStart(open, open.partition(""));
                new ParentsPoll(
                                definition,
                                clock,
                                open,
                                run,
                                totals,
                                (parent, values) -> pollOne(open, parent, values, run, totals, start))
                        .run(parents);
            }
            totals.complete();
        } catch (PollContext.StoppedException e) {
            wasInterrupted = gate.getCount() > 0;
            totals.add(new PollResult(0, 0, 0, 0, 0, false, true));
        } catch (RuntimeException e) {
            failed(e, totals);
            throw e;
        } catch (Error e) {
            failed(new ConnectorException("The poll failed with an error: " + e, e), totals);
            throw e;
        } finally {
            if (!totals.isComplete()) {
                // Memory differs from what is stored.
                state.close();
            }
        }
        succeeded(totals);
        return totals.done();
    }

    /** The start time is stored before the first request: a service that is down at that time hides no records. */
    private TriggerStart triggerStart(TriggerState open, PartitionState origin) {
        Long startTime = origin.checkpoint().startTime();
        if (startTime != null) {
            return new TriggerStart(startTime, false);
        }
        long now = TimestampFormat.nanos(time.now());
        // A trigger of an earlier version started at the common position of its parents, or must not start again.
        Long position = parents == null ? null : origin.checkpoint().position();
        PollTransaction transaction = new PollTransaction(open, origin);
        transaction.setCheckpoint(origin.checkpoint().withStartTime(position == null ? now : position));
        transaction.commit();
        return new TriggerStart(now, position == null && !origin.checkpoint().started());
    }

    /** For a parent that is read for the first time after the trigger started, no record counts as existing, except by its time. */
    private TriggerDefinition definitionFor(PartitionState scope, PartitionState origin) {
        boolean isLater = origin.checkpoint().started() && !scope.checkpoint().started();
        if (!isLater || !definition.first().isSilent()) {
            return definition;
        }
        boolean byTime = definition.cursor() instanceof TimeCursor;
        return definition.withFirst(byTime ? StartPosition.fromNow() : StartPosition.everything());
    }

    private void pollOne(
            TriggerState open,
            String scope,
            ObjectNode parents,
            PollContext run,
            PollTotals totals,
            TriggerStart start) {
        TriggerDefinition effective =
                this.parents == null ? definition : definitionFor(open.partition(scope), open.partition(""));
        PartitionPoll poll = new PartitionPoll(
                effective, new PollTransaction(open, open.partition(scope)), parents, run, clock, start);
        try {
            poll.run();
        } finally {
            totals.add(poll.result());
            requestedInterval = poll.requestedInterval();
            totals.warn(poll.warning());
        }
    }

    private void succeeded(PollTotals totals) {
        note(history().succeeded(time.now(), totals.done(), warnings(totals)));
        listeners.notify(listener -> listener.onSuccess(definition.id(), totals.done()));
    }

    private List<String> warnings(PollTotals totals) {
        totals.warn(state.damage());
        String shifting = definition.limitations();
        if (shifting != null) {
            totals.warnings().add(shifting);
        }
        return List.copyOf(totals.warnings());
    }

    private void failed(RuntimeException e, PollTotals totals) {
        String message = String.valueOf(e.getMessage());
        History failed = history()
                .failed(
                        time.now(),
                        message,
                        totals.done(),
                        totals.isPartial(),
                        warnings(totals),
                        Map.copyOf(totals.failures()));
        note(failed);
        LOG.warn("{}: poll failed, {} in a row: {}", definition.id(), failed.failures(), e.getMessage());
        listeners.notify(listener -> listener.onFailure(definition.id(), e, Math.max(1, failed.failures())));
    }

    /** Called when a due poll could not be started. */
    void rejected(Throwable reason) {
        failed(
                new ConnectorException(
                        "The poll could not be started, because no thread was available: " + reason, reason),
                new PollTotals(definition.id(), time));
    }

    private synchronized void note(History changed) {
        history = changed;
    }

    DeliveryResult deliver(TriggerEvent event) {
        return definition.delivery().deliver(List.of(event), time, stopGate(), handlers);
    }

    /**
     * Records the result of a delivery outside of polls. A failed poll, or the end of the trigger, may have closed the state
     * in the meantime: then it is opened again.
     */
    void record(Consumer<TriggerState> outcome) {
        for (int attempt = 1; ; attempt++) {
            boolean wasOpen = state.current() != null;
            TriggerState open = state.open();
            try {
                outcome.accept(open);
                open.commit();
                return;
            } catch (StateException e) {
                if (attempt == MAX_RECORDINGS || state.current() == open) {
                    throw e;
                }
            } finally {
                if (!wasOpen && state.current() == open && !polling.isLocked()) {
                    state.close();
                }
            }
        }
    }

    private synchronized CountDownLatch stopGate() {
        return stop;
    }

    /**
     * Ends a running poll and closes the state; false when handlers had to be interrupted. An interrupted caller does the
     * same, but leaves the handlers no time, and stays interrupted. A poll that does not end closes the state when it does.
     */
    boolean stop(Duration deadline) {
        stopGate().countDown();
        if (isWithinPoll()) {
            // Waiting for the poll would mean waiting for the caller: the poll ends after the events that are being
            // handled.
            abandon();
            if (!polling.isHeldByCurrentThread()) {
                closeAbandonedStateIfIdle();
            }
            return true;
        }
        boolean interrupted = Thread.interrupted();
        boolean graceful = false;
        try {
            graceful = polling.tryLock(interrupted ? 0 : deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        try {
            if (graceful || interruptPoll()) {
                closeState();
            } else {
                LOG.error(
                        "{}: a handler or the store does not respond to the interrupt: the state is closed when"
                                + " it ends",
                        definition.id());
                abandon();
                closeAbandonedStateIfIdle();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return graceful;
    }

    private void closeState() {
        try {
            boolean unused = takeAbandoned();
            state.close();
            state.saveUnsaved();
            rearm();
        } finally {
            polling.unlock();
        }
    }

    /** Deletes the state: the next poll is a first poll. */
    void reset() {
        if (isWithinPoll() || !polling.tryLock()) {
            throw new PollingException(Reason.BUSY, "\"" + definition.id() + "\" is polling: stop it before reset()");
        }
        try {
            state.reset();
        } finally {
            polling.unlock();
        }
    }

    /** Interrupts the poll and waits until it has ended, even if the calling thread is interrupted. */
    private boolean interruptPoll() {
        interrupt();
        long end = time.nanos() + UNINTERRUPTIBLE.toNanos();
        // A time source of a test may stand still.
        long systemEnd = TimeSource.SYSTEM.nanos() + UNINTERRUPTIBLE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (polling.tryLock(SLICE.toNanos(), TimeUnit.NANOSECONDS)) {
                        return true;
                    }
                    if (end - time.nanos() <= 0 || systemEnd - TimeSource.SYSTEM.nanos() <= 0) {
                        return false;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void rearm() {
        stop = new CountDownLatch(1);
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** The minimum interval that the service requests by {@code X-Poll-Interval}. */
    Duration requestedInterval() {
        return requestedInterval;
    }

    synchronized History history() {
        return history;
    }

    /** The origin (scheme, host and port) by which the engine groups polls. */
    String origin() {
        String url = definition.connection().baseUrl();
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return path < 0 ? url : url.substring(0, path);
    }

    boolean isPolling() {
        return polling.isLocked();
    }

    TriggerState open() {
        return state.open();
    }

    boolean isOpen() {
        return state.isOpen();
    }
}
