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
import java.util.Locale;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bodies from streams within the limits of a receiver, and responds to requests that exceed them. */
final class RequestBodies {

    static final WebhookResponse TOO_SLOW = closing(408, "too slow");
    static final WebhookResponse TOO_LARGE = closing(413, "content too large");
    static final WebhookResponse BUSY = closing(503, "busy").header("Retry-After", "10");
    static final WebhookResponse FAILED = WebhookResponse.json(500, "{\"error\":\"not handled\"}");

    static final WebhookResponse NOT_FOUND = closing(404, "not found");
    static final WebhookResponse TRUNCATED = closing(400, "bad request");
    private static final Logger LOG = LoggerFactory.getLogger(RequestBodies.class);
    private static final int CHUNK = 8192;

    private RequestBodies() {}

    /** A response that closes the connection, because the body was not read to its end. */
    private static WebhookResponse closing(int status, String error) {
        return WebhookResponse.json(status, "{\"error\":\"" + error + "\"}").header("Connection", "close");
    }

    /**
     * Passes a request to the receiver, unless its body is truncated: the receiver cannot distinguish that from a short body.
     */
    static WebhookResponse receive(WebhookEndpoint receiver, WebhookRequest request) {
        boolean cutOff = BodyLength.isTruncated(
                request.header("Content-Length").orElse(null),
                request.header("Transfer-Encoding").orElse(null),
                request.header("Content-Encoding").orElse(null),
                request.header("Content-Type").orElse(null),
                request.body().length);
        if (cutOff) {
            LOG.warn("{}: rejected with status 400: {}. {}", request, BodyLength.TRUNCATED, BodyLength.ADVICE);
            return TRUNCATED;
        }
        return receiver.receive(request);
    }

    /**
     * Reads the body within the size limit and timeout of the receiver, unless the stream itself blocks.
     *
     * @param length the declared length; negative if unknown
     * @param then receives the complete body
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
        if (!budget.acquire(room, receiver)) {
            return BUSY;
        }
        long start = TimeSource.SYSTEM.nanos();
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
                if (TimeSource.SYSTEM.nanos() - start > maxNanos) {
                    return TOO_SLOW;
                }
                count = read(in, body, size);
            }
            return then.apply(size == body.length ? body : Arrays.copyOf(body, size));
        } catch (EOFException e) {
            return TRUNCATED;
        } catch (IOException e) {
            // The server timed out, or the sender has disconnected.
            return isMalformed(e) ? TRUNCATED : TOO_SLOW;
        } finally {
            budget.release(room);
        }
    }

    private static int read(InputStream in, byte[] body, int from) throws IOException {
        try {
            return from == body.length ? -1 : in.read(body, from, body.length - from);
        } catch (RuntimeException e) {
            // Some servers report a malformed body like this.
            throw new EOFException("the body is malformed: " + e);
        }
    }

    /** Whether a server reports that the chunked transfer coding of a body is malformed (RFC 9112, section 7.1). */
    static boolean isMalformed(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String text = (cause.getClass().getSimpleName() + " " + cause.getMessage()).toLowerCase(Locale.ROOT);
            if (text.contains("chunk") || text.contains("badmessage") || text.contains("badrequest")) {
                return true;
            }
        }
        return false;
    }
}
