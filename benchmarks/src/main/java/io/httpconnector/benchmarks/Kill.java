package io.httpconnector.benchmarks;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A crash test: a process that polls a service with five writers is killed at random times. Its handler appends a line to a
 * file; at the end, the last version of each record must have been delivered, and duplicates must have the same event id.
 */
public final class Kill {

    private static final int PAGE = 100;

    private Kill() {}

    static boolean run(int rounds) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("kill");
        Path events = Files.createFile(directory.resolve("events"));
        int max = 0;
        try (WrittenTo service = new WrittenTo()) {
            for (int round = 0; round < rounds; round++) {
                int before = countRepeats(events);
                Process poller = poller(service.port(), directory);
                Thread.sleep(300 + ThreadLocalRandom.current().nextInt(1700));
                poller.destroyForcibly().waitFor();
                Files.writeString(events, "\n", StandardOpenOption.APPEND);
                max = Math.max(max, countRepeats(events) - before);
            }
            service.stopWriting();
            Process last = poller(service.port(), directory);
            Set<String> missing = missing(service, events);
            for (int i = 0; i < 120 && !missing.isEmpty(); i++) {
                Thread.sleep(500);
                missing = missing(service, events);
            }
            last.destroy();
            last.waitFor(10, TimeUnit.SECONDS);
            return report(rounds, service, events, missing, max);
        }
    }

    private static boolean report(int rounds, WrittenTo service, Path events, Set<String> missing, int max)
            throws IOException {
        Map<String, String> ids = new HashMap<>();
        int repeats = 0;
        int otherIds = 0;
        List<String> lines = lines(events);
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            String known = ids.putIfAbsent(parts[0], parts[1]);
            repeats += known == null ? 0 : 1;
            otherIds += known == null || known.equals(parts[1]) ? 0 : 1;
        }
        System.out.printf(
                "kill: %d kills, %d records in %d versions, %d events; %d lost, %d repeated (at most %d after a"
                        + " kill), %d of them"
                        + " with another id%n",
                rounds,
                service.latest().size(),
                service.versions(),
                lines.size(),
                missing.size(),
                repeats,
                max,
                otherIds);
        return missing.isEmpty() && otherIds == 0 && max <= PAGE;
    }

    private static Set<String> missing(WrittenTo service, Path events) throws IOException {
        Set<String> missing = new HashSet<>(service.latest());
        lines(events).forEach(line -> missing.remove(line.split(" ", -1)[0]));
        return missing;
    }

    private static int countRepeats(Path events) throws IOException {
        Set<String> seen = new HashSet<>();
        int repeats = 0;
        for (String line : lines(events)) {
            repeats += seen.add(line) ? 0 : 1;
        }
        return repeats;
    }

    /** Returns the complete lines; a kill may leave an incomplete one. */
    private static List<String> lines(Path events) throws IOException {
        List<String> whole = new ArrayList<>();
        for (String line : Files.readAllLines(events)) {
            if (line.endsWith(".")) {
                whole.add(line);
            }
        }
        return whole;
    }

    private static Process poller(int port, Path directory) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Kill.class.getName(),
                        String.valueOf(port),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * The main method of the process that is killed.
     *
     * @param args the port of the service, and the directory
     * @throws IOException if the file can't be written
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[1]);
        Path events = directory.resolve("events");
        try (HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://127.0.0.1:" + args[0])
                        .build();
                StateStore store = StateStore.file(directory.resolve("state"));
                PollingTrigger trigger = PollingTrigger.named("killed")
                        .connection(connection)
                        .request(RequestTemplate.named("List").get("/records").build())
                        .records(RecordSelector.at("/items"))
                        .key("/id")
                        .version("/version")
                        .cursor(Cursor.timestamp("/updated").sentAs("since").order(RecordOrder.ASCENDING))
                        .pagination(Pagination.offset("offset").size("limit", PAGE))
                        .startPosition(StartPosition.everything())
                        .every(Duration.ofMillis(50))
                        .minInterval(Duration.ofMillis(50))
                        .store(store)
                        .handler(event -> Files.writeString(
                                events,
                                event.key() + "/"
                                        + event.payload().at("/version").asText() + " " + event.id() + " .\n",
                                StandardCharsets.US_ASCII,
                                StandardOpenOption.APPEND))
                        .build()) {
            trigger.start();
            Thread.sleep(Duration.ofHours(1).toMillis());
        }
    }
}
