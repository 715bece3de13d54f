package io.httpconnector.webhook;

import io.httpconnector.Time;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Which events have been handled lately: each id once, also when it comes several times at once. Knows the last so many ids, no
 * longer than the window. Safe for many threads.
 */
final class Receipts {

    private final Duration window;
    private final int most;
    private final Duration patience;
    private final Time time;
    private final ConcurrentMap<String, CompletableFuture<Boolean>> running = new ConcurrentHashMap<>();
    private final Map<String, Long> handled = new LinkedHashMap<>();

    Receipts(Duration window, int most, Duration patience, Time time) {
        this.window = window;
        this.most = most;
        this.patience = patience;
        this.time = time;
    }

    /**
     * Does the work, unless it is known to be done.
     *
     * @param work what it answers says whether it is done; throws nothing
     * @param repeated what to answer when it has been done before, or just now by another thread
     */
    WebhookResponse once(String id, Supplier<WebhookResponse> work, Supplier<WebhookResponse> repeated) {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> other = running.putIfAbsent(id, mine);
        if (other != null) {
            return await(other, repeated);
        }
        boolean done = false;
        try {
            done = isHandled(id);
            if (done) {
                return repeated.get();
            }
            WebhookResponse answer = work.get();
            done = answer.isAccepted();
            if (done) {
                remember(id);
            }
            return answer;
        } finally {
            running.remove(id);
            mine.complete(done);
        }
    }

    private WebhookResponse await(CompletableFuture<Boolean> other, Supplier<WebhookResponse> repeated) {
        try {
            return other.get(patience.toNanos(), TimeUnit.NANOSECONDS) ? repeated.get() : Answers.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answers.BUSY;
        } catch (ExecutionException | TimeoutException e) {
            return Answers.BUSY;
        }
    }

    private boolean isHandled(String id) {
        synchronized (handled) {
            forget(0, time.nanos());
            return handled.containsKey(id);
        }
    }

    private void remember(String id) {
        synchronized (handled) {
            long now = time.nanos();
            forget(1, now);
            handled.put(id, now);
        }
    }

    private void forget(int more, long now) {
        Iterator<Long> ages = handled.values().iterator();
        while (ages.hasNext()) {
            long at = ages.next();
            if (handled.size() + more <= most && now - at <= window.toNanos()) {
                return;
            }
            ages.remove();
        }
    }
}
