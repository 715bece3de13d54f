package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.polling.HighWaterMarkDetection.TriggerStart;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the polls of a trigger, one at a time, and owns its state. */
final class Poller {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private static final int MAX_RECORDINGS = 3;

    private final TriggerDefinition definition;
    private final @Nullable ParentRecords parents;
    private final OpenState state;
    private final TimeSource time;
    private final Executor handlers;
    private final PollingListeners listeners;
    private final ServerClock clock;
    private final PollRecorder recorder;
    private final ReentrantLock polling = new ReentrantLock();
    /** Set in threads that run handlers on behalf of the polling thread. */
    private final ThreadLocal<Boolean> runsHandler = new ThreadLocal<>();
    /** For a trigger that accepts pushed records. */
    private final @Nullable PushMonitor monitor;

    private final @Nullable PushQueue pushes;

    // Guarded by this.
    private @Nullable Thread thread;
    private CountDownLatch stop = new CountDownLatch(1);
    private volatile boolean wasInterrupted;
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
        this.recorder = new PollRecorder(definition, state, time, this.listeners);
        PushSettings settings = definition.push();
        this.monitor = settings == null ? null : new PushMonitor(definition.id(), settings, time, this.listeners);
        this.pushes = settings == null || monitor == null
                ? null
                : new PushQueue(
                        definition.id(),
                        polling,
                        new PushRunner(
                                definition, settings, state, clock, time, this.handlers, this::stopGate, monitor));
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
        var unused = StartTimes.of(open, definition, parents != null, time);
        if (monitor != null) {
            monitor.load(open);
        }
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
        if (!polling.tryLock() && (pushes == null || !pushes.awaitPushes())) {
            throw new PollingException(
                    Reason.BUSY, "\"" + definition.id() + "\" is polling already: a trigger does not overlap itself");
        }
        try {
            return withLock(gate -> {
                listeners.notify(listener -> listener.onStart(definition.id(), lag));
                return poll(gate);
            });
        } finally {
            handleWaitingPushes();
        }
    }

    /** Runs a poll or push; the caller holds the lock, which is released. */
    private <T> T withLock(Function<CountDownLatch, T> work) {
        try {
            return work.apply(startPoll());
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

    /** Handles pushed records, immediately or between two pages of the running poll. */
    PushResult push(PushedRecords records) {
        if (pushes == null) {
            throw new ConnectorException("\"" + definition.id()
                    + "\" does not accept pushed records: use acceptPushes(PushSettings.defaults())");
        }
        if (isWithinPoll()) {
            throw new PollingException(
                    Reason.BUSY,
                    "\"" + definition.id()
                            + "\" cannot accept pushed records from its own handler, listener or filter: push them"
                            + " in another thread");
        }
        return pushes.push(records, this::aroundPushes);
    }

    private void aroundPushes(Runnable work) {
        boolean unused = withLock(gate -> {
            work.run();
            return true;
        });
    }

    /** Handles the records that were pushed after the last page of a poll. */
    private void handleWaitingPushes() {
        if (pushes != null) {
            pushes.handleAll(this::aroundPushes);
        }
    }

    /** Watches the pushes; null when the trigger accepts none. */
    @Nullable PushMonitor monitor() {
        return monitor;
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
                new PollDeadline(time, definition.limits().pollTimeout()),
                () -> pushes != null && pushes.handleWaiting(true));
        try {
            TriggerState open = state.open();
            if (parents == null) {
                pollOne(
                        open,
                        "",
                        JsonNodeFactory.instance.objectNode(),
                        run,
                        totals,
                        StartTimes.of(open, definition, false, time));
                if (monitor != null) {
                    monitor.polled(open);
                    open.commit();
                }
            } else {
                TriggerStart start = StartTimes.of(open, definition, true, time);
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
            recorder.failed(e, totals);
            throw e;
        } catch (Error e) {
            recorder.failed(new ConnectorException("The poll failed with an error: " + e, e), totals);
            throw e;
        } finally {
            if (!totals.isComplete()) {
                checkPushesAfterFailure();
                // Memory differs from what is stored.
                state.close();
            }
        }
        if (monitor != null) {
            monitor.notifyListeners();
        }
        recorder.succeeded(totals);
        return totals.done();
    }

    private void checkPushesAfterFailure() {
        TriggerState open = state.current();
        if (monitor != null && open != null) {
            monitor.failed(open.pushes());
            monitor.notifyListeners();
        }
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
        return PollInterruption.awaitEnd(polling, time);
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

    PollRecorder recorder() {
        return recorder;
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
