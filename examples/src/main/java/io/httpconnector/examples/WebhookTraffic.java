package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The virtual time line of an example, and the network between services and their subscribers: of the webhooks, one in a hundred is
 * lost, some are late, some arrive twice. Everything happens in one thread, in the order of the virtual time.
 */
final class WebhookTraffic implements AutoCloseable {

    private static final double LOST = 0.01;
    private static final double LATE = 0.03;
    private static final double REPEATED = 0.02;
    private static final int MAX_LATE_SECONDS = 2400;

    private final VirtualTime time = new VirtualTime();
    private final Random random;
    private final HttpConnection network;
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::at).thenComparing(Task::order));
    private long order;

    private record Task(Instant at, long order, Runnable action) {}

    /**
     * Creates a time line.
     *
     * @param subscribers the URL of the server of the subscribers
     */
    WebhookTraffic(Random random, String subscribers) {
        this.random = random;
        this.network = HttpConnection.named("Network").baseUrl(subscribers).build();
    }

    VirtualTime time() {
        return time;
    }

    /** Executes an action after a delay. */
    synchronized void after(Duration delay, Runnable action) {
        tasks.add(new Task(time.now().plus(delay), order++, action));
    }

    /** Executes all actions until an instant. */
    void runUntil(Instant end) {
        Task next = poll(end);
        while (next != null) {
            advanceTo(next.at);
            next.action.run();
            next = poll(end);
        }
        advanceTo(end);
    }

    private synchronized @Nullable Task poll(Instant end) {
        Task next = tasks.peek();
        return next == null || next.at.isAfter(end) ? null : tasks.poll();
    }

    private void advanceTo(Instant instant) {
        if (instant.isAfter(time.now())) {
            time.advance(Duration.between(time.now(), instant));
        }
    }

    /** Sends a webhook; returns false if it is lost on the way. */
    boolean send(String url, Map<String, String> headers, String body) {
        if (random.nextDouble() < LOST) {
            return false;
        }
        int seconds = random.nextDouble() < LATE ? random.nextInt(MAX_LATE_SECONDS) : 1 + random.nextInt(10);
        after(Duration.ofSeconds(seconds), () -> deliver(url, headers, body));
        if (random.nextDouble() < REPEATED) {
            after(Duration.ofSeconds(seconds + 1 + random.nextInt(600)), () -> deliver(url, headers, body));
        }
        return true;
    }

    private void deliver(String url, Map<String, String> headers, String body) {
        Response response = post(url, headers, body);
        if (response.status() >= 300) {
            throw new IllegalStateException("a webhook was rejected with status " + response.status());
        }
    }

    /** Sends a request to a subscriber at once, whatever its response is. */
    Response post(String url, Map<String, String> headers, String body) {
        Request request =
                Request.post(url).acceptAnyStatus().body(Body.bytes(body.getBytes(UTF_8), "application/json"));
        for (Map.Entry<String, String> header : headers.entrySet()) {
            request = request.header(header.getKey(), header.getValue());
        }
        return network.send(request);
    }

    @Override
    public void close() {
        network.close();
    }
}
