package io.httpconnector.webhook.server;

import io.httpconnector.webhook.WebhookReceiver;
import java.io.ByteArrayOutputStream;

/** A body that comes piece by piece, within the limit of a receiver. For one thread at a time. */
final class Gathered {

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int most;

    Gathered(WebhookReceiver receiver) {
        this.most = receiver.maxBody();
    }

    /** Takes a piece; false when there is too much. */
    boolean add(byte[] piece, int length) {
        if (length > most - body.size()) {
            return false;
        }
        body.write(piece, 0, length);
        return true;
    }

    byte[] toBytes() {
        return body.toByteArray();
    }
}
