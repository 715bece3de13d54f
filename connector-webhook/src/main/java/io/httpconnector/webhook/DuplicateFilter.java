package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
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
 * longer than the window, and the first response to each: 4 MB of them. Safe for many threads.
 */
final class DuplicateFilter {

    private static final Future<Boolean> DONE = CompletableFuture.completedFuture(true);

    /** Responses of more bytes are counted. */
    private static final int SMALL = 64;

    private static final int MAX_KEPT = 4 * 1024 * 1024;

    private final long window;
    private final int most;
    private final TimeSource time;

    /** By this object, as is the other, and what is in them. */
    private final Map<String, Receipt> known = new HashMap<>();

    /** Of those that were handled: the oldest first. */
    private final Deque<Receipt> handled = new ArrayDeque<>();

    /** Of those whose responses are counted: the oldest first. */
    private final Deque<Receipt> large = new ArrayDeque<>();

    /** The bytes of these responses. */
    private int kept;

    DuplicateFilter(Duration window, int max, TimeSource time) {
        this.window = window.toNanos();
        this.most = max;
        this.time = time;
    }

    /** Of an event that is being handled, or was. Whoever made it does the work; others wait for what becomes of it. */
    private static final class Receipt {

        private final String id;
        private boolean done;
        private long since;
        private @Nullable CompletableFuture<Boolean> awaited;

        /** The first response; null when it is not kept. */
        private @Nullable WebhookResponse first;

        Receipt(String id) {
            this.id = id;
        }
    }

    /**
     * Does the work, unless it is known to be done.
     *
     * @param deadline how long to wait for another thread that does it
     * @param work what it answers says whether it is done; throws nothing
     * @param repeated the response when it has been done before, or just now by another thread, and the first response is not kept
     */
    WebhookResponse once(
            String id, Deadline deadline, Supplier<WebhookResponse> work, Supplier<WebhookResponse> repeated) {
        Receipt mine = new Receipt(id);
        Receipt other = begin(mine);
        if (other != null) {
            return await(other, deadline, repeated);
        }
        WebhookResponse response = null;
        try {
            response = work.get();
            return response;
        } finally {
            end(mine, response);
        }
    }

    private WebhookResponse await(Receipt other, Deadline deadline, Supplier<WebhookResponse> repeated) {
        try {
            if (!outcome(other).get(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                return StandardResponses.FAILED;
            }
            WebhookResponse first = first(other);
            return first == null ? repeated.get() : first;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return StandardResponses.BUSY;
        } catch (ExecutionException | TimeoutException e) {
            return StandardResponses.BUSY;
        }
    }

    private synchronized @Nullable WebhookResponse first(Receipt receipt) {
        return receipt.first;
    }

    /** Whether it is done, as soon as that is known. */
    private synchronized Future<Boolean> outcome(Receipt receipt) {
        if (receipt.done) {
            return DONE;
        }
        if (receipt.awaited == null) {
            receipt.awaited = new CompletableFuture<>();
            if (known.get(receipt.id) != receipt) {
                // It has failed meanwhile.
                receipt.awaited.complete(false);
            }
        }
        return receipt.awaited;
    }

    /** Null when it is the caller's turn; otherwise, the receipt of the one who does it, or did. */
    private synchronized @Nullable Receipt begin(Receipt mine) {
        Receipt other = known.putIfAbsent(mine.id, mine);
        if (other == null || !other.done || time.nanos() - other.since <= window) {
            return other;
        }
        known.put(mine.id, mine);
        return null;
    }

    private void end(Receipt mine, @Nullable WebhookResponse response) {
        boolean done = response != null && response.isAccepted();
        CompletableFuture<Boolean> awaited;
        synchronized (this) {
            if (response != null && done) {
                mine.done = true;
                mine.since = time.nanos();
                keep(mine, response);
                handled.add(mine);
                forget(mine.since);
            } else {
                known.remove(mine.id);
            }
            awaited = mine.awaited;
        }
        // Nobody else comes to wait for it from here on.
        if (awaited != null) {
            awaited.complete(done);
        }
    }

    /** Repetitions usually come soon: of many responses, the last are kept. */
    private void keep(Receipt mine, WebhookResponse response) {
        if (response.body().length > MAX_KEPT) {
            return;
        }
        mine.first = response;
        if (response.body().length > SMALL) {
            kept += response.body().length;
            large.add(mine);
        }
        while (kept > MAX_KEPT) {
            drop(large.removeFirst());
        }
    }

    private void drop(Receipt receipt) {
        WebhookResponse first = receipt.first;
        receipt.first = null;
        kept -= first == null || first.body().length <= SMALL ? 0 : first.body().length;
    }

    private void forget(long now) {
        while (handled.size() > most || now - handled.getFirst().since > window) {
            Receipt oldest = handled.removeFirst();
            drop(oldest);
            if (large.peekFirst() == oldest) {
                large.removeFirst();
            }
            // Unless the event has come again since.
            known.remove(oldest.id, oldest);
        }
    }
}
