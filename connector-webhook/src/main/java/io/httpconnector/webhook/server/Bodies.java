package io.httpconnector.webhook.server;

import io.httpconnector.Time;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A body that was read within the limits of a receiver; or the answer to one that was not. */
final class Bodies {

    static final WebhookResponse TOO_SLOW = last(408, "too slow");
    static final WebhookResponse TOO_LARGE = last(413, "content too large");
    static final WebhookResponse FAILED = WebhookResponse.json(500, "{\"error\":\"not handled\"}");
    private static final int CHUNK = 8192;

    private final byte[] body;
    private final @Nullable WebhookResponse refusal;

    private Bodies(byte[] body, @Nullable WebhookResponse refusal) {
        this.body = body;
        this.refusal = refusal;
    }

    /** The body was not read to its end, so nothing more can come on this connection. */
    private static WebhookResponse last(int status, String error) {
        return WebhookResponse.json(status, "{\"error\":\"" + error + "\"}").header("Connection", "close");
    }

    /** Reads no further than the receiver allows, and no longer, as far as the stream itself does not wait. */
    static Bodies read(InputStream in, WebhookReceiver receiver) {
        long begin = Time.SYSTEM.nanos();
        long longest = receiver.bodyTimeout().toNanos();
        Gathered body = new Gathered(receiver);
        byte[] chunk = new byte[CHUNK];
        try {
            int length = in.read(chunk);
            while (length >= 0) {
                if (!body.add(chunk, length)) {
                    return new Bodies(new byte[0], TOO_LARGE);
                }
                if (Time.SYSTEM.nanos() - begin > longest) {
                    return new Bodies(new byte[0], TOO_SLOW);
                }
                length = in.read(chunk);
            }
        } catch (IOException e) {
            // The server waited no longer, or the sender has gone.
            return new Bodies(new byte[0], TOO_SLOW);
        }
        return new Bodies(body.toBytes(), null);
    }

    WebhookResponse answer(Function<byte[], WebhookResponse> receiver) {
        return refusal == null ? receiver.apply(body) : refusal;
    }
}
