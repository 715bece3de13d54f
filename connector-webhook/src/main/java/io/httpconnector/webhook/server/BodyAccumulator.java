package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookResponse;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body that comes piece by piece, within the limit of a receiver and the budget of a server. For one thread at a time, but
 * that any may close it: a watchdog ends slow senders while their next piece comes.
 */
final class BodyAccumulator {

    private static final int PIECE = 64 * 1024;

    /** Most bodies come in one piece, which need not be copied. */
    private byte[] first = new byte[0];

    private @Nullable ByteArrayOutputStream all;
    private int size;
    private final MemoryBudget budget;
    private final int most;
    private int pieces;
    private boolean closed;

    BodyAccumulator(WebhookEndpoint receiver, MemoryBudget budget) {
        this.most = receiver.maxBody();
        this.budget = budget;
    }

    /** Takes a piece, which is not written to any more; what to answer when there is too much, null otherwise. */
    synchronized @Nullable WebhookResponse add(byte[] piece) {
        if (closed) {
            return RequestBodies.BUSY;
        }
        if (piece.length > most - size) {
            return RequestBodies.TOO_LARGE;
        }
        while (pieces * (long) PIECE < size + (long) piece.length) {
            if (!budget.takeNow(PIECE)) {
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

    /** It is not needed any more: no piece is taken after this. To say it twice does no harm. */
    synchronized void close() {
        closed = true;
        for (; pieces > 0; pieces--) {
            budget.giveBack(PIECE);
        }
    }
}
