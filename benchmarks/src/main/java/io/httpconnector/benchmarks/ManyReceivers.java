package io.httpconnector.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.TimeSource;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.inbox.Inbox.Settings;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Measures the cost of many receivers with an inbox in one database. */
final class ManyReceivers {

    private static final int COUNT = 1000;
    private static final int ROUNDS = 3;

    private ManyReceivers() {}

    static void print(String name, HikariDataSource source, Function<String, TriggerEvent> event) {
        JdbcSchema.create(source);
        AtomicInteger handled = new AtomicInteger();
        Mailbox first = open(source, "first", handled);
        first.put(List.of(event.apply("warm-up")));
        await(handled, 1);
        long heap = usedHeap();
        List<Mailbox> all = new ArrayList<>(COUNT);
        for (int i = 0; i < COUNT; i++) {
            all.add(open(source, "receiver " + i, handled));
        }
        double each = (usedHeap() - heap) / 1024.0 / COUNT;
        int threads = 0;
        long start = System.nanoTime();
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i = 0; i < COUNT; i++) {
                all.get(i).put(List.of(event.apply("event " + round)));
                threads = Math.max(threads, threads());
            }
            await(handled, 1 + round * COUNT);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double after = (usedHeap() - heap) / 1024.0 / COUNT;
        System.out.printf(
                "%s: %,d receivers: %.1f KB of heap each, %.1f KB after %d events each; at most %d threads;"
                        + " %.0f events/s with one sender%n",
                name, COUNT, each, after, ROUNDS, threads, ROUNDS * COUNT / seconds);
        all.forEach(Mailbox::close);
        first.close();
    }

    private static Mailbox open(HikariDataSource source, String receiver, AtomicInteger handled) {
        Delivery counting = Delivery.to(event -> handled.incrementAndGet());
        return JdbcInbox.of(source)
                .open(new Settings(receiver, counting, Duration.ofHours(1), 1000, TimeSource.SYSTEM));
    }

    private static void await(AtomicInteger handled, int count) {
        while (handled.get() < count) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The threads of the library. */
    private static int threads() {
        Thread[] all = new Thread[1000];
        int count = Thread.enumerate(all);
        int ours = 0;
        for (int i = 0; i < count; i++) {
            String name = all[i].getName();
            ours += name.startsWith("http-connector") || name.startsWith("db-scheduler") ? 1 : 0;
        }
        return ours;
    }

    private static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
