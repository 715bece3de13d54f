package io.httpconnector.polling;

import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A simulated service whose changes are polled and pushed, a real trigger, and the ledgers of both. Pushes are lost, delayed, repeated
 * and reordered, also during polls; the process crashes when it writes its state. A seed determines one scenario.
 *
 * <p>Checked properties: each version that a successful push has brought, or that the service still has at the end, has an event, and so
 * has each deletion that was pushed or can be detected; all deliveries of a version have the same id, and there is only one unless there
 * was a crash in between; nothing is invented; the numbers of missed and late events are those of the model.
 */
final class PushModel {

    enum Mode {
        TIME,
        NOT_SENT,
        NUMBER,
        TOKEN,
        FULL,
        DELETIONS
    }

    /** The time in which a push may be late without a loss. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    /** A version of a record: 0 for its deletion. */
    private record Version(String id, long revision) {}

    private record Row(String id, long revision, Instant updated) {
        Map<String, Object> toMap() {
            return Map.of("id", id, "revision", revision, "updated", updated.toString());
        }
    }

    private record Webhook(Row row, boolean isDeletion, Instant at) {
        Version version() {
            return new Version(row.id, isDeletion ? 0 : row.revision);
        }
    }

    private record Delivered(String event, boolean pushed, Instant at, int crashes) {}

    /** Simulates the end of the process. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("a crash", null, false, false);
        }
    }

    final List<String> trace = new ArrayList<>();
    final Mode mode;
    final boolean crashes;
    private final boolean paged;
    private final boolean orderedByCursor;
    private final Random random;
    private final HttpConnection connection;
    private final FakeTime time = new FakeTime();
    private final PollingEngine engine = PollingEngine.create(1, time);
    private final StateStore store = new HookedStateStore(StateStore.inMemory(), this::write);
    private boolean isDead;
    private final Map<String, Row> rows = new TreeMap<>();
    private final Map<Long, String> changes = new TreeMap<>();
    private final List<Webhook> webhooks = new ArrayList<>();
    private final Map<Version, List<Delivered>> ledger = new HashMap<>();
    private final Set<Version> accepted = new HashSet<>();
    private final Map<Version, Instant> arrived = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();
    /** Pushed during polls. */
    private final List<Webhook> concurrent = new ArrayList<>();

    private @Nullable PollingTrigger trigger;
    private long revisions;
    private int ids;
    private int crashIn;
    private int crashed;
    private boolean pushing;
    private boolean quiet;
    int polls;
    int pushes;

    PushModel(long seed, Mode mode, MockService service, HttpConnection connection) {
        this.random = new Random(seed);
        this.mode = mode;
        this.crashes = random.nextBoolean();
        this.paged = random.nextBoolean();
        boolean isCounted = mode == Mode.TIME || mode == Mode.NOT_SENT || mode == Mode.NUMBER;
        this.orderedByCursor = isCounted && random.nextBoolean();
        this.connection = connection;
        service.behaviour = this::respond;
    }

    void run(int steps) {
        try {
            poll();
            for (int i = 0; i < steps; i++) {
                step();
            }
            quiet = true;
            crashIn = 0;
            note("the end");
            deliverAll();
            poll();
            time.pass(GRACE.plusMinutes(1));
            poll();
            poll();
            check();
        } finally {
            if (trigger != null) {
                trigger.close();
            }
            engine.close();
        }
    }

    private void step() {
        time.pass(Duration.ofMillis(1 + random.nextInt(random.nextInt(4) == 0 ? 400_000 : 20_000)));
        if (crashes && crashIn == 0 && random.nextInt(6) == 0) {
            crashIn = 1 + random.nextInt(8);
        }
        int kind = random.nextInt(100);
        if (kind < 45) {
            change();
        } else if (kind < 55) {
            poll();
        } else if (kind < 57) {
            note("restart");
            close();
        } else {
            deliverDue();
        }
    }

    private void change() {
        time.pass(Duration.ofMillis(1 + random.nextInt(2000)));
        boolean isNew = rows.isEmpty() || random.nextInt(3) == 0;
        List<String> known = List.copyOf(rows.keySet());
        String id = isNew ? "r" + ++ids : known.get(random.nextInt(known.size()));
        boolean isDeletion = !isNew && random.nextInt(5) == 0;
        Row row = new Row(id, ++revisions, time.now());
        if (isDeletion) {
            rows.remove(id);
            deleted.add(id);
        } else {
            rows.put(id, row);
            changes.put(revisions, id);
        }
        note((isDeletion ? "delete " : "change ") + id + " to " + row.revision);
        if (random.nextInt(5) > 0) {
            announce(row, isDeletion);
            if (random.nextInt(10) == 0) {
                announce(row, isDeletion);
            }
        }
    }

