package io.httpconnector.examples;

import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollProgress;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An example of polling an issue tracker while users change issues: first all issues, with a progress line; then new and
 * updated issues; and, after a restart, the changes in between. At the end, the last version of each issue must have been
 * delivered, and no version twice.
 */
public final class IssueFeed {

    private static final int ISSUES = 5000;

    private final PrintStream out;
    private final Queue<String> received = new ConcurrentLinkedQueue<>();

    IssueFeed(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example. Exits with 0 only if nothing was lost and nothing was delivered twice.
     *
     * @param args none
     * @throws IOException if temporary files can't be created
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(new IssueFeed(System.out).run() ? 0 : 1);
    }

    boolean run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("issue-feed");
        try (IssuesStandIn tracker = new IssuesStandIn(ISSUES);
                HttpConnection connection = HttpConnection.named("Tracker")
                        .baseUrl(tracker.baseUrl())
                        .build();
                StateStore store = StateStore.file(directory)) {

            say("Read all issues while users change them");
            try (PollingTrigger issues = trigger(connection, store)) {
                issues.start();
                work(tracker, Duration.ofSeconds(3));
            }
            int before = received.size();
            say("  " + before + " events; the process is down now, and users still change issues");
            work(tracker, Duration.ofSeconds(1));

            say("Start again");
            try (PollingTrigger issues = trigger(connection, store)) {
                issues.start();
                work(tracker, Duration.ofSeconds(2));
                while (!Set.copyOf(received).containsAll(tracker.latest())) {
                    work(tracker, Duration.ZERO);
                }
            }
            say("  " + (received.size() - before) + " more events");
            return check(tracker);
        } finally {
            delete(directory);
        }
    }

    private PollingTrigger trigger(HttpConnection connection, StateStore store) {
        return PollingTrigger.named("issues")
                .connection(connection)
                .request(RequestTemplate.named("Search").get("/search").build())
                .records(RecordSelector.at("/issues"))
                .key("/id")
                .version("/fields/version")
                .cursor(Cursor.timestamp("/fields/updated")
                        .format("yyyy-MM-dd HH:mm:ss")
                        .sentAs("updated_since")
                        .order(RecordOrder.ASCENDING))
                .pagination(Pagination.offset("startAt").size("maxResults", 100).total("/total"))
                .startPosition(StartPosition.everything())
                .every(Duration.ofSeconds(1))
                .store(store)
                .listener(new PollingListener() {
                    @Override
                    public void onPage(PollProgress progress) {
                        if (progress.soFar().pages() % 10 == 0) {
                            say(String.format(
                                    Locale.ROOT,
                                    "  %d pages, %d records, %.0f a second",
                                    progress.soFar().pages(),
                                    progress.soFar().records(),
                                    progress.recordsPerSecond()));
                        }
                    }
                })
                .handler(this::handle)
                .build();
    }

    private void handle(TriggerEvent event) {
        received.add(event.key() + "/" + event.payload().at("/fields/version").asText());
    }

    /** Simulates users for a while. */
    private static void work(IssuesStandIn tracker, Duration time) throws InterruptedException {
        for (long left = time.toMillis(); left > 0; left -= 10) {
            tracker.work();
            Thread.sleep(10);
        }
        Thread.sleep(10);
    }

    private boolean check(IssuesStandIn tracker) {
        Set<String> twice = received.stream()
                .filter(version -> Collections.frequency(received, version) > 1)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> lost = tracker.latest();
        received.forEach(lost::remove);
        Set<String> invented = new TreeSet<>(received);
        invented.removeAll(tracker.versions());
        say("Lost: " + lost.size() + ", twice: " + twice.size() + ", of "
                + tracker.latest().size() + " issues");
        return lost.isEmpty() && twice.isEmpty() && invented.isEmpty();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private void say(String line) {
        out.println(line);
    }
}
