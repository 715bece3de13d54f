package io.httpconnector.webhook.inbox;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import io.httpconnector.trigger.AttemptResult;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mailbox in a log. Its records are lines of JSON: a received event, a handled event, a failed attempt, a dead letter, or a
 * replayed dead letter. Unhandled events are also kept in memory.
 */
final class StateStoreMailbox implements Mailbox, GroupCommitLog.Owner<StateStoreMailbox.Item> {

    private static final Logger LOG = LoggerFactory.getLogger(StateStoreMailbox.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration FOREVER = Duration.ofDays(3660);
    private static final int SOME_BYTES = 1 << 16;

    private final Settings settings;
    private final int maxEvents;
    private final long maxBytes;
    private final GroupCommitLog<Item> log;
    private final DelayedTaskExecutor<Item> executor;

    /** Guards the following fields. */
    private final Object lock = new Object();

    private final Map<String, Item> items = new LinkedHashMap<>();
    private final Map<String, Instant> done = new LinkedHashMap<>();
    private final Map<String, Deque<Item>> turnsByKey = new HashMap<>();
    private long bytes;
    private long doneBytes;

    /** An unhandled event. */
    static final class Item {

        private final TriggerEvent event;
        private final int size;
        private GroupCommitLog.@Nullable Batch<Item> batch;
        private boolean ready;
        private int attempts;
        private @Nullable DeadLetter dead;

        Item(TriggerEvent event, int size) {
            this.event = event;
            this.size = size;
        }
    }

    private StateStoreMailbox(StateLog log, Settings terms, int mostEvents, long mostBytes) {
        this.settings = terms;
        this.maxEvents = mostEvents;
        this.maxBytes = mostBytes;
        this.log = new GroupCommitLog<>(terms.receiver(), log, terms.time(), this);
        this.executor = new DelayedTaskExecutor<>(
                terms.receiver(), terms.delivery().concurrency(), terms.time(), this::attempt);
    }

    static StateStoreMailbox open(StateLog log, Settings terms, int mostEvents, long mostBytes) {
        try {
            StateStoreMailbox mailbox = new StateStoreMailbox(log, terms, mostEvents, mostBytes);
            mailbox.start();
            return mailbox;
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void restore(byte[] entry) {
        for (String line : new String(entry, StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isEmpty()) {
                restore(line);
            }
        }
    }

    private void restore(String line) {
        JsonNode json = JsonSupport.parse(line);
        if (json.has("event")) {
            TriggerEvent event = TriggerEvent.fromJson(json.get("event"));
            add(new Item(event, line.length()));
        } else if (json.has("done")) {
            remove(
                    json.get("done").asText(),
                    Instant.ofEpochMilli(json.path("time").asLong()));
        } else if (json.has("failed")) {
            Item item = items.get(json.get("failed").asText());
            if (item != null) {
                item.attempts = json.path("attempts").asInt();
            }
        } else if (json.has("dead")) {
            DeadLetter dead = DeadLetter.fromJson(json.get("dead"));
            Item item = items.get(dead.event().id());
            if (item == null) {
                item = new Item(dead.event(), line.length());
                add(item);
            }
            item.dead = dead;
        } else if (json.has("again")) {
            Item item = items.get(json.get("again").asText());
            if (item != null) {
                item.dead = null;
                item.attempts = 0;
            }
        } else {
            throw new StateException(StateException.StateFailure.CORRUPT, "the inbox contains an unknown record");
        }
    }

    private void start() {
        synchronized (lock) {
            forget();
            for (Item item : items.values()) {
                if (item.dead == null) {
                    enqueue(item);
                    markReady(item);
                }
            }
            LOG.info("{}: restored {} events", settings.receiver(), items.size());
        }
    }

    private void add(Item item) {
        if (items.putIfAbsent(item.event.id(), item) == null) {
            bytes += item.size;
        }
    }

    private void remove(String id, Instant time) {
        Item item = items.remove(id);
        if (item != null) {
            bytes -= item.size;
        }
        if (done.remove(id) == null) {
            doneBytes += doneSize(id);
        }
        done.put(id, time);
        forget();
    }

    private void forget() {
        Instant oldest = settings.time().now().minus(settings.window());
        Iterator<Map.Entry<String, Instant>> entries = done.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Instant> entry = entries.next();
            if (!entry.getValue().isBefore(oldest) && done.size() <= settings.maxIds()) {
                return;
            }
            doneBytes -= doneSize(entry.getKey());
            entries.remove();
        }
    }

    @Override
    public boolean put(List<TriggerEvent> events) {
        return put(events, FOREVER);
    }

    @Override
    public boolean put(List<TriggerEvent> events, Duration timeout) {
        List<byte[]> lines =
                events.stream().map(event -> line("event", event.toJson())).toList();
        Set<GroupCommitLog.Batch<Item>> storing = new HashSet<>();
        List<Item> added = new ArrayList<>();
        synchronized (lock) {
            forget();
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            for (int i = 0; i < events.size(); i++) {
                Item known = items.get(events.get(i).id());
                if (known != null) {
                    if (known.batch != null) {
                        storing.add(known.batch);
                    }
                } else if (!done.containsKey(events.get(i).id())) {
                    Item item = new Item(events.get(i), lines.get(i).length);
                    add(item);
                    enqueue(item);
                    added.add(item);
                    records.writeBytes(lines.get(i));
                }
            }
            if (!added.isEmpty() && (items.size() > maxEvents || bytes > maxBytes)) {
                added.forEach(this::withdraw);
                LOG.warn(
                        "{}: the inbox is full: {} events are pending or dead-lettered",
                        settings.receiver(),
                        items.size());
                return false;
            }
            if (!added.isEmpty()) {
                GroupCommitLog.Batch<Item> batch = log.write(records.toByteArray(), added);
                added.forEach(item -> item.batch = batch);
                storing.add(batch);
            }
        }
        long end = TimeSource.SYSTEM.nanos() + timeout.toNanos();
        storing.forEach(batch -> batch.await(Duration.ofNanos(Math.max(1, end - TimeSource.SYSTEM.nanos()))));
        return true;
    }

    @Override
    public void stored(List<Item> about) {
        synchronized (lock) {
            for (Item item : about) {
                item.batch = null;
                markReady(item);
            }
        }
    }

    @Override
    public void failed(List<Item> about) {
        synchronized (lock) {
            about.forEach(this::withdraw);
        }
    }

    private void withdraw(Item item) {
        if (items.remove(item.event.id(), item)) {
            bytes -= item.size;
            dequeue(item);
        }
    }

    /** Queues the event behind the events of the same key. */
    private void enqueue(Item item) {
        if (!item.event.key().isEmpty()) {
            turnsByKey
                    .computeIfAbsent(item.event.key(), key -> new ArrayDeque<>())
                    .add(item);
        }
    }

    /** Marks the event as stored: it is submitted when it is its turn. */
    private void markReady(Item item) {
        item.ready = true;
        Deque<Item> turn = turnsByKey.get(item.event.key());
        if (turn == null || turn.getFirst() == item) {
            executor.submit(item);
        }
    }

    private void dequeue(Item item) {
        Deque<Item> turn = turnsByKey.get(item.event.key());
        if (turn == null) {
            return;
        }
        boolean first = turn.getFirst() == item;
        turn.remove(item);
        if (turn.isEmpty()) {
            turnsByKey.remove(item.event.key());
        } else if (first && turn.getFirst().ready) {
            executor.submit(turn.getFirst());
        }
    }

    private void attempt(Item item) {
        int number = item.attempts + 1;
        AttemptResult attempted = settings.delivery().attempt(List.of(item.event), number, settings.time());
        switch (attempted.outcome()) {
            case HANDLED -> {
                Instant now = settings.time().now();
                synchronized (lock) {
                    remove(item.event.id(), now);
                    dequeue(item);
                }
                // No thread waits for this record: if it is lost in a crash, the event is handled twice.
                log.writeLater(done(item.event.id(), now));
            }
            case RETRY -> {
                item.attempts = number;
                log.writeLater(failed(item));
                executor.submit(item, attempted.backoff());
            }
            case POSTPONED -> executor.submit(item, attempted.backoff());
            case DEAD_LETTER -> {
                synchronized (lock) {
                    item.dead = attempted.deadLetters().get(0);
                    dequeue(item);
                }
                log.writeLater(line("dead", attempted.deadLetters().get(0).toJson()));
            }
            case INTERRUPTED -> {
                // On close, the event is handled after the next start; otherwise the handler has interrupted itself.
                boolean unused = Thread.interrupted();
                executor.submit(item, PAUSE);
            }
        }
    }

    private static byte[] line(String name, JsonNode value) {
        return line(JsonNodeFactory.instance.objectNode().set(name, value));
    }

    private static long doneSize(String id) {
        return id.length() + 36L;
    }

    /** Formatted manually, because a log has a hundred thousand of these. */
    private static byte[] done(String id, Instant time) {
        String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(id));
        return ("{\"done\":\"" + quoted + "\",\"time\":" + time.toEpochMilli() + "}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] failed(Item item) {
        return line(JsonNodeFactory.instance
                .objectNode()
                .put("failed", item.event.id())
                .put("attempts", item.attempts));
    }

    /** Jackson escapes line breaks in strings, so the record has none. */
    private static byte[] line(ObjectNode json) {
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<byte[]> entries() {
        synchronized (lock) {
            forget();
            List<byte[]> all = new ArrayList<>();
            ByteArrayOutputStream some = new ByteArrayOutputStream();
            done.forEach((id, time) -> {
                some.writeBytes(done(id, time));
                if (some.size() > SOME_BYTES) {
                    all.add(some.toByteArray());
                    some.reset();
                }
            });
            if (some.size() > 0) {
                all.add(some.toByteArray());
            }
            for (Item item : items.values()) {
                DeadLetter dead = item.dead;
                all.add(dead == null ? line("event", item.event.toJson()) : line("dead", dead.toJson()));
                if (dead == null && item.attempts > 0) {
                    all.add(failed(item));
                }
            }
            return all;
        }
    }

    @Override
    public long size() {
        synchronized (lock) {
            return bytes + doneBytes;
        }
    }

    @Override
    public int pendingCount() {
        synchronized (lock) {
            return (int)
                    items.values().stream().filter(item -> item.dead == null).count();
        }
    }

    @Override
    public Optional<Instant> oldestPending() {
        synchronized (lock) {
            return items.values().stream()
                    .filter(item -> item.dead == null)
                    .map(item -> item.event.time())
                    .min(Comparator.naturalOrder());
        }
    }

    @Override
    public List<DeadLetter> deadLetters() {
        List<DeadLetter> letters = new ArrayList<>();
        synchronized (lock) {
            for (Item item : items.values()) {
                DeadLetter dead = item.dead;
                if (dead != null) {
                    letters.add(dead);
                }
            }
        }
        return letters;
    }

    @Override
    public boolean replay(String id) {
        return removeDeadLetter(id, line(JsonNodeFactory.instance.objectNode().put("again", id)), item -> {
            item.attempts = 0;
            enqueue(item);
            markReady(item);
        });
    }

    @Override
    public boolean discard(String id) {
        Instant now = settings.time().now();
        return removeDeadLetter(id, done(id, now), item -> remove(id, now));
    }

    private boolean removeDeadLetter(String id, byte[] record, Consumer<Item> then) {
        Item item;
        DeadLetter dead;
        synchronized (lock) {
            item = items.get(id);
            dead = item == null ? null : item.dead;
            if (item == null || dead == null) {
                return false;
            }
            // No other thread can replay or discard it now.
            item.dead = null;
        }
        try {
            // Not while holding the lock, which the log may need in order to write.
            log.write(record, List.of()).await(FOREVER);
        } catch (ConnectorException e) {
            synchronized (lock) {
                item.dead = dead;
            }
            throw e;
        }
        synchronized (lock) {
            then.accept(item);
        }
        return true;
    }

    @Override
    public void close() {
        try {
            executor.close();
        } finally {
            log.close();
        }
    }
}
