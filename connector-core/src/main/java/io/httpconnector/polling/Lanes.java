package io.httpconnector.polling;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides which due polls may run, so that services that hang do not block the others. There are two lanes: the workers, and
 * four times as many slots for polls that wait for a slow service.
 *
 * <ul>
 *   <li>The origin with the fewest running polls is next.
 *   <li>While others wait for a worker, a poll that takes much longer than usual is moved to the slow lane.
 *   <li>A trigger whose last poll was slow starts in the slow lane.
 *   <li>An origin uses at most a quarter of the slow lane; when it uses much of it, it uses at most a quarter of the workers.
 * </ul>
 *
 * <p>Not thread-safe: the engine calls it under its lock.
 *
 * @param <T> a poll
 */
final class Lanes<T> {

    private static final int SLOW_PER_WORKER = 4;
    private static final int MAX_SLOW = 10_000;
    private static final Duration MIN_SLOW = Duration.ofMillis(100);
    private static final Duration MAX_SLOW_TIME = Duration.ofSeconds(1);

    private final Lane normal;
    private final Lane slow;
    private final Set<Ticket<T>> inNormal = new LinkedHashSet<>();
    private long usual = MAX_SLOW_TIME.toNanos();

    /** The scheduling data of one trigger: its origin, and whether its last poll was slow. */
    static final class Client {

        private final String origin;
        private boolean slow;

        Client(String origin) {
            this.origin = origin;
        }
    }

    /** A poll that is due or running. */
    static final class Ticket<T> {

        private final T poll;
        private final Client client;
        private boolean isSlow;
        private long start;

        private Ticket(T poll, Client client) {
            this.poll = poll;
            this.client = client;
        }

        T poll() {
            return poll;
        }
    }

    Lanes(int workers) {
        int slots = Math.min(SLOW_PER_WORKER * workers, Math.max(MAX_SLOW, workers));
        this.normal = new Lane(workers);
        this.slow = new Lane(slots);
    }

    void add(T poll, Client client) {
        Ticket<T> ticket = new Ticket<>(poll, client);
        ticket.isSlow = client.slow;
        (client.slow ? slow : normal).add(ticket);
    }

    /** Takes the next poll to run, which then counts as running; null when there is none or no free slot. */
    @Nullable Ticket<T> next(long now) {
        Ticket<T> next = normal.next(this::normalShare);
        while (next == null && normal.isWaiting() && demote(now)) {
            next = normal.next(this::normalShare);
        }
        if (next == null) {
            next = slow.next(origin -> slow.share());
        } else {
            inNormal.add(next);
        }
        if (next != null) {
            next.start = now;
        }
        return next;
    }

    /** An origin with many polls in the slow lane probably hangs. */
    private int normalShare(String origin) {
        return slow.running(origin) >= Math.max(1, slow.share() / 4) ? normal.share() : normal.limit;
    }

    /** Moves one poll that takes too long to the slow lane; false when there is none or no free slot. */
    private boolean demote(long now) {
        long slowAfter = slowAfter().toNanos();
        Iterator<Ticket<T>> oldest = inNormal.iterator();
        while (oldest.hasNext()) {
            Ticket<T> ticket = oldest.next();
            if (now - ticket.start < slowAfter) {
                return false;
            }
            String origin = ticket.client.origin;
            if (slow.running < slow.limit && slow.running(origin) < slow.share()) {
                oldest.remove();
                ticket.isSlow = true;
                ticket.client.slow = true;
                normal.onEnded(origin);
                slow.onStarted(origin);
                return true;
            }
        }
        return false;
    }

    /** Ten times the usual duration. */
    private Duration slowAfter() {
        long nanos = Math.min(MAX_SLOW_TIME.toNanos(), Math.max(MIN_SLOW.toNanos(), usual * 10));
        return Duration.ofNanos(nanos);
    }

    /** Called when a poll has ended or could not be started. */
    void ended(Ticket<T> ticket, long now) {
        long took = now - ticket.start;
        if (!ticket.isSlow) {
            usual += (Math.min(took, MAX_SLOW_TIME.toNanos()) - usual) / 8;
        }
        ticket.client.slow = took >= MAX_SLOW_TIME.toNanos();
        inNormal.remove(ticket);
        (ticket.isSlow ? slow : normal).onEnded(ticket.client.origin);
    }

    /** Removes a poll that is due but not running. */
    void remove(T poll, Client client) {
        normal.remove(poll, client.origin);
        slow.remove(poll, client.origin);
    }

    void clear() {
        normal.clear();
        slow.clear();
    }

    /** Whether polls are due for which no slot is free. */
    boolean isWaiting() {
        return normal.isWaiting() || slow.isWaiting();
    }

    boolean isEmpty() {
        return !isWaiting() && normal.running + slow.running == 0;
    }

    /** The number of slots that an origin may use. */
    private interface Share {
        int of(String origin);
    }

    /** Slots for polls, and the polls that wait for a slot, by origin. */
    private final class Lane {

        private final int limit;
        private final Map<String, Origin> origins = new HashMap<>();
        private final TreeSet<Origin> waiting = new TreeSet<>(Comparator.comparingInt((Origin origin) -> origin.running)
                .thenComparingLong(origin -> origin.turn)
                .thenComparing(origin -> origin.name));
        private long turns;
        private int running;

        Lane(int limit) {
            this.limit = limit;
        }

        int share() {
            return Math.max(1, limit / 4);
        }

        boolean isWaiting() {
            return !waiting.isEmpty();
        }

        int running(String origin) {
            Origin known = origins.get(origin);
            return known == null ? 0 : known.running;
        }

        void add(Ticket<T> ticket) {
            change(ticket.client.origin, origin -> origin.due.add(ticket));
        }

        @Nullable Ticket<T> next(Share share) {
            if (running >= limit) {
                return null;
            }
            for (Origin origin : waiting) {
                if (origin.running < share.of(origin.name)) {
                    Ticket<T> next = origin.due.element();
                    change(origin.name, one -> {
                        one.due.remove();
                        one.running++;
                        one.turn = ++turns;
                    });
                    running++;
                    return next;
                }
            }
            return null;
        }

        void onStarted(String origin) {
            running++;
            change(origin, one -> one.running++);
        }

        void onEnded(String origin) {
            running--;
            change(origin, one -> one.running--);
        }

        void remove(T poll, String origin) {
            if (origins.containsKey(origin)) {
                change(origin, one -> one.due.removeIf(ticket -> ticket.poll.equals(poll)));
            }
        }

        void clear() {
            waiting.forEach(origin -> origin.due.clear());
            waiting.clear();
        }

        private void change(String name, Consumer<Origin> what) {
            Origin origin = origins.computeIfAbsent(name, Origin::new);
            waiting.remove(origin);
            what.accept(origin);
            if (!origin.due.isEmpty()) {
                waiting.add(origin);
            } else if (origin.running == 0) {
                origins.remove(name);
            }
        }
    }

    private final class Origin {

        private final String name;
        private final Deque<Ticket<T>> due = new ArrayDeque<>();
        private int running;
        private long turn;

        Origin(String name) {
            this.name = name;
        }
    }
}
