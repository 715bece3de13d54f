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
 * Decides which of the polls that are due may run, so that services that hang don't keep the others from being polled. There are two
 * lanes: the workers, and as many places again (four times) for polls that wait for a slow service.
 *
 * <ul>
 *   <li>Of several origins, the one with the fewest running polls is next.
 *   <li>While others wait for a worker, a poll that takes much longer than usual is moved to the slow lane.
 *   <li>A trigger whose last poll was slow begins in the slow lane.
 *   <li>An origin takes a quarter of the slow lane at most; when it has much in there, it takes a quarter of the workers at most.
 * </ul>
 *
 * <p>Not safe for several threads: the engine calls it by its lock.
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

    /** Where the polls of one trigger belong. Remembers whether its last poll was slow. */
    static final class Client {

        private final String origin;
        private boolean slow;

        Client(String origin) {
            this.origin = origin;
        }
    }

    /** A poll that is due, or runs. */
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
        int places = Math.min(SLOW_PER_WORKER * workers, Math.max(MAX_SLOW, workers));
        this.normal = new Lane(workers);
        this.slow = new Lane(places);
    }

    void add(T poll, Client client) {
        Ticket<T> ticket = new Ticket<>(poll, client);
        ticket.isSlow = client.slow;
        (client.slow ? slow : normal).add(ticket);
    }

    /** The next poll to run, which counts as running; null when there is none, or no place. */
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

    /** An origin with much in the slow lane probably hangs. */
    private int normalShare(String origin) {
        return slow.running(origin) >= Math.max(1, slow.share() / 4) ? normal.share() : normal.limit;
    }

    /** Moves one poll that takes too long to the slow lane; false when there is none, or no place. */
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
                normal.ended(origin);
                slow.begun(origin);
                return true;
            }
        }
        return false;
    }

    /** Ten times as long as usual. */
    private Duration slowAfter() {
        long nanos = Math.min(MAX_SLOW_TIME.toNanos(), Math.max(MIN_SLOW.toNanos(), usual * 10));
        return Duration.ofNanos(nanos);
    }

    /** A poll has ended, or could not be begun. */
    void ended(Ticket<T> ticket, long now) {
        long took = now - ticket.start;
        if (!ticket.isSlow) {
            usual += (Math.min(took, MAX_SLOW_TIME.toNanos()) - usual) / 8;
        }
        ticket.client.slow = took >= MAX_SLOW_TIME.toNanos();
        inNormal.remove(ticket);
        (ticket.isSlow ? slow : normal).ended(ticket.client.origin);
    }

    /** Takes out what is due, but does not run. */
    void remove(T poll, Client client) {
        normal.remove(poll, client.origin);
        slow.remove(poll, client.origin);
    }

    void clear() {
        normal.clear();
        slow.clear();
    }

    /** Whether polls are due for which there is no place now. */
    boolean isWaiting() {
        return normal.isWaiting() || slow.isWaiting();
    }

    boolean isEmpty() {
        return !isWaiting() && normal.running + slow.running == 0;
    }

    /** How much an origin may take. */
    private interface Share {
        int of(String origin);
    }

    /** Places for polls, and those that wait for one, by their origins. */
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

        void begun(String origin) {
            running++;
            change(origin, one -> one.running++);
        }

        void ended(String origin) {
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
