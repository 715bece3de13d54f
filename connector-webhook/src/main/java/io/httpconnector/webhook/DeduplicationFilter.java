package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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
final class DeduplicationFilter {

    private static final Future<Boolean> DONE = CompletableFuture.completedFuture(true);

    /** Only responses with larger bodies count towards the limit. */
    private static final int SMALL = 64;

    private static final int MAX_KEPT = 4 * 1024 * 1024;

    private final long window;
    private final int max;
    private final TimeSource time;

    /** Guards the collections and the receipts; shared with the filter of requests. */
    private final Object lock;

    /** The filter of the requests that contain the events of this filter; null in that filter. */
    private final @Nullable DeduplicationFilter requests;

    /** All receipts by id. */
    private final Map<String, Receipt> known = new HashMap<>();

    /** The receipts of handled events, oldest first. */
    private final Deque<Receipt> handled = new ArrayDeque<>();

    /** The receipts whose responses count towards the limit, oldest first. */
    private final Deque<Receipt> large = new ArrayDeque<>();

    /** The total size of these responses, in bytes. */
    private int kept;

    /** Creates a filter of requests, or one without requests. */
    DeduplicationFilter(Duration window, int max, TimeSource time) {
        this.window = window.toNanos();
        this.max = max;
        this.time = time;
        this.lock = new Object();
        this.requests = null;
    }

    private DeduplicationFilter(DeduplicationFilter requests) {
        this.window = requests.window;
        this.max = requests.max;
        this.time = requests.time;
        this.lock = requests.lock;
        this.requests = requests;
    }

    /** Creates a filter of the events that the requests of this filter contain. */
    DeduplicationFilter ofEvents() {
        return new DeduplicationFilter(this);
    }

    /**
     * The receipt of an event that is being handled or has been handled. The thread that created it does the work; others wait
     * for the outcome.
     */
    private static final class Receipt {

        private final String id;

        /** The id of the request of this event, if both have the same receipt. */
        private final @Nullable String requestId;

        private boolean done;
        private boolean failed;
        private long since;
        private @Nullable CompletableFuture<Boolean> awaited;

        /** The first response; null if it is not kept. */
        private @Nullable WebhookResponse first;

        Receipt(String id, @Nullable String requestId) {
            this.id = id;
            this.requestId = requestId;
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
        Receipt mine = new Receipt(id, null);
        Receipt other = tryBegin(mine);
        return other == null ? execute(mine, work) : await(other, deadline, repeated);
    }

    /**
     * Executes the work of a request with a single event, if neither is known. This is the common case: both have the same
     * receipt, which costs less than two.
     *
     * @param requestId the id in the filter of requests
     * @return the response; null if the request or the event is known, and nothing was done
     */
    @Nullable WebhookResponse onceIfNew(String requestId, String id, Supplier<WebhookResponse> work) {
        Receipt mine = new Receipt(id, requestId);
        return tryBegin(mine, requestId) ? execute(mine, work) : null;
    }

    private WebhookResponse execute(Receipt mine, Supplier<WebhookResponse> work) {
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

    private @Nullable WebhookResponse first(Receipt receipt) {
        synchronized (lock) {
            return receipt.first;
        }
    }

    /** The outcome, available as soon as it is known. */
    private Future<Boolean> outcome(Receipt receipt) {
        synchronized (lock) {
            if (receipt.done) {
                return DONE;
            }
            if (receipt.awaited == null) {
                receipt.awaited = new CompletableFuture<>();
                if (receipt.failed) {
                    receipt.awaited.complete(false);
                }
            }
            return receipt.awaited;
        }
    }

    /** Returns null if the caller must do the work; otherwise the receipt of the thread that does it or did it. */
    private @Nullable Receipt tryBegin(Receipt mine) {
        synchronized (lock) {
            Receipt other = known.putIfAbsent(mine.id, mine);
            if (other == null || !other.done || time.nanos() - other.since <= window) {
                return other;
            }
            known.put(mine.id, mine);
            return null;
        }
    }

    /** Returns whether the caller must do the work, because neither the event nor the request is known. */
    private boolean tryBegin(Receipt mine, String requestId) {
        Map<String, Receipt> knownRequests = Objects.requireNonNull(requests).known;
        synchronized (lock) {
            if (known.putIfAbsent(mine.id, mine) != null) {
                return false;
            }
            if (knownRequests.putIfAbsent(requestId, mine) != null) {
                known.remove(mine.id);
                return false;
            }
            return true;
        }
    }

    private void end(Receipt mine, @Nullable WebhookResponse response) {
        boolean done = response != null && response.isAccepted();
        CompletableFuture<Boolean> awaited;
        synchronized (lock) {
            if (response != null && done) {
                mine.done = true;
                mine.since = time.nanos();
                keep(mine, response);
                handled.add(mine);
                forget(mine.since);
            } else {
                mine.failed = true;
                remove(mine);
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
            remove(oldest);
        }
    }

    /** Removes a receipt, unless the event has arrived again since. */
    private void remove(Receipt receipt) {
        known.remove(receipt.id, receipt);
        if (requests != null && receipt.requestId != null) {
            requests.known.remove(receipt.requestId, receipt);
        }
    }
}
