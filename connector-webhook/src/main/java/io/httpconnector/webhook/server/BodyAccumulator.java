package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookResponse;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body received piece by piece, within the limit of a receiver and the memory budget of a server. Used by one thread at a time,
 * except that any thread may close it: a watchdog ends slow senders while their next piece arrives.
 */
final class BodyAccumulator {

    private static final int PIECE = 64 * 1024;

    /** Most bodies arrive in one piece, which is not copied. */
    private byte[] first = new byte[0];

    private @Nullable ByteArrayOutputStream all;
    private int size;
    private final MemoryBudget budget;
    private final int maxSize;
    private int pieces;
    private boolean closed;

    BodyAccumulator(WebhookEndpoint receiver, MemoryBudget budget) {
        this.maxSize = receiver.maxBody();
        this.budget = budget;
    }

    /**
     * Adds a piece, which must not be modified afterwards; returns the error response if a limit is exceeded, null otherwise.
     */
    synchronized @Nullable WebhookResponse add(byte[] piece) {
        if (closed) {
            return RequestBodies.BUSY;
        }
        if (piece.length > maxSize - size) {
            return RequestBodies.TOO_LARGE;
        }
        while (pieces * (long) PIECE < size + (long) piece.length) {
            if (!budget.tryAcquire(PIECE)) {
                return RequestBodies.BUSY;
            }
            pieces++;
        }
        keep(piece);
        size += piece.length;
        return null;
    }

    private void keep(byte[] piece) {
        if (size == 0) {
            first = piece;
            return;
        }
        if (all == null) {
            all = new ByteArrayOutputStream(size + piece.length);
            all.writeBytes(first);
        }
        all.writeBytes(piece);
    }

    synchronized byte[] toBytes() {
        return all == null ? first : all.toByteArray();
    }

    /** Releases the memory budget; no piece is accepted afterwards. Idempotent. */
    synchronized void close() {
        closed = true;
        for (; pieces > 0; pieces--) {
            budget.release(PIECE);
        }
    }
}
