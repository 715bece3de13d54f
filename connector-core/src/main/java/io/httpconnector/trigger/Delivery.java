package io.httpconnector.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.internal.limits.Backoff;
import io.httpconnector.internal.limits.PostponedException;
import io.httpconnector.trigger.DeliveryListener.AttemptObserver;
import io.httpconnector.trigger.DeliveryListener.DeliveryAttempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delivery of events to a handler: individually or in batches, with concurrency, attempts and backoff.
 *
 * <pre>{@code
 * Delivery.to(event -> tickets.upsert(event.payload())).concurrently(8).attempts(10).backoff(ofSeconds(1), ofMinutes(5))
 * Delivery.inBatches(500, events -> warehouse.load(events))
 * }</pre>
 *
 * <p>Default: one event at a time, in order of arrival, and 5 attempts with a backoff that doubles from 1 second to at most
 * one minute, half of it random. An event that fails in the last attempt becomes a {@link DeadLetter}, and the next event is
 * delivered. Immutable and thread-safe.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final int MAX_ATTEMPTS = 10_000;
    private static final int MAX_LANES = 1000;
    private static final int DEFAULT_LANES = 1;
    private static final int DEFAULT_ATTEMPTS = 5;
    private static final Backoff DEFAULT_BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
    private static final int MAX_IN_BATCH = 100_000;
    private static final int MAX_CAUSES = 10;
    private static final Duration MAX_ASKED = Duration.ofHours(1);
    /** The maximum delay requested by a service for which a thread waits. */
    private static final Duration MAX_PAUSE = Duration.ofMinutes(2);

    private final BatchHandler handler;
    private final int batch;
    private final int lanes;
    private final int attempts;
    private final Backoff backoff;
    private final List<DeliveryListener> listeners;

    private Delivery(
            BatchHandler handler,
            int batch,
            int lanes,
            int attempts,
            Backoff backoff,
            List<DeliveryListener> listeners) {
        this.handler = handler;
        this.batch = batch;
        this.lanes = lanes;
        this.attempts = attempts;
        this.backoff = backoff;
        this.listeners = listeners;
    }

    /**
     * Delivers events individually.
     *
     * @param handler handles each event
     * @return the delivery
     */
    public static Delivery to(EventHandler handler) {
        require(handler != null, "the handler is null");
        return of(1, events -> handler.handle(events.get(0)));
    }

    /**
     * Delivers events in batches.
     *
     * @param max the maximum number of events per batch, 1 to 100,000; a batch is smaller at the end of a page
     * @param handler handles each batch
     * @return the delivery
     */
    public static Delivery inBatches(int max, BatchHandler handler) {
        require(handler != null, "the handler is null");
        require(max >= 1 && max <= MAX_IN_BATCH, "batches of " + max + " events: use 1 to " + MAX_IN_BATCH);
        return of(max, handler);
    }

    private static Delivery of(int batch, BatchHandler handler) {
        return new Delivery(handler, batch, DEFAULT_LANES, DEFAULT_ATTEMPTS, DEFAULT_BACKOFF, List.of());
    }

    /**
     * Delivers events concurrently; events of the same record remain sequential, in order of arrival.
     *
     * @param max the maximum number of concurrent handlers, 1 to 1000
     * @return another delivery
     */
    public Delivery concurrently(int max) {
        require(max >= 1 && max <= MAX_LANES, max + " concurrent handlers: use 1 to " + MAX_LANES);
        return new Delivery(handler, batch, max, attempts, backoff, listeners);
    }

    /**
     * Sets the maximum number of attempts per event. Subsequent events wait.
     *
     * @param max the maximum number of attempts, 1 to 10,000
     * @return another delivery
     */
    public Delivery attempts(int max) {
        require(max >= 1 && max <= MAX_ATTEMPTS, max + " attempts: use 1 to " + MAX_ATTEMPTS);
        return new Delivery(handler, batch, lanes, max, backoff, listeners);
    }

    /**
     * Sets the backoff between attempts: it doubles after each attempt, and half of it is random. When the handler has called
     * a service that requests a longer delay ({@link ConnectorException#retryAfter()}), that delay is used, up to one hour.
     *
     * @param first the backoff after the first attempt, 1 ms to 24 h
     * @param max the maximum backoff, up to 24 h
     * @return another delivery
     */
    public Delivery backoff(Duration first, Duration max) {
        boolean good = first != null
                && max != null
                && first.compareTo(Duration.ofMillis(1)) >= 0
                && max.compareTo(first) >= 0
                && max.compareTo(Duration.ofDays(1)) <= 0;
        require(good, "a backoff from " + first + " to " + max + ": use 1 ms to 24 h, the shorter one first");
        return new Delivery(handler, batch, lanes, attempts, new Backoff(first, max), listeners);
    }

    /**
     * Adds a listener for the attempts.
     *
     * @param listener the listener
     * @return another delivery
     */
    public Delivery listener(DeliveryListener listener) {
        require(listener != null, "the listener is null");
        List<DeliveryListener> all = new ArrayList<>(listeners);
        all.add(listener);
        return new Delivery(handler, batch, lanes, attempts, backoff, List.copyOf(all));
    }

    /**
     * Returns the settings as JSON: {@code attempts}, {@code concurrently} and {@code backoff}. The handler is code, and the batch
     * size belongs to it.
     *
     * @return a document readable by {@link #settings(JsonNode)}; empty for the defaults
     */
    public ObjectNode settings() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean isDefault = lanes == DEFAULT_LANES && attempts == DEFAULT_ATTEMPTS && backoff.equals(DEFAULT_BACKOFF);
        if (!isDefault) {
            json.put("attempts", attempts).put("concurrently", lanes);
            json.putObject("backoff")
                    .put("first", backoff.first().toString())
                    .put("max", backoff.max().toString());
        }
        return json;
    }

    /**
     * Applies saved settings.
     *
     * @param json such as {@code {"attempts": 10, "concurrently": 8, "backoff": {"first": "PT1S", "max": "PT5M"}}}; all
     *     members are optional
     * @return another delivery
     * @throws InvalidDefinitionException when the settings are invalid: lists all problems, each with its JSON Pointer
     */
    public Delivery settings(JsonNode json) {
        return JsonObjectReader.read(
                "delivery",
                json,
                reader -> new MemberSteps<>(reader, this)
                        .integer("attempts", Delivery::attempts)
                        .integer("concurrently", Delivery::concurrently)
                        .with(
                                "backoff",
                                reader.object("backoff", Delivery::readBackoff),
                                (delivery, read) -> delivery.backoff(read.first(), read.max()))
                        .value());
    }

    private static @Nullable Backoff readBackoff(JsonObjectReader reader) {
        // "first": The delay before the second attempt.
        Duration first = reader.requiredDuration("first");
        // "max": The maximum delay.
        Duration max = reader.requiredDuration("max");
        return first == null || max == null ? null : new Backoff(first, max);
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("delivery", List.of(problem));
        }
    }

    /**
     * Delivers events, and waits until all are handled or dead-lettered, the delivery is stopped, or a service called by the
     * handler requests a delay of more than two minutes. Called by triggers. When the thread is interrupted, the running
     * handlers are interrupted too; the thread stays interrupted, and unfinished events are neither handled nor dead-lettered.
     *
     * @param events the events, in their order
     * @param time the time source for waiting between attempts
     * @param stop ends the delivery when it opens: running handlers finish, and no further ones are started
     * @param helpers runs handlers in addition to the calling thread, if concurrency permits
     * @return the result
     */
    public DeliveryResult deliver(List<TriggerEvent> events, TimeSource time, CountDownLatch stop, Executor helpers) {
        DeliveryRun run = new DeliveryRun(lanes(events), time, stop);
        List<FutureTask<?>> tasks = new ArrayList<>();
        try {
            for (int others = run.waiting.size() - 1; others > 0; others--) {
                FutureTask<?> task = new FutureTask<>(() -> runLane(run), null);
                helpers.execute(task);
                tasks.add(task);
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("No further thread is available: {} helper threads are used", tasks.size());
        }
        try {
            runLane(run);
            run.unfinished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Tasks that have not started are no longer needed.
            tasks.forEach(task -> task.cancel(true));
        }
        Throwable broken = run.broken.get();
        if (broken != null) {
            throw new IllegalStateException("The delivery failed unexpectedly: " + broken, broken);
        }
        return run.delivered;
    }

    /** The state of one call of {@link #deliver}. */
    private static final class DeliveryRun {

        private final Queue<List<TriggerEvent>> waiting;
        private final CountDownLatch unfinished;
        private final TimeSource time;
        private final CountDownLatch stop;
        private final DeliveryResult delivered = new DeliveryResult();
        private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

        DeliveryRun(List<List<TriggerEvent>> lanes, TimeSource time, CountDownLatch stop) {
            this.waiting = new ConcurrentLinkedQueue<>(lanes);
            this.unfinished = new CountDownLatch(lanes.size());
            this.time = time;
            this.stop = stop;
        }
    }

    /** Distributes the events over lanes; events of one record are always in the same lane. */
    private List<List<TriggerEvent>> lanes(List<TriggerEvent> events) {
        if (lanes == 1 || events.size() <= 1) {
            return List.of(events);
        }
        Map<String, List<TriggerEvent>> records = new LinkedHashMap<>();
        for (TriggerEvent event : events) {
            records.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event);
        }
        List<List<TriggerEvent>> spread = new ArrayList<>();
        for (List<TriggerEvent> record : records.values()) {
            if (spread.size() < lanes) {
                spread.add(record);
            } else {
                spread.stream()
                        .min(Comparator.comparingInt(List::size))
                        .orElseThrow()
                        .addAll(record);
            }
        }
        return spread;
    }

    private void runLane(DeliveryRun run) {
        List<TriggerEvent> lane = run.waiting.poll();
        while (lane != null) {
            try {
                runLane(lane, run);
            } catch (Throwable e) {
                run.broken.compareAndSet(null, e);
            } finally {
                run.unfinished.countDown();
            }
            lane = run.waiting.poll();
        }
    }

    private void runLane(List<TriggerEvent> lane, DeliveryRun run) {
        boolean going = true;
        for (int i = 0; going && i < lane.size(); i += batch) {
            List<TriggerEvent> next =
                    batch == 1 ? List.of(lane.get(i)) : List.copyOf(lane.subList(i, Math.min(i + batch, lane.size())));
            going = run.stop.getCount() > 0 && run.delivered.retryAfter().isEmpty() && finish(next, run);
        }
    }

    /** Handles a batch with retries; returns whether it is handled or dead-lettered, so that delivery continues. */
    private boolean finish(List<TriggerEvent> events, DeliveryRun run) {
        for (int number = 1; ; number++) {
            AttemptResult attempted = attempt(events, number, run.time);
            switch (attempted.outcome()) {
                case HANDLED -> {
                    events.forEach(run.delivered::handled);
                    return true;
                }
                case DEAD_LETTER -> {
                    attempted.deadLetters().forEach(run.delivered::addDeadLetter);
                    return true;
                }
                case INTERRUPTED -> {
                    return false;
                }
                case RETRY, POSTPONED -> {
                    Duration wait = attempted.backoff();
                    if (wait.compareTo(backoff.max()) > 0 && wait.compareTo(MAX_PAUSE) > 0) {
                        run.delivered.postpone(wait);
                        return false;
                    }
                    if (!awaitBackoff(wait, run)) {
                        return false;
                    }
                    if (attempted.outcome() == AttemptResult.Outcome.POSTPONED) {
                        number--;
                    }
                }
            }
        }
    }

    /**
     * Makes one attempt in the calling thread, for callers that implement the waiting between attempts themselves. Called by
     * triggers.
     *
     * @param events the events, at most one batch
     * @param number the number of the attempt, starting at 1
     * @param time the time source for dead letters
     * @return the result
     */
    public AttemptResult attempt(List<TriggerEvent> events, int number, TimeSource time) {
        if (listeners.isEmpty()) {
            return handle(events, number, time).result();
        }
        AttemptObserver observer = DeliveryListener.all(listeners).onAttempt(new DeliveryAttempt(events, number));
        Attempted attempted = handle(events, number, time);
        observer.onResult(attempted.result(), Optional.ofNullable(attempted.failure()));
        return attempted.result();
    }

    /** The result of an attempt, and what the handler has thrown. */
    private record Attempted(AttemptResult result, @Nullable Throwable failure) {}

    private Attempted handle(List<TriggerEvent> events, int number, TimeSource time) {
        Throwable failure;
        try {
            handler.handle(events);
            return new Attempted(AttemptResult.HANDLED, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Attempted(AttemptResult.INTERRUPTED, e);
        } catch (Throwable e) {
            // Anything a handler throws, even an Error, counts as its failure: events that others have handled must
            // still be stored.
            failure = withReadableMessage(e);
        }
        if (Thread.currentThread().isInterrupted()) {
            return new Attempted(AttemptResult.INTERRUPTED, failure);
        }
        if (failure instanceof PostponedException postponed) {
            LOG.debug("{}: postponed: {}", events.get(0), postponed.toString());
            return new Attempted(AttemptResult.postponed(postponed.delay()), failure);
        }
        String which = events.size() == 1 ? events.get(0).toString() : events.size() + " from " + events.get(0);
        if (number >= attempts) {
            LOG.warn("{}: attempt {} of {} failed; moved to the dead letters", which, number, attempts, failure);
            List<DeadLetter> letters = events.stream()
                    .map(event -> DeadLetter.of(event, failure, number, time.now()))
                    .toList();
            return new Attempted(AttemptResult.deadLetters(letters), failure);
        }
        LOG.info("{}: attempt {} of {} failed: {}", which, number, attempts, failure.toString());
        Duration own = backoff(number);
        Duration asked = requestedDelay(failure);
        return new Attempted(AttemptResult.retryAfter(own.compareTo(asked) < 0 ? asked : own), failure);
    }

    /** Replaces a failure whose message cannot be read, because it would fail again wherever it is logged. */
    private static Throwable withReadableMessage(Throwable failure) {
        try {
            var unused = failure.toString();
            return failure;
        } catch (Throwable e) {
            return new IllegalStateException(
                    "The handler failed with a " + failure.getClass().getName() + ", whose message cannot be read");
        }
    }

    /** Returns the delay requested by the service that the handler called. */
    private static Duration requestedDelay(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof ConnectorException e && e.retryAfter().isPresent()) {
                Duration asked = e.retryAfter().get();
                return asked.compareTo(MAX_ASKED) < 0 ? asked : MAX_ASKED;
            }
            cause = cause.getCause();
        }
        return Duration.ZERO;
    }

    /**
     * Returns the maximum number of concurrent handlers.
     *
     * @return 1 to 1000
     */
    public int concurrency() {
        return lanes;
    }

    private Duration backoff(int number) {
        return backoff.delay(number, 0.5, 1);
    }

    /** Waits for the next attempt; false when the delivery was stopped. */
    private static boolean awaitBackoff(Duration backoff, DeliveryRun run) {
        try {
            return !run.time.await(run.stop, backoff);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
