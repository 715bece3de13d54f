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
 * A filter that lets each event be handled once, even if it arrives several times concurrently. Remembers a limited number of ids
 * for a limited time, and the first response to each, up to 4 MB in total. Thread-safe.
 */
final class DuplicateFilter {

    private static final Future<Boolean> DONE = CompletableFuture.completedFuture(true);

    /** Only responses with larger bodies count towards the limit. */
    private static final int SMALL = 64;

    private static final int MAX_KEPT = 4 * 1024 * 1024;

    private final long window;
    private final int max;
    private final TimeSource time;

    /** All receipts by id. This map, the other collections and the receipts are guarded by this object. */
    private final Map<String, Receipt> known = new HashMap<>();

    /** The receipts of handled events, oldest first. */
    private final Deque<Receipt> handled = new ArrayDeque<>();

    /** The receipts whose responses count towards the limit, oldest first. */
    private final Deque<Receipt> large = new ArrayDeque<>();

    /** The total size of these responses, in bytes. */
    private int kept;

    DuplicateFilter(Duration window, int max, TimeSource time) {
        this.window = window.toNanos();
        this.max = max;
        this.time = time;
    }

    /**
     * The receipt of an event that is being handled or has been handled. The thread that created it does the work; others wait
     * for the outcome.
     */
    private static final class Receipt {

        private final String id;
        private boolean done;
        private long since;
        private @Nullable CompletableFuture<Boolean> awaited;

        /** The first response; null if it is not kept. */
        private @Nullable WebhookResponse first;

        Receipt(String id) {
            this.id = id;
        }
    }

    /**
     * Executes the work, unless it is known to be done.
     *
     * @param deadline the maximum time to wait for another thread that does the same work
     * @param work returns a response that tells whether it succeeded; throws nothing
     * @param repeated supplies the response if the work is already done, or was just done by another thread, and the first
     *     response is not kept
     */
    WebhookResponse once(
            String id, Deadline deadline, Supplier<WebhookResponse> work, Supplier<WebhookResponse> repeated) {
        Receipt mine = new Receipt(id);
        Receipt other = tryBegin(mine);
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
            if (!outcome(other).get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
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

    /** The outcome, available as soon as it is known. */
    private synchronized Future<Boolean> outcome(Receipt receipt) {
        if (receipt.done) {
            return DONE;
        }
        if (receipt.awaited == null) {
            receipt.awaited = new CompletableFuture<>();
            if (known.get(receipt.id) != receipt) {
                // It has failed in the meantime.
                receipt.awaited.complete(false);
            }
        }
        return receipt.awaited;
    }

    /** Returns null if the caller must do the work; otherwise the receipt of the thread that does it or did it. */
    private synchronized @Nullable Receipt tryBegin(Receipt mine) {
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
        // No other thread starts to wait from here on.
        if (awaited != null) {
            awaited.complete(done);
        }
    }

    /** Keeps a response. Repetitions usually arrive soon, so the latest responses are kept. */
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
        while (handled.size() > max || now - handled.getFirst().since > window) {
            Receipt oldest = handled.removeFirst();
            drop(oldest);
            if (large.peekFirst() == oldest) {
                large.removeFirst();
            }
            // Unless the event has arrived again since.
            known.remove(oldest.id, oldest);
        }
    }
}