    private void announce(Row row, boolean isDeletion) {
        int delay = random.nextInt(3) == 0 ? random.nextInt(1_200_000) : random.nextInt(3000);
        webhooks.add(new Webhook(row, isDeletion, time.now().plusMillis(delay)));
        webhooks.sort(Comparator.comparing(Webhook::at));
    }

    private void deliverDue() {
        while (!webhooks.isEmpty() && !webhooks.get(0).at.isAfter(time.now())) {
            push(webhooks.remove(0));
        }
    }

    private void deliverAll() {
        for (Webhook webhook : List.copyOf(webhooks)) {
            if (webhook.at.isAfter(time.now())) {
                time.pass(Duration.between(time.now(), webhook.at));
            }
            push(webhook);
        }
        webhooks.clear();
    }

    private PollingTrigger trigger() {
        PollingTrigger open = trigger;
        if (open != null) {
            return open;
        }
        PollingTriggerBuilder builder = PollingTrigger.named("model")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.at("/items"))
                .key("/id")
                .version("/revision")
                .acceptPushes(PushSettings.defaults().orderedBy("/revision").grace(GRACE))
                .startPosition(StartPosition.everything())
                .store(store)
                .engine(engine)
                .delivery(Delivery.to(this::handle));
        if (paged && mode != Mode.TOKEN) {
            builder.pagination(Pagination.pages("page"));
        }
        if (orderedByCursor) {
            builder.acceptPushes(PushSettings.defaults().grace(GRACE));
        }
        Cursor times = Cursor.timestamp("/updated").lookback(Duration.ofMinutes(1));
        switch (mode) {
            case TIME -> builder.cursor(times.sentAs("since"));
            case NOT_SENT -> builder.cursor(times.clientSide());
            case NUMBER -> builder.cursor(Cursor.number("/revision").sentAs("since"));
            case TOKEN -> builder.cursor(Cursor.opaque("/token").sentAs("token"));
            case FULL -> {}
            case DELETIONS -> builder.detectDeletions();
        }
        open = builder.build();
        trigger = open;
        return open;
    }

    private void close() {
        if (trigger != null) {
            trigger.close();
            trigger = null;
        }
    }

    /** The process ends: what is in memory is lost. */
    private void crash() {
        isDead = true;
        try {
            close();
        } catch (Crash e) {
            note("  closed");
        } finally {
            isDead = false;
            trigger = null;
        }
    }

    private void poll() {
        polls++;
        note("poll");
        try {
            PollResult result = trigger().pollOnce();
            note("polled " + result.events());
        } catch (Crash e) {
            crash();
        }
    }

    private void push(Webhook webhook) {
        pushes++;
        Version version = webhook.version();
        note("push " + version);
        PushedRecords records = webhook.isDeletion
                ? PushedRecords.deleted(JsonSupport.tree(webhook.row.toMap()))
                : PushedRecords.changed(JsonSupport.tree(webhook.row.toMap()));
        boolean wasDeleted = ledger.containsKey(new Version(webhook.row.id, 0));
        try {
            pushing = true;
            PushResult result = trigger().push(records);
            pushing = false;
            note("pushed: " + result);
            arrived.putIfAbsent(version, time.now());
            if (!wasDeleted || webhook.isDeletion) {
                accepted.add(version);
            }
        } catch (Crash e) {
            pushing = false;
            crash();
            // The sender repeats what was not confirmed.
            webhooks.add(
                    0, new Webhook(webhook.row, webhook.isDeletion, time.now().plusSeconds(30)));
            webhooks.sort(Comparator.comparing(Webhook::at));
            if (quiet) {
                throw new AssertionError("a crash at the end", e);
            }
        }
    }

    private void handle(TriggerEvent event) {
        Version version = new Version(
                event.key(),
                event.change() == ChangeType.DELETED
                        ? 0
                        : event.payload().path("revision").asLong());
        note("  event " + version + " " + event.id());
        if (version.revision != 0 && !changes.containsKey(version.revision)) {
            throw new AssertionError("invented: " + version);
        }
        if (version.revision == 0 && !deleted.contains(version.id)) {
            throw new AssertionError("not deleted: " + version);
        }
        List<Delivered> before = ledger.computeIfAbsent(version, any -> new ArrayList<>());
        before.add(new Delivered(event.id(), pushing, time.now(), crashed));
    }

    private MockResponse respond(MockRequest asked) {
        List<Row> found = new ArrayList<>(rows.values());
        found.sort(Comparator.comparing(Row::revision));
        String since = asked.query().get("since");
        if (since != null && mode == Mode.TIME) {
            Instant from = Instant.parse(since);
            found.removeIf(row -> row.updated.isBefore(from));
        } else if (since != null) {
            found.removeIf(row -> row.revision < Long.parseLong(since));
        }
        if (mode == Mode.TOKEN && asked.query().containsKey("token")) {
            long token = Long.parseLong(asked.query().get("token"));
            found.removeIf(row -> row.revision <= token);
        }
        int page = asked.number("page", 1);
        if (paged && mode != Mode.TOKEN) {
            found = found.stream().skip((page - 1) * 3L).limit(3).toList();
        }
        MockResponse response = MockResponse.json(
                Map.of("items", found.stream().map(Row::toMap).toList(), "token", String.valueOf(revisions)));
        if (!quiet && random.nextInt(3) == 0) {
            pushDuringPage();
        }
        return response;
    }

    /** Pushes what is due in another thread, which waits for the end of the page. */
    private void pushDuringPage() {
        if (webhooks.isEmpty() || webhooks.get(0).at.isAfter(time.now()) || crashIn > 0) {
            return;
        }
        Webhook webhook = webhooks.remove(0);
        note("  push during the page " + webhook.version());
        PollingTrigger open = trigger();
        Thread thread = new Thread(() -> {
            PushResult unused = open.push(
                    webhook.isDeletion
                            ? PushedRecords.deleted(JsonSupport.tree(webhook.row.toMap()))
                            : PushedRecords.changed(JsonSupport.tree(webhook.row.toMap())));
        });
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
            LockSupport.parkNanos(50_000);
        }
        concurrent.add(webhook);
    }

    private void check() {
        ledger.forEach((version, all) -> {
            if (all.stream().map(Delivered::event).distinct().count() > 1) {
                throw new AssertionError("several ids: " + version + " " + all);
            }
            for (int i = 1; i < all.size(); i++) {
                if (all.get(i).crashes == all.get(i - 1).crashes) {
                    throw new AssertionError("delivered twice: " + version + " " + all);
                }
            }
        });
        accepted.forEach(version -> require(ledger.containsKey(version), "lost: pushed " + version));
        rows.values()
                .forEach(row -> require(ledger.containsKey(new Version(row.id, row.revision)), "lost: current " + row));
        if (mode == Mode.DELETIONS) {
            for (String id : deleted) {
                boolean isKnown = ledger.keySet().stream().anyMatch(version -> version.id.equals(id));
                require(!isKnown || ledger.containsKey(new Version(id, 0)), "lost: deletion of " + id);
            }
        }
        if (crashed == 0 && concurrent.isEmpty()) {
            checkMeasure();
        }
    }

    /** Exact only where each event was stored when it was delivered. */
    private void checkMeasure() {
        PushStatus status = trigger().pushStatus();
        long missed = 0;
        long lateOnes = 0;
        for (Map.Entry<Version, List<Delivered>> one : ledger.entrySet()) {
            Delivered first = one.getValue().get(0);
            Instant push = arrived.get(one.getKey());
            if (!first.pushed && (push == null || push.isAfter(first.at.plus(GRACE)))) {
                note("missed " + one);
                missed++;
                lateOnes += push == null ? 0 : 1;
            }
        }
        require(status.missed() == missed, "missed: " + missed + ", but measured " + status);
        require(status.late() == lateOnes, "late: " + lateOnes + ", but measured " + status);
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new AssertionError(problem);
        }
    }

    private void note(String line) {
        trace.add(time.now() + " " + line);
    }

    /** Ends the process before or after a write, if it is to end there. */
    private void write() {
        if (isDead) {
            throw new Crash();
        }
        if (crashIn > 0 && --crashIn == 0) {
            crashed++;
            note("  crash");
            throw new Crash();
        }
    }
}
