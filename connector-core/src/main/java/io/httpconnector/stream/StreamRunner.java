package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.stream.EventConnection.Ending;
import io.httpconnector.stream.StreamState.StreamPosition;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One run of a stream trigger, from start to stop: waits until no other node reads the stream, reads it, and requests it again. The
 * thread is interrupted while it waits for the service, and not while the handler runs or the state is written.
 */
final class StreamRunner {

    /** How long a node is silent before another one continues its stream. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration BEAT = LEASE.dividedBy(3);

    private final StreamDefinition definition;
    private final StreamProgress progress;
    private final TimeSource time;
    private final String node = UUID.randomUUID().toString();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /** The threads that run handlers in addition to that of the stream. */
    private final Set<Thread> helpers = ConcurrentHashMap.newKeySet();

    // Guarded by this.
    private @Nullable Thread thread;
    private boolean reading;
    private boolean lost;
    private boolean waiting;
    private @Nullable StreamState state;

    /** Ends the reading, because the trigger is stopped or another node has taken over. */
    private static final class InterruptedReadException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedReadException() {
            super(null, null, false, false);
        }
    }

    StreamRunner(StreamDefinition definition, StreamProgress progress) {
        this.definition = definition;
        this.progress = progress;
        this.time = definition.connection().timeSource();
    }

    void start() {
        DefaultExecutors.forStreams().execute(this::run);
    }

    /** Returns the state while this node reads the stream; otherwise null. */
    synchronized @Nullable StreamState state() {
        return state;
    }

    /** Ends the run; false if a handler still runs after the deadline, and was interrupted. */
    boolean stop(Duration deadline) {
        stop.countDown();
        Thread running;
        synchronized (this) {
            running = thread;
            if (running != null && reading) {
                running.interrupt();
            }
        }
        if (running == Thread.currentThread() || helpers.contains(Thread.currentThread())) {
            return true;
        }
        if (await(deadline)) {
            return true;
        }
        if (running != null) {
            running.interrupt();
        }
        return false;
    }

    private boolean await(Duration deadline) {
        try {
            return time.await(ended, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isEnded() {
        return ended.getCount() == 0;
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    private void run() {
        synchronized (this) {
            thread = Thread.currentThread();
        }
        boolean isOver = false;
        try {
            while (!isOver && !isStopped()) {
                isOver = attempt();
            }
        } finally {
            progress.phase(isOver ? StreamPhase.ENDED : StreamPhase.STOPPED);
            synchronized (this) {
                thread = null;
            }
            ended.countDown();
            // The interrupt was meant for this run.
            Thread.interrupted();
        }
    }

    /** Waits for the stream and reads it until this node loses it; returns whether the service has no more events. */
    private boolean attempt() {
        try {
            StreamState acquired = acquire();
            return acquired != null && read(acquired);
        } catch (InterruptedReadException | InterruptedException e) {
            // The trigger is being stopped, or another node has taken over.
            return false;
        } catch (RuntimeException e) {
            progress.failed(e);
            return awaitStop(BEAT);
        }
    }

    /** Waits for the next attempt; returns false. */
    private boolean awaitStop(Duration delay) {
        try {
            boolean unused = time.await(stop, delay);
        } catch (InterruptedException e) {
            // The handler is interrupted after the deadline of stop.
            return false;
        }
        return false;
    }

    /** Waits until no other node reads the stream; null if the trigger is stopped before. */
    private @Nullable StreamState acquire() throws InterruptedException {
        StreamState opened = null;
        boolean isClaimed = false;
        try {
            StreamState.EntryMark known = null;
            long since = 0;
            while (!isStopped()) {
                opened = opened == null ? open() : opened;
                if (opened != null) {
                    opened.reload();
                    if (opened.isPaused()) {
                        opened.close();
                        opened = null;
                        known = null;
                        awaitResume();
                        continue;
                    }
                    boolean isSilent = opened.mark().equals(known) && time.nanos() - since >= LEASE.toNanos();
                    if (opened.isFree() || definition.store().isExclusive() || isSilent) {
                        isClaimed = claim(opened);
                        if (isClaimed) {
                            return opened;
                        }
                    }
                    if (!opened.mark().equals(known)) {
                        known = opened.mark();
                        since = time.nanos();
                    }
                    // While this node waits, its trigger can still be paused, resumed, and asked for dead letters.
                    opened.close();
                    opened = null;
                }
                progress.phase(StreamPhase.STANDBY);
                boolean unused = time.await(stop, BEAT);
            }
            return null;
        } finally {
            if (!isClaimed && opened != null) {
                opened.close();
            }
        }
    }

    /** Waits until the stream may have been resumed, by this process or another node. */
    private void awaitResume() throws InterruptedException {
        progress.phase(StreamPhase.PAUSED);
        synchronized (this) {
            waiting = true;
        }
        try {
            boolean unused = time.await(stop, BEAT);
        } finally {
            synchronized (this) {
                waiting = false;
            }
        }
    }

    /** Notices at once that this process has paused or resumed the stream. */
    synchronized void pauseChanged() {
        Thread running = thread;
        if (running != null && running != Thread.currentThread() && (waiting || reading)) {
            running.interrupt();
        }
    }

    private @Nullable StreamState open() {
        try {
            return StreamState.open(definition.store(), definition.id(), node);
        } catch (StateException e) {
            if (e.reason() == StateFailure.IN_USE) {
                return null;
            }
            throw e;
        }
    }

    private static boolean claim(StreamState opened) {
        try {
            opened.claim();
            return true;
        } catch (StateException e) {
            if (e.reason() == StateFailure.CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private boolean read(StreamState acquired) {
        CountDownLatch beating = new CountDownLatch(1);
        synchronized (this) {
            state = acquired;
            lost = false;
        }
        try {
            if (!definition.store().isExclusive()) {
                DefaultExecutors.forStreams().execute(() -> beat(acquired, beating));
            }
            return readAgain(acquired);
        } finally {
            beating.countDown();
            close(acquired);
        }
    }

    private void close(StreamState acquired) {
        boolean isLost;
        synchronized (this) {
            reading = false;
            state = null;
            isLost = lost;
        }
        // A write must not be interrupted.
        boolean unused = Thread.interrupted();
        if (isLost) {
            acquired.close();
            return;
        }
        try {
            acquired.release();
        } catch (StateException e) {
            // Another node takes over when this one is silent.
            progress.failed(e);
        }
    }

    /** Confirms regularly that this node reads the stream. */
    private void beat(StreamState acquired, CountDownLatch beating) {
        StreamState.EntryMark last = acquired.mark();
        try {
            while (!time.await(beating, BEAT)) {
                try {
                    if (acquired.mark().equals(last)) {
                        acquired.claim();
                    }
                    last = acquired.mark();
                    if (acquired.isPaused()) {
                        pauseChanged();
                    }
                } catch (StateException e) {
                    if (e.reason() == StateFailure.CONFLICT) {
                        lose();
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void lose() {
        lost = true;
        Thread running = thread;
        if (running != null && reading) {
            running.interrupt();
        }
    }

    /** Reads the stream, and requests it again after its end and after failures; returns whether there are no more events. */
    private boolean readAgain(StreamState acquired) {
        Reconnection reconnection = new Reconnection(definition.settings().maxDelay());
        StreamPosition position = acquired.position();
        while (true) {
            EventReception reception = new EventReception(definition, progress, acquired, position, this);
            EventConnection one = new EventConnection(
                    definition.connection(),
                    definition.settings().idleTimeout(),
                    definition.settings().maxEventBytes(definition.connection()),
                    position.lastEventId(),
                    reception);
            progress.phase(StreamPhase.CONNECTING);
            long start = time.nanos();
            ConnectorException failure = null;
            startReading();
            try {
                if (one.read(definition.request().render(definition.pills())) == Ending.FOR_GOOD) {
                    progress.ended(Duration.ZERO);
                    return true;
                }
            } catch (StateException e) {
                throw e;
            } catch (ConnectorException e) {
                failure = e;
            }
            endReading();
            boolean hasAdvanced = !reception.reached().equals(position);
            position = reception.reached();
            reconnection.request(one.retry());
            // An event that is too large or cannot be delivered is received again each time.
            boolean isOfEvent = failure instanceof StreamException || (failure != null && one.isOfReceiver(failure));
            boolean hasLasted = failure == null
                    && time.nanos() - start >= reconnection.delay().toNanos();
            Duration delay = reconnection.next(isOfEvent ? hasAdvanced : one.hasReceived() || hasLasted, failure);
            progress.phase(StreamPhase.WAITING);
            if (failure == null) {
                progress.ended(delay);
            } else {
                progress.failed(failure, Math.max(1, reconnection.failures()));
            }
            pause(delay);
        }
    }

    /** Waits, unless the trigger is stopped. */
    void pause(Duration delay) {
        try {
            if (time.await(stop, delay)) {
                throw new InterruptedReadException();
            }
        } catch (InterruptedException e) {
            throw new InterruptedReadException();
        }
    }

    /** Runs handlers in another thread. */
    void help(Runnable handlers) {
        DefaultExecutors.forStreams().execute(() -> {
            helpers.add(Thread.currentThread());
            try {
                handlers.run();
            } finally {
                helpers.remove(Thread.currentThread());
            }
        });
    }

    CountDownLatch stopGate() {
        return stop;
    }

    /** Permits to interrupt the thread. */
    synchronized void startReading() {
        requireReading();
        reading = true;
    }

    /** Starts work that is not interrupted. */
    synchronized void endReading() {
        reading = false;
        requireReading();
    }

    private void requireReading() {
        StreamState acquired = state;
        if (isStopped() || lost || (acquired != null && acquired.isPaused())) {
            throw new InterruptedReadException();
        }
    }
}
