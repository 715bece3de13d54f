package io.httpconnector.webhook.server;

import io.httpconnector.TimeSource;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.internal.BodyLength;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bodies from streams within the limits of a receiver, and answers those that don't keep to them. */
final class RequestBodies {

    static final WebhookResponse TOO_SLOW = last(408, "too slow");
    static final WebhookResponse TOO_LARGE = last(413, "content too large");
    static final WebhookResponse BUSY = last(503, "busy").header("Retry-After", "10");
    static final WebhookResponse FAILED = WebhookResponse.json(500, "{\"error\":\"not handled\"}");

    static final WebhookResponse CUT_OFF = last(400, "bad request");
    private static final Logger LOG = LoggerFactory.getLogger(RequestBodies.class);
    private static final int CHUNK = 8192;

    private RequestBodies() {}

    /** The body was not read to its end, so nothing more can come on this connection. */
    private static WebhookResponse last(int status, String error) {
        return WebhookResponse.json(status, "{\"error\":\"" + error + "\"}").header("Connection", "close");
    }

    /** Hands a request over, unless its body is not whole: a receiver can't tell that from a body that is meant to be short. */
    static WebhookResponse receive(WebhookEndpoint receiver, WebhookRequest request) {
        boolean cutOff = BodyLength.isCutOff(
                request.header("Content-Length").orElse(null),
                request.header("Transfer-Encoding").orElse(null),
                request.header("Content-Encoding").orElse(null),
                request.header("Content-Type").orElse(null),
                request.body().length);
        if (cutOff) {
            LOG.warn("{} is answered 400: {}. {}", request, BodyLength.CUT_OFF, BodyLength.CAUSES);
            return CUT_OFF;
        }
        return receiver.receive(request);
    }

    /**
     * Reads no further than the receiver allows, and no longer, as far as the stream itself does not wait.
     *
     * @param length what the sender says that its length is; negative when it does not
     * @param then is given the whole body
     */
    static WebhookResponse read(
            InputStream in,
            long length,
            WebhookEndpoint receiver,
            MemoryBudget budget,
            Function<byte[], WebhookResponse> then) {
        int max = receiver.maxBody();
        if (length > max) {
            return TOO_LARGE;
        }
        long room = length < 0 ? max : length;
        if (!budget.take(room)) {
            return BUSY;
        }
        long begin = TimeSource.SYSTEM.nanos();
        try {
            byte[] body = new byte[length < 0 ? CHUNK : (int) length];
            int size = 0;
            long maxNanos = receiver.bodyTimeout().toNanos();
            int count = read(in, body, size);
            while (count >= 0) {
                size += count;
                if (size == body.length && length < 0) {
                    body = Arrays.copyOf(body, Math.min(size * 2, max + 1));
                }
                if (size > max) {
                    return TOO_LARGE;
                }
                if (TimeSource.SYSTEM.nanos() - begin > maxNanos) {
                    return TOO_SLOW;
                }
                count = read(in, body, size);
            }
            return then.apply(size == body.length ? body : Arrays.copyOf(body, size));
        } catch (EOFException e) {
            return CUT_OFF;
        } catch (IOException e) {
            // The server waited no longer, or the sender has gone.
            return TOO_SLOW;
        } finally {
            budget.giveBack(room);
        }
    }

    private static int read(InputStream in, byte[] body, int from) throws IOException {
        return from == body.length ? -1 : in.read(body, from, body.length - from);
    }
}
