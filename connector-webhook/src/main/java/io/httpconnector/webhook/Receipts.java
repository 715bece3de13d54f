package io.httpconnector.webhook;

import io.httpconnector.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which events have been handled lately: each id once, also when it comes several times at once. Knows the last so many ids, no
 * longer than the window. Safe for many threads.
 */
final class Receipts {

    private static final Future<Boolean> DONE = CompletableFuture.completedFuture(true);

    private final long window;
    private final int most;
    private final Duration patience;
    private final Time time;

    /** Guarded by this object, as is the other. */
    private final Map<String, Turn> running = new HashMap<>();

    /** The ids that were handled, and when: the oldest first. */
    private final Map<String, Long> handled = new LinkedHashMap<>();

    Receipts(Duration window, int most, Duration patience, Time time) {
        this.window = window.toNanos();
        this.most = most;
        this.patience = patience;
        this.time = time;
    }

    /** Whoever has it does the work; others wait for what becomes of it. */
    private static final class Turn {

        private @Nullable CompletableFuture<Boolean> awaited;
    }

    /**
     * Does the work, unless it is known to be done.
     *
     * @param work what it answers says whether it is done; throws nothing
     * @param repeated what to answer when it has been done before, or just now by another thread
     */
    WebhookResponse once(String id, Supplier<WebhookResponse> work, Supplier<WebhookResponse> repeated) {
        Future<Boolean> other = begin(id);
        if (other != null) {
            return await(other, repeated);
        }
        boolean done = false;
        try {
            WebhookResponse answer = work.get();
            done = answer.isAccepted();
            return answer;
        } finally {
            end(id, done);
        }
    }

    private WebhookResponse await(Future<Boolean> other, Supplier<WebhookResponse> repeated) {
        try {
            return other.get(patience.toNanos(), TimeUnit.NANOSECONDS) ? repeated.get() : Answers.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answers.BUSY;
        } catch (ExecutionException | TimeoutException e) {
            return Answers.BUSY;
        }
    }

    /** Null when it is the caller's turn; otherwise, whether it is done, as soon as that is known. */
    private synchronized @Nullable Future<Boolean> begin(String id) {
        Long at = handled.get(id);
        if (at != null) {
            if (time.nanos() - at <= window) {
                return DONE;
            }
            handled.remove(id);
        }
        Turn other = running.putIfAbsent(id, new Turn());
        if (other == null) {
            return null;
        }
        if (other.awaited == null) {
            other.awaited = new CompletableFuture<>();
        }
        return other.awaited;
    }

    private void end(String id, boolean done) {
        CompletableFuture<Boolean> awaited;
        synchronized (this) {
            Turn turn = running.remove(id);
            awaited = turn == null ? null : turn.awaited;
            if (done) {
                remember(id);
            }
        }
        if (awaited != null) {
            awaited.complete(done);
        }
    }

    private void remember(String id) {
        long now = time.nanos();
        handled.put(id, now);
        for (Iterator<Long> ages = handled.values().iterator(); ages.hasNext(); ages.remove()) {
            long at = ages.next();
            if (handled.size() <= most && now - at <= window) {
                return;
            }
        }
    }
}
