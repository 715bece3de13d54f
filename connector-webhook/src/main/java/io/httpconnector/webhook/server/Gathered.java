package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookResponse;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** A body that comes piece by piece, within the limit of a receiver and the budget of a server. For one thread at a time. */
final class Gathered {

    private static final int PIECE = 64 * 1024;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Budget budget;
    private final int most;
    private int pieces;

    Gathered(WebhookReceiver receiver, Budget budget) {
        this.most = receiver.maxBody();
        this.budget = budget;
    }

    /** Takes a piece; what to answer when there is too much, null otherwise. */
    @Nullable WebhookResponse add(byte[] piece, int length) {
        if (length > most - body.size()) {
            return Bodies.TOO_LARGE;
        }
        while (pieces * (long) PIECE < body.size() + (long) length) {
            if (!budget.takeNow(PIECE)) {
                return Bodies.BUSY;
            }
            pieces++;
        }
        body.write(piece, 0, length);
        return null;
    }

    byte[] toBytes() {
        return body.toByteArray();
    }

    /** It is not needed any more. To say it twice does no harm. */
    void close() {
        for (; pieces > 0; pieces--) {
            budget.giveBack(PIECE);
        }
    }
}
