package io.httpconnector;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Takes one request over the wire and brings one answer back, redirects not followed. Safe for many threads. */
final class Transport implements AutoCloseable {

    private static final byte[] NO_BYTES = {};

    private final SharedClient client;
    private final RequestConfig config;
    private final Set<Transmission> underWay = ConcurrentHashMap.newKeySet();
    private final Failures failures;
    private final int maxResponseBytes;

    @SuppressWarnings("deprecation") // Its successor belongs to the pool, which connections with other timeouts share.
    Transport(
            SharedClient client,
            Timeouts timeouts,
            @Nullable Proxy proxy,
            @Nullable Path unixSocket,
            int maxResponseBytes) {
        this.client = client;
        this.config = RequestConfig.custom()
                .setConnectTimeout(Timeout.of(timeouts.connect()))
                .setResponseTimeout(Timeout.of(timeouts.response()))
                .setProtocolUpgradeEnabled(false)
                .setUnixDomainSocket(unixSocket)
                .build();
        this.failures = new Failures(timeouts, proxy);
        this.maxResponseBytes = maxResponseBytes;
    }

    /**
     * Sends the request and reads the answer.
     *
     * @param call how long it may take
     * @throws ConnectorException by what went wrong
     */
    Response exchange(Request request, Call call) {
        Transmission transmission = new Transmission(request);
        Attempt attempt = new Attempt(request.target(), transmission, config);
        Future<?> deadline = Deadlines.start(call.left(), transmission::expire);
        underWay.add(transmission);
        try {
            return client.execute(request.url().origin(), transmission, attempt, answer -> {
                attempt.answers();
                return read(request, transmission, answer, call);
            });
        } catch (IOException | CancellationException e) {
            Exchange exchange = Exchange.unanswered(request, call);
            if (transmission.isExpired()) {
                throw new TimedOutException(TimedOutException.Phase.TOTAL, call.total(), e, exchange);
            }
            throw failures.of(e, attempt.reach(), request, exchange);
        } finally {
            underWay.remove(transmission);
            deadline.cancel(false);
        }
    }

    private Response read(Request request, Transmission transmission, ClassicHttpResponse answer, Call call)
            throws IOException {
        HttpEntity entity = answer.getEntity();
        byte[] body = entity == null ? NO_BYTES : read(entity);
        if (body == null) {
            // Without this the rest would be read before the connection is given up.
            transmission.cancel();
            throw new InvalidResponseException(
                    request.method() + " " + request.url().origin().toHostString()
                            + ": the body is larger than the limit of " + maxResponseBytes
                            + " bytes: ask for less, or raise maxResponseBytes",
                    null,
                    Exchange.unanswered(request, call));
        }
        return new Response(request, answer.getCode(), answer.getHeaders(), body, call);
    }

    /** The whole body, or null when it is larger than the limit. */
    private byte @Nullable [] read(HttpEntity entity) throws IOException {
        InputStream content = entity.getContent();
        long announced = entity.getContentLength();
        if (content == null || announced > maxResponseBytes) {
            return content == null ? NO_BYTES : null;
        }
        if (announced < 0) {
            byte[] body = content.readNBytes(maxResponseBytes + 1);
            return body.length > maxResponseBytes ? null : body;
        }
        byte[] body = new byte[(int) announced];
        int length = content.readNBytes(body, 0, body.length);
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        underWay.forEach(Transmission::cancel);
        client.release();
    }
}
