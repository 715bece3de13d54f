package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.HighWaterMarkDetection.Beginning;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PollingStatus.History;
import io.httpconnector.polling.TriggerState.Unsaved;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.DeliveryResult;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the polls of a trigger, one at a time, and holds its state. */
final class Poller {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);

    /** How long a handler may take to end when it is interrupted. */
    private static final Duration UNINTERRUPTIBLE = Duration.ofSeconds(10);

    private static final int MAX_RECORDINGS = 3;

    private final TriggerDefinition definition;
    private final @Nullable ParentRecords parents;
    private final StateStore store;
    private final TimeSource time;
    private final Executor handlers;
    private final List<PollingListener> listeners;
    private final ServerClock clock;
    private final ReentrantLock polling = new ReentrantLock();
    /** Set in threads that run handlers for the polling thread. */
    private final ThreadLocal<Boolean> helps = new ThreadLocal<>();
    /** Held while the state is read, which may take long: nothing else waits for it. */
    private final ReentrantLock loading = new ReentrantLock();

    // Guarded by this.
    private @Nullable TriggerState state;
    private @Nullable Thread thread;
    private CountDownLatch stop = new CountDownLatch(1);
    private History history = History.NONE;
    private Duration asked = Duration.ZERO;
    private boolean abandoned;
    /** What was dropped when the state was read: shown as long as the trigger lives, or until it is reset. */
    private @Nullable String damage;

    private Unsaved unsaved = Unsaved.NOTHING;

    Poller(
            TriggerDefinition definition,
            @Nullable ParentRecords parents,
            StateStore store,
            TimeSource time,
            Executor handlers,
            List<PollingListener> listeners) {
        this.definition = definition;
        this.parents = parents;
        this.store = store;
        this.time = time;
        this.handlers = task -> handlers.execute(() -> helping(task));
        this.listeners = listeners;
        this.clock = new ServerClock(time);
    }

    TimeSource time() {
        return time;
    }

    private void helping(Runnable task) {
        helps.set(true);
        try {
            task.run();
        } finally {
            helps.remove();
        }
    }

    /** Whether the calling thread runs a handler, a listener or a filter of this trigger: it must not wait for its own poll. */
    private boolean isWithinPoll() {
        return polling.isHeldByCurrentThread() || helps.get() != null;
    }

    /** The state, which is loaded when it is not there. */
    TriggerState open() {
        loading.lock();
        try {
            TriggerState open = current();
            if (open == null) {
                open = loaded(store.open(definition.id()));
                hold(open);
            }
            return open;
        } finally {
            loading.unlock();
        }
    }

    private synchronized @Nullable TriggerState current() {
        return state;
    }

    private synchronized void hold(TriggerState loaded) {
        state = loaded;
    }

    private TriggerState loaded(StateLog log) {
        boolean done = false;
        try {
            TriggerState loaded = TriggerState.load(log, unsaved());
            log.dropped().ifPresent(this::damaged);
            saved();
            adapt(loaded);
            done = true;
            return loaded;
        } finally {
            if (!done) {
                log.close();
            }
        }
    }

    private synchronized void damaged(String dropped) {
        damage = dropped;
    }

    private synchronized @Nullable String damage() {
        return damage;
    }

    private synchronized Unsaved unsaved() {
        return unsaved;
    }

    private synchronized void saved() {
        unsaved = Unsaved.NOTHING;
    }

    /** Notes that the trigger begins now, when it has not begun. */
    void start() {
        TriggerState open = open();
        var unused = begin(open, open.scope(""));
    }

    /** Drops what has no meaning for this definition. */
    private void adapt(TriggerState loaded) {
        String now = JsonNodeFactory.instance
                .objectNode()
                .put("key", definition.identityText())
                .put("cursor", definition.cursorText())
                .toString();
        String before = loaded.definition();
        if (now.equals(before)) {
            return;
        }
        loaded.definition(now);
        if (before != null) {
            boolean sameCursor =
                    JsonSupport.parse(before).path("cursor").asText().equals(definition.cursorText());
            if (sameCursor && definition.cursor() != null) {
                loaded.resetKeys();
                changed(
                        "how far it has come, and the dead letters",
                        "which records it knows: those of the last moments come again");
            } else {
                loaded.reset();
                changed("the dead letters", "everything else: the next poll is a first one");
            }
        }
        loaded.commit();
    }

    private void changed(String kept, String reset) {
        LOG.warn("{}: key, version or cursor have changed; kept: {}; reset: {}", definition.id(), kept, reset);
        tell(listener -> listener.onChangedDefinition(definition.id(), kept, reset));
    }

    /** The next one who needs the state loads it. */
    private void drop() {
        TriggerState dropped = taken();
        if (dropped != null) {
            dropped.close();
        }
    }

    private synchronized @Nullable TriggerState taken() {
        TriggerState taken = state;
        state = null;
        if (taken != null) {
            unsaved = taken.unsaved();
        }
        return taken;
    }

    PollResult poll() {
        if (isWithinPoll()) {
            throw new PollingException(
                    Reason.BUSY,
                    "\"" + definition.id()
                            + "\" can't be polled from its own handler, listener or filter: a trigger does not"
                            + " overlap itself; what is new comes with the next poll");
        }
        if (!polling.tryLock()) {
            throw new PollingException(
                    Reason.BUSY, "\"" + definition.id() + "\" polls already: a trigger does not overlap itself");
        }
        try {
            return poll(begin());
        } finally {
            end();
            try {
                giveBackAbandoned();
            } finally {
                polling.unlock();
            }
            giveBackIfFree();
        }
    }

    /** The state of a poll that did not end when it was stopped is given back when it ends after all; by the lock. */
    private void giveBackAbandoned() {
        if (takeAbandoned()) {
            LOG.info("{}: the poll that was stopped has ended: its state is given back", definition.id());
            try {
                drop();
                save();
            } finally {
                rearm();
            }
        }
    }

    /** Whoever stops the trigger may have come after the poll has looked. */
    private void giveBackIfFree() {
        if (isAbandoned() && polling.tryLock()) {
            try {
                giveBackAbandoned();
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

    private synchronized CountDownLatch begin() {
        thread = Thread.currentThread();
        return stop;
    }

    private synchronized void end() {
        thread = null;
    }

    private PollResult poll(CountDownLatch gate) {
        Tally tally = new Tally(time.nanos());
        PollContext run = new PollContext(
                time,
                gate,
                handlers,
                soFar -> tell(listener -> listener.onPage(tally.progress(soFar))),
                new PollDeadline(time, definition.limits().pollTimeout()));
        try {
            TriggerState open = open();
            if (parents == null) {
                pollOne(open, "", MissingNode.getInstance(), run, tally, begin(open, open.scope("")));
            } else {
                pollAll(open, parents, run, tally);
            }
            tally.isComplete = true;
        } catch (PollContext.StoppedException e) {
            tally.add(new PollResult(0, 0, 0, 0, 0, false, true));
        } catch (RuntimeException e) {
            failed(e, tally);
            throw e;
        } catch (Error e) {
            failed(new ConnectorException("The poll ended with an error: " + e, e), tally);
            throw e;
        } finally {
            if (!tally.isComplete) {
                // What is in memory is not what is stored.
                drop();
            }
        }
        succeeded(tally);
        return tally.done;
    }

    /** What a poll has done below the parents that are finished. */
    private final class Tally {

        private final long begun;
        private final Map<String, String> failures = new LinkedHashMap<>();
        private final Set<String> warnings = new LinkedHashSet<>();
        private PollResult done = PollResult.NOTHING;
        private int succeededBelow;
        private boolean isComplete;

        Tally(long begun) {
            this.begun = begun;
        }

        void add(PollResult more) {
            done = done.plus(more);
        }

        void warn(@Nullable String warning) {
            if (warning != null) {
                warnings.add(warning);
            }
        }

        /** Whether it has failed below some of its parents only. */
        boolean isPartial() {
            return succeededBelow > 0 && !failures.isEmpty();
        }

        PollProgress progress(PollResult soFar) {
            return new PollProgress(definition.id(), done.plus(soFar), Duration.ofNanos(time.nanos() - begun));
        }
    }

    /**
     * Polls below each parent, beginning with the one at which the last poll had to end. A parent that fails does not keep the others
     * from being asked; then the poll has failed, in the end.
     */
    private void pollAll(TriggerState open, ParentRecords all, PollContext run, Tally tally) {
        PartitionState origin = open.scope("");
        Beginning beginning = begin(open, origin);
        ParentRecords.FoundParents found = all.list(
                definition.connection(), definition.pills(), definition.limits().parents(), clock, run.deadline());
        List<String> order =
                rotated(found.parents().keySet(), origin.checkpoint().token());
        RuntimeException failure = found.problem();
        String next = null;
        int locked = 0;
        for (String parent : order) {
            try {
                pollOne(
                        open,
                        parent,
                        found.parents().getOrDefault(parent, MissingNode.getInstance()),
                        run,
                        tally,
                        beginning);
                tally.succeededBelow++;
            } catch (PollContext.StoppedException | StateException e) {
                throw e;
            } catch (RuntimeException e) {
                if (isGone(e)) {
                    continue;
                }
                tally.failures.put(parent, String.valueOf(e.getMessage()));
                failure = failure == null ? e : failure;
                boolean isLocked = needsAuthorization(e) && tally.succeededBelow == 0;
                locked += isLocked ? 1 : 0;
                if (isLocked && locked == Math.min(2, order.size())) {
                    // Not that of one parent: no more is asked without credentials.
                    throw e;
                }
                if (endsThePoll(e)) {
                    failure = e;
                    // When nothing else was done, another one is to be the first.
                    boolean isFirst = parent.equals(order.get(0));
                    next = isFirst ? order.get(1 % order.size()) : parent;
                    break;
                }
            }
        }
        open.checkpoint(origin, origin.checkpoint().withStarted().withToken(next));
        open.commit();
        if (failure != null && needsAuthorization(failure) && tally.succeededBelow > 0) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Below a parent the service wants other credentials: " + failure.getMessage(),
                    failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static boolean needsAuthorization(RuntimeException e) {
        return e instanceof ConnectorException failure && failure.needsAuthorization();
    }

    private static boolean isGone(RuntimeException e) {
        return e instanceof StatusException status && (status.status() == 404 || status.status() == 410);
    }

    /** Whether the others would fail in the same way: the quota has ended, or the handler waits. */
    private static boolean endsThePoll(RuntimeException e) {
        return e instanceof RateLimitedException
                || (e instanceof PollingException waits
                        && (waits.reason() == Reason.HANDLER_WAITS || waits.reason() == Reason.TIMED_OUT));
    }

    private static List<String> rotated(Collection<String> parents, @Nullable String first) {
        List<String> order = new ArrayList<>(parents);
        int at = first == null ? -1 : order.indexOf(first);
        if (at > 0) {
            Collections.rotate(order, -at);
        }
        return order;
    }

    /** When the trigger began is stored before anything is asked: a service that does not answer then hides nothing. */
    private Beginning begin(TriggerState open, PartitionState origin) {
        Long begun = origin.checkpoint().begun();
        if (begun != null) {
            return new Beginning(begun, false);
        }
        long now = TimestampFormat.nanos(time.now());
        // A trigger of an earlier version began at the position of all parents, or is not to begin again.
        Long position = parents == null ? null : origin.checkpoint().position();
        open.checkpoint(origin, origin.checkpoint().withBegun(position == null ? now : position));
        open.commit();
        return new Beginning(now, position == null && !origin.checkpoint().started());
    }

    /** A parent that is read for the first time after the trigger began has nothing that was there already, but by its time. */
    private TriggerDefinition definitionFor(PartitionState scope, PartitionState origin) {
        boolean isLater = origin.checkpoint().started() && !scope.checkpoint().started();
        if (!isLater || !definition.first().isSilent()) {
            return definition;
        }
        boolean byTime = definition.cursor() != null && definition.cursor().isTime();
        return definition.withFirst(byTime ? StartPosition.fromNow() : StartPosition.everything());
    }

    private void pollOne(
            TriggerState open, String scope, JsonNode parent, PollContext run, Tally tally, Beginning beginning) {
        TriggerDefinition own = parents == null ? definition : definitionFor(open.scope(scope), open.scope(""));
        PartitionPoll poll = new PartitionPoll(own, open, open.scope(scope), parent, run, clock, beginning);
        try {
            poll.run();
        } finally {
            tally.add(poll.result());
            asked = poll.askedInterval();
            tally.warn(poll.warning());
        }
    }

    private void succeeded(Tally tally) {
        note(history().succeeded(time.now(), tally.done, warnings(tally)));
        tell(listener -> listener.onSuccess(definition.id(), tally.done));
    }

    private List<String> warnings(Tally tally) {
        tally.warn(damage());
        String shifting = definition.impossible();
        if (shifting != null) {
            tally.warnings.add(shifting);
        }
        return List.copyOf(tally.warnings);
    }

    private void failed(RuntimeException e, Tally tally) {
        String message = String.valueOf(e.getMessage());
        History failed = history()
                .failed(
                        time.now(),
                        message,
                        tally.done,
                        tally.isPartial(),
                        warnings(tally),
                        Map.copyOf(tally.failures));
        note(failed);
        LOG.warn("{}: poll failed, {} in a row: {}", definition.id(), failed.failures(), e.getMessage());
        tell(listener -> listener.onFailure(definition.id(), e, Math.max(1, failed.failures())));
    }

    /** A poll that was due could not be begun. */
    void rejected(Throwable reason) {
        failed(
                new ConnectorException("The poll could not be begun, as no thread could be had: " + reason, reason),
                new Tally(time.nanos()));
    }

    private synchronized void note(History changed) {
        history = changed;
    }

    private void tell(Consumer<PollingListener> what) {
        for (PollingListener listener : listeners) {
            try {
                what.accept(listener);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                LOG.error("{}: a listener failed", definition.id(), e);
            }
        }
    }

    DeliveryResult deliver(TriggerEvent event) {
        return definition.delivery().deliver(List.of(event), time, stopGate(), handlers);
    }

    /**
     * Notes what came of a delivery outside of polls. A poll that has failed, or the end of the trigger, may have given the state back
     * meanwhile: then it is opened again for that.
     */
    void record(Consumer<TriggerState> outcome) {
        for (int attempt = 1; ; attempt++) {
            boolean wasOpen = current() != null;
            TriggerState open = open();
            try {
                outcome.accept(open);
                open.commit();
                return;
            } catch (StateException e) {
                if (attempt == MAX_RECORDINGS || current() == open) {
                    throw e;
                }
            } finally {
                if (!wasOpen && current() == open && !polling.isLocked()) {
                    drop();
                }
            }
        }
    }

    private synchronized CountDownLatch stopGate() {
        return stop;
    }

    /**
     * Ends a poll that runs, and gives back the state; false when handlers had to be interrupted. A thread that is interrupted does so
     * too, but leaves the handlers no time, and stays interrupted. When the poll does not end, it gives the state back when it does.
     */
    boolean stop(Duration deadline) {
        stopGate().countDown();
        if (isWithinPoll()) {
            // To wait for the poll would be to wait for the caller: it ends after the events that are being handled.
            abandon();
            if (!polling.isHeldByCurrentThread()) {
                giveBackIfFree();
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
                giveBack();
            } else {
                LOG.error(
                        "{}: a handler, or the store, does not end when it is interrupted: the state is given back when it does",
                        definition.id());
                abandon();
                giveBackIfFree();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return graceful;
    }

    private void giveBack() {
        try {
            boolean unused = takeAbandoned();
            drop();
            save();
            rearm();
        } finally {
            polling.unlock();
        }
    }

    /** A last attempt to store what could not be stored, so that it does not come again after the next start of the process. */
    private void save() {
        if (unsaved().isEmpty()) {
            return;
        }
        try {
            TriggerState unused = open();
        } catch (RuntimeException e) {
            LOG.error("{}: what was handled could not be stored: it comes again", definition.id(), e);
        } finally {
            drop();
        }
    }

    /** Forgets the state: the next poll is a first one. */
    void reset() {
        if (isWithinPoll() || !polling.tryLock()) {
            throw new PollingException(Reason.BUSY, "\"" + definition.id() + "\" polls: stop it, and reset it then");
        }
        try {
            drop();
            saved();
            store.reset(definition.id());
            synchronized (this) {
                damage = null;
            }
        } finally {
            polling.unlock();
        }
    }

    /** Interrupts the poll, and waits until it has ended, whoever interrupts the calling thread. */
    private boolean interruptPoll() {
        interrupt();
        long end = TimeSource.SYSTEM.nanos() + UNINTERRUPTIBLE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return polling.tryLock(end - TimeSource.SYSTEM.nanos(), TimeUnit.NANOSECONDS);
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

    /** How long the service wants us to wait at least, by its {@code X-Poll-Interval}. */
    Duration askedInterval() {
        return asked;
    }

    synchronized History history() {
        return history;
    }

    /** Where its polls belong among those of the engine. */
    String origin() {
        String url = definition.connection().baseUrl();
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return path < 0 ? url : url.substring(0, path);
    }

    boolean isPolling() {
        return polling.isLocked();
    }

    synchronized boolean isOpen() {
        return state != null;
    }
}
