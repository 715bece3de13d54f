package io.httpconnector.benchmarks;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.Schedule;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Soak tests of polling. Arguments: {@code kill} and the rounds, {@code ties}, {@code keys}, {@code triggers} and the
 * minutes, {@code read}; all of them by default, and {@code records}.
 */
public final class Soak {

    private Soak() {}

    /**
     * Runs.
     *
     * @param args the benchmarks to run to run
     * @throws IOException if a process or a file can't be created
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> what = args.length == 0 ? List.of("ties", "keys", "read", "triggers", "kill") : List.of(args);
        int number = what.size() > 1 && what.get(1).matches("\\d+") ? Integer.parseInt(what.get(1)) : 0;
        boolean good = true;
        for (String one : what) {
            good &= switch (one) {
                case "ties" -> ties();
                case "keys" -> inJvm("128m", "keys-inside");
                case "keys-inside" -> keys();
                case "triggers" -> inJvm("512m", "triggers-inside", String.valueOf(number == 0 ? 3 : number));
                case "triggers-inside" -> triggers(number);
                case "read" -> ReadAll.compare();
                case "records" -> RecordStream.compare();
                case "kill" -> Kill.run(number == 0 ? 200 : number);
                default -> one.matches("\\d+");
            };
        }
        System.exit(good ? 0 : 1);
    }

    private static boolean inJvm(String heap, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx" + heap,
                "-classpath",
                System.getProperty("java.class.path"),
                Soak.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    /** 100,000 records with the same timestamp, 100 per page. */
    private static boolean ties() throws IOException {
        int count = 100_000;
        Path directory = Files.createTempDirectory("soak");
        try (Server server = Server.start();
                HttpConnection connection = connection(server);
                StateStore store = StateStore.file(directory)) {
            for (RecordOrder order : RecordOrder.values()) {
                BitSet seen = new BitSet();
                AtomicInteger twice = new AtomicInteger();
                PollingTriggerBuilder builder = PollingTrigger.named("ties " + order)
                        .cursor(Cursor.timestamp("/updated").sentAs("since").order(order))
                        .pagination(
                                Pagination.offset("offset").size("limit", 100).total("/total"))
                        .handler(event -> {
                            int id = event.payload().at("/id").asInt() - 10_000_000;
                            twice.addAndGet(seen.get(id) ? 1 : 0);
                            seen.set(id);
                        });
                long begun = System.nanoTime();
                try (PollingTrigger trigger = of(builder, connection, store, "/records?count=" + count)
                        .build()) {
                    PollResult first = trigger.pollOnce();
                    PollResult second = trigger.pollOnce();
                    System.out.printf(
                            "ties, %s: %d of %d delivered, %d twice; %d pages, then %d; %.1f s%n",
                            order,
                            seen.cardinality(),
                            count,
                            twice.get(),
                            first.pages(),
                            second.pages(),
                            (System.nanoTime() - begun) / 1e9);
                }
                if (seen.cardinality() != count || twice.get() > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** 1,000,000 keys in a heap of 128 MB. */
    private static boolean keys() throws IOException {
        int count = 1_000_000;
        Path directory = Files.createTempDirectory("soak");
        try (Server server = Server.start();
                HttpConnection connection = connection(server)) {
            long before = usedHeap();
            int[] events = {0};
            for (int process = 0; process < 2; process++) {
                try (StateStore store = StateStore.file(directory);
                        PollingTrigger trigger = of(
                                        PollingTrigger.named("keys").handler(event -> events[0]++),
                                        connection,
                                        store,
                                        "/records?count=" + count)
                                .build()) {
                    long begun = System.nanoTime();
                    trigger.pollOnce();
                    double took = (System.nanoTime() - begun) / 1e9;
                    double megabytes = (usedHeap() - before) / 1024.0 / 1024.0;
                    System.out.printf("keys: %d events, %.1f MB of heap, %.1f s%n", events[0], megabytes, took);
                    if (events[0] != count || megabytes > 64) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** 10,000 triggers with an interval of one minute. */
    private static boolean triggers(int minutes) throws IOException, InterruptedException {
        int count = 10_000;
        try (Server server = Server.start();
                HttpConnection connection = connection(server);
                PollingEngine engine = PollingEngine.create(64)) {
            Map<Long, Integer> bySecond = new ConcurrentHashMap<>();
            List<Long> lags = Collections.synchronizedList(new ArrayList<>());
            long before = usedHeap();
            List<PollingTrigger> triggers = new ArrayList<>();
            PollingListener listener = new PollingListener() {
                @Override
                public void onSuccess(String id, PollResult result) {
                    bySecond.merge(Instant.now().getEpochSecond(), 1, Integer::sum);
                    lags.add(triggers.get(Integer.parseInt(id.substring(8)))
                            .status()
                            .lag()
                            .toMillis());
                }
            };
            for (int i = 0; i < count; i++) {
                PollingTriggerBuilder builder = PollingTrigger.named("trigger " + i)
                        .handler(event -> {})
                        .engine(engine)
                        .listener(listener)
                        .schedule(Schedule.every(Duration.ofMinutes(1)).spread());
                PollingTrigger trigger = of(builder, connection, StateStore.inMemory(), "/records?count=10")
                        .build();
                triggers.add(trigger);
            }
            triggers.forEach(PollingTrigger::start);
            Thread.sleep(Duration.ofMinutes(minutes).toMillis());
            int threads = Thread.activeCount();
            List<Long> sorted = new ArrayList<>(lags);
            Collections.sort(sorted);
            double megabytes = (usedHeap() - before) / 1024.0 / 1024.0;
            Map<Long, Integer> whole = new TreeMap<>(bySecond);
            double mean = sorted.size() / (minutes * 60.0);
            int max = Collections.max(whole.values());
            long p99 = sorted.get(sorted.size() * 99 / 100);
            System.out.printf(
                    "triggers: %d polls, start lag p50 %d ms, p99 %d ms; %.0f a second on average, %d at most;"
                            + " %.0f MB of heap,"
                            + " %d threads%n",
                    sorted.size(), sorted.get(sorted.size() / 2), p99, mean, max, megabytes, threads);
            return p99 < 1000 && max <= 3 * mean && megabytes <= 200 && threads < 200;
        }
    }

    static PollingTriggerBuilder of(
            PollingTriggerBuilder builder, HttpConnection connection, StateStore store, String url) {
        return builder.connection(connection)
                .request(RequestTemplate.named("List").get(url).build())
                .records(RecordSelector.at("/items"))
                .key("/id")
                .startPosition(StartPosition.everything())
                .store(store);
    }

    static HttpConnection connection(Server server) {
        return HttpConnection.named("Soak")
                .baseUrl("http://127.0.0.1:" + server.port())
                .build();
    }

    static long usedHeap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(100_000_000);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
