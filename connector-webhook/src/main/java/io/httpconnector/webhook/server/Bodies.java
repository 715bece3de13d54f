package io.httpconnector.webhook.server;

import io.httpconnector.Time;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A body that was read within the limits of a receiver; or the answer to one that was not. */
final class Bodies {

    private static final WebhookResponse TOO_SLOW = WebhookResponse.json(408, "{\"error\":\"too slow\"}");
    private static final WebhookResponse TOO_LARGE = WebhookResponse.json(413, "{\"error\":\"content too large\"}");
    private static final int CHUNK = 8192;

    private final byte[] body;
    private final @Nullable WebhookResponse refusal;

    private Bodies(byte[] body, @Nullable WebhookResponse refusal) {
        this.body = body;
        this.refusal = refusal;
    }

    /** Reads no further than the receiver allows, and no longer. */
    static Bodies read(InputStream in, WebhookReceiver receiver) throws IOException {
        int most = receiver.maxBody();
        long begin = Time.SYSTEM.nanos();
        long longest = receiver.bodyTimeout().toNanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        int length = in.read(chunk);
        while (length >= 0) {
            if (length > most - body.size()) {
                return new Bodies(new byte[0], TOO_LARGE);
            }
            body.write(chunk, 0, length);
            if (Time.SYSTEM.nanos() - begin > longest) {
                return new Bodies(new byte[0], TOO_SLOW);
            }
            length = in.read(chunk);
        }
        return new Bodies(body.toByteArray(), null);
    }

    WebhookResponse answer(Function<byte[], WebhookResponse> receiver) {
        return refusal == null ? receiver.apply(body) : refusal;
    }
}
