package io.httpconnector.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How events get to your code: one by one or in batches, in which order, how often it is tried.
 *
 * <pre>{@code
 * Delivery.to(event -> tickets.upsert(event.payload())).concurrently(8).attempts(10).backoff(ofSeconds(1), ofMinutes(5))
 * Delivery.inBatches(500, events -> warehouse.load(events))
 * }</pre>
 *
 * <p>By default one event at a time, in the order in which they came, 5 attempts with a backoff that doubles from 1 second to at
 * most a minute, half of it random. What the last attempt could not get handled becomes a {@link DeadLetter}, and the next
 * event is delivered. Immutable and safe for many threads.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final int MAX_ATTEMPTS = 10_000;
    private static final int MAX_LANES = 1000;
    private static final int DEFAULT_LANES = 1;
    private static final int DEFAULT_ATTEMPTS = 5;
    private static final Duration DEFAULT_FIRST = Duration.ofSeconds(1);
    private static final Duration DEFAULT_LONGEST = Duration.ofMinutes(1);
    private static final int MAX_IN_BATCH = 100_000;
    private static final int MAX_CAUSES = 10;
    private static final Duration MAX_ASKED = Duration.ofHours(1);
    /** For what a service asks for a thread does not wait longer. */
    private static final Duration MAX_PAUSE = Duration.ofMinutes(2);

    private final BatchHandler handler;
    private final int batch;
    private final int lanes;
    private final int attempts;
    private final Duration first;
    private final Duration longest;

    private Delivery(BatchHandler handler, int batch, int lanes, int attempts, Duration first, Duration max) {
        this.handler = handler;
        this.batch = batch;
        this.lanes = lanes;
        this.attempts = attempts;
        this.first = first;
        this.longest = max;
    }

    /**
     * Delivers events one by one.
     *
     * @param handler is given each event
     * @return the delivery
     */
    public static Delivery to(EventHandler handler) {
        require(handler != null, "the handler is null");
        return of(1, events -> handler.handle(events.get(0)));
    }

    /**
     * Delivers several events at once.
     *
     * @param max how many at most, 1 to 100,000; there are fewer when there are no more on a page
     * @param handler is given each batch
     * @return the delivery
     */
    public static Delivery inBatches(int max, BatchHandler handler) {
        require(handler != null, "the handler is null");
        require(max >= 1 && max <= MAX_IN_BATCH, "batches of " + max + " events: use 1 to " + MAX_IN_BATCH);
        return of(max, handler);
    }

    private static Delivery of(int batch, BatchHandler handler) {
        return new Delivery(handler, batch, DEFAULT_LANES, DEFAULT_ATTEMPTS, DEFAULT_FIRST, DEFAULT_LONGEST);
    }

    /**
     * Delivers several events at the same time; those of the same record still one after the other, in the order in which they
     * came.
     *
     * @param max how many handlers run at once, 1 to 1000
     * @return another delivery
     */
    public Delivery concurrently(int max) {
        require(max >= 1 && max <= MAX_LANES, max + " at the same time: use 1 to " + MAX_LANES);
        return new Delivery(handler, batch, max, attempts, first, longest);
    }

    /**
     * Sets how often it is tried to get an event handled. The events after it wait.
     *
     * @param max how often, 1 to 10,000
     * @return another delivery
     */
    public Delivery attempts(int max) {
        require(max >= 1 && max <= MAX_ATTEMPTS, max + " attempts: use 1 to " + MAX_ATTEMPTS);
        return new Delivery(handler, batch, lanes, max, first, longest);
    }

    /**
     * Sets how long to wait between attempts; twice as long after each, and of that half at random. Where the handler has called a
     * service that asks for more time ({@link ConnectorException#retryAfter()}), that long, up to an hour.
     *
     * @param first after the first attempt, 1 ms to 24 h
     * @param max what it does not exceed, up to 24 h
     * @return another delivery
     */
    public Delivery backoff(Duration first, Duration max) {
        boolean good = first != null
                && max != null
                && first.compareTo(Duration.ofMillis(1)) >= 0
                && max.compareTo(first) >= 0
                && max.compareTo(Duration.ofDays(1)) <= 0;
        require(good, "a backoff from " + first + " to " + max + ": use 1 ms to 24 h, the shorter first");
        return new Delivery(handler, batch, lanes, attempts, first, max);
    }

    /**
     * The settings as JSON, to be saved: {@code attempts}, {@code concurrently} and {@code backoff}. The handler is code, and the
     * size of a batch belongs to it.
     *
     * @return what {@link #settings(JsonNode)} reads; empty for the defaults
     */
    public ObjectNode settings() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean isDefault = lanes == DEFAULT_LANES
                && attempts == DEFAULT_ATTEMPTS
                && first.equals(DEFAULT_FIRST)
                && longest.equals(DEFAULT_LONGEST);
        if (!isDefault) {
            json.put("attempts", attempts).put("concurrently", lanes);
            json.putObject("backoff").put("first", first.toString()).put("longest", longest.toString());
        }
        return json;
    }

    /**
     * Sets what was saved.
     *
     * @param json such as {@code {"attempts": 10, "concurrently": 8, "backoff": {"first": "PT1S", "longest": "PT5M"}}}; all may be
     *     left out
     * @return another delivery
     * @throws InvalidDefinitionException when something is wrong: lists all of it, each with its JSON Pointer
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
                                reader.object("backoff", Backoff::read),
                                (delivery, backoff) -> delivery.backoff(backoff.first, backoff.longest))
                        .value());
    }

    /** The member {@code backoff}. */
    private record Backoff(Duration first, Duration longest) {
        static @Nullable Backoff read(JsonObjectReader reader) {
            Duration first = reader.requiredDuration("first");
            Duration max = reader.requiredDuration("longest");
            return first == null || max == null ? null : new Backoff(first, max);
        }
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new InvalidDefinitionException("delivery", List.of(otherwise));
        }
    }

    /**
     * Delivers events, and waits until all are handled or dead, or the delivery is stopped, or a service that the handler calls asks
     * for more than two minutes. Called by triggers. When the thread is interrupted, so are the handlers that run; the thread stays
     * interrupted, and what was not finished counts as neither.
     *
     * @param events the events, in their order
     * @param time waits between the attempts
     * @param stop ends the delivery when it opens: what is being handled then is finished, and no more is begun
     * @param helpers run handlers beside the calling thread, when several may run at once
     * @return what came of it
     */
    public DeliveryResult deliver(List<TriggerEvent> events, TimeSource time, CountDownLatch stop, Executor helpers) {
        Run run = new Run(lanes(events), time, stop);
        List<FutureTask<?>> tasks = new ArrayList<>();
        try {
            for (int others = run.waiting.size() - 1; others > 0; others--) {
                FutureTask<?> task = new FutureTask<>(() -> work(run), null);
                helpers.execute(task);
                tasks.add(task);
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("No thread is free to help: {} of them do", tasks.size());
        }
        try {
            work(run);
            run.unfinished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Those that have not begun are not needed any more.
            tasks.forEach(task -> task.cancel(true));
        }
        Throwable broken = run.broken.get();
        if (broken != null) {
            throw new IllegalStateException("A handler failed so that nothing can go on: " + broken, broken);
        }
        return run.delivered;
    }

    /** One call of {@link #deliver}. */
    private static final class Run {

        private final Queue<List<TriggerEvent>> waiting;
        private final CountDownLatch unfinished;
        private final TimeSource time;
        private final CountDownLatch stop;
        private final DeliveryResult delivered = new DeliveryResult();
        private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

        Run(List<List<TriggerEvent>> lanes, TimeSource time, CountDownLatch stop) {
            this.waiting = new ConcurrentLinkedQueue<>(lanes);
            this.unfinished = new CountDownLatch(lanes.size());
            this.time = time;
            this.stop = stop;
        }
    }

    /** Spreads the events, those of one record always into the same lane. */
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

    private void work(Run run) {
        List<TriggerEvent> lane = run.waiting.poll();
        while (lane != null) {
            try {
                work(lane, run);
            } catch (Throwable e) {
                run.broken.compareAndSet(null, e);
            } finally {
                run.unfinished.countDown();
            }
            lane = run.waiting.poll();
        }
    }

    private void work(List<TriggerEvent> lane, Run run) {
        boolean going = true;
        for (int i = 0; going && i < lane.size(); i += batch) {
            List<TriggerEvent> next =
                    batch == 1 ? List.of(lane.get(i)) : List.copyOf(lane.subList(i, Math.min(i + batch, lane.size())));
            going = run.stop.getCount() > 0 && run.delivered.retryAfter().isEmpty() && finish(next, run);
        }
    }

    /** Whether to go on: these are handled or dead. */
    private boolean finish(List<TriggerEvent> events, Run run) {
        for (int number = 1; ; number++) {
            AttemptResult attempted = attempt(events, number, run.time);
            switch (attempted.outcome()) {
                case HANDLED -> {
                    events.forEach(run.delivered::handled);
                    return true;
                }
                case DEAD -> {
                    attempted.dead().forEach(run.delivered::died);
                    return true;
                }
                case INTERRUPTED -> {
                    return false;
                }
                case AGAIN -> {
                    Duration wait = attempted.backoff();
                    if (wait.compareTo(longest) > 0 && wait.compareTo(MAX_PAUSE) > 0) {
                        run.delivered.postponed(wait);
                        return false;
                    }
                    if (!paused(wait, run)) {
                        return false;
                    }
                }
            }
        }
    }

    /**
     * Makes one attempt in the calling thread, for whoever waits between attempts in a way of its own. Called by triggers.
     *
     * @param events the events, at most as many as a batch has
     * @param number which attempt it is, from 1
     * @param time tells the time of dead letters
     * @return how it ended
     */
    public AttemptResult attempt(List<TriggerEvent> events, int number, TimeSource time) {
        Throwable failure;
        try {
            handler.handle(events);
            return AttemptResult.HANDLED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return AttemptResult.INTERRUPTED;
        } catch (Throwable e) {
            // Whatever a handler throws, an Error too, is its failure: what others have handled must be stored all the
            // same.
            failure = readable(e);
        }
        if (Thread.currentThread().isInterrupted()) {
            return AttemptResult.INTERRUPTED;
        }
        String which = events.size() == 1 ? events.get(0).toString() : events.size() + " from " + events.get(0);
        if (number >= attempts) {
            LOG.warn("{}: attempt {} of {} failed, it becomes a dead letter", which, number, attempts, failure);
            return AttemptResult.dead(events.stream()
                    .map(event -> DeadLetter.of(event, failure, number, time.now()))
                    .toList());
        }
        LOG.info("{}: attempt {} of {} failed: {}", which, number, attempts, failure.toString());
        Duration own = backoff(number);
        Duration asked = asked(failure);
        return AttemptResult.again(own.compareTo(asked) < 0 ? asked : own);
    }

    /** A failure that says what it is; one whose message can't be had would fail again wherever it is logged. */
    private static Throwable readable(Throwable failure) {
        try {
            var unused = failure.toString();
            return failure;
        } catch (Throwable e) {
            return new IllegalStateException(
                    "The handler failed with a " + failure.getClass().getName() + ", whose message can't be had");
        }
    }

    /** What the service that the handler called has asked for. */
    private static Duration asked(Throwable failure) {
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
     * How many handlers run at once.
     *
     * @return 1 to 1000
     */
    public int concurrency() {
        return lanes;
    }

    private Duration backoff(int number) {
        double max = Math.min((double) longest.toMillis(), first.toMillis() * Math.pow(2, number - 1.0));
        return Duration.ofMillis(
                Math.max(1, Math.round(max / 2 + ThreadLocalRandom.current().nextDouble() * max / 2)));
    }

    /** Waits for the next attempt; false when there is to be none. */
    private static boolean paused(Duration backoff, Run run) {
        try {
            return !run.time.await(run.stop, backoff);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
