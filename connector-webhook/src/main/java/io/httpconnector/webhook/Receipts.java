package io.httpconnector.webhook;

import io.httpconnector.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
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
    private final Time time;

    /** By this object, as is the other, and what is in them. */
    private final Map<String, Receipt> known = new HashMap<>();

    /** Of those that were handled: the oldest first. */
    private final Deque<Receipt> handled = new ArrayDeque<>();

    Receipts(Duration window, int most, Time time) {
        this.window = window.toNanos();
        this.most = most;
        this.time = time;
    }

    /** Of an event that is being handled, or was. Whoever made it does the work; others wait for what becomes of it. */
    private static final class Receipt {

        private final String id;
        private boolean done;
        private long since;
        private @Nullable CompletableFuture<Boolean> awaited;

        Receipt(String id) {
            this.id = id;
        }
    }

    /**
     * Does the work, unless it is known to be done.
     *
     * @param timeout how long to wait for another thread that does it
     * @param work what it answers says whether it is done; throws nothing
     * @param repeated what to answer when it has been done before, or just now by another thread
     */
    WebhookResponse once(
            String id, Duration timeout, Supplier<WebhookResponse> work, Supplier<WebhookResponse> repeated) {
        Receipt mine = new Receipt(id);
        Future<Boolean> other = begin(mine);
        if (other != null) {
            return await(other, timeout, repeated);
        }
        boolean done = false;
        try {
            WebhookResponse answer = work.get();
            done = answer.isAccepted();
            return answer;
        } finally {
            end(mine, done);
        }
    }

    private WebhookResponse await(Future<Boolean> other, Duration timeout, Supplier<WebhookResponse> repeated) {
        try {
            return other.get(timeout.toNanos(), TimeUnit.NANOSECONDS) ? repeated.get() : Answers.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answers.BUSY;
        } catch (ExecutionException | TimeoutException e) {
            return Answers.BUSY;
        }
    }

    /** Null when it is the caller's turn; otherwise, whether it is done, as soon as that is known. */
    private synchronized @Nullable Future<Boolean> begin(Receipt mine) {
        Receipt other = known.putIfAbsent(mine.id, mine);
        if (other == null) {
            return null;
        }
        if (!other.done) {
            if (other.awaited == null) {
                other.awaited = new CompletableFuture<>();
            }
            return other.awaited;
        }
        if (time.nanos() - other.since <= window) {
            return DONE;
        }
        known.put(mine.id, mine);
        return null;
    }

    private void end(Receipt mine, boolean done) {
        synchronized (this) {
            if (done) {
                mine.done = true;
                mine.since = time.nanos();
                handled.add(mine);
                forget(mine.since);
            } else {
                known.remove(mine.id);
            }
        }
        // Nobody else comes to wait for it from here on.
        if (mine.awaited != null) {
            mine.awaited.complete(done);
        }
    }

    private void forget(long now) {
        while (handled.size() > most || now - handled.getFirst().since > window) {
            Receipt oldest = handled.removeFirst();
            // Unless the event has come again since.
            known.remove(oldest.id, oldest);
        }
    }
}
