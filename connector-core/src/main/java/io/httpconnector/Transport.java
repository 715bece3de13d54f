package io.httpconnector;

import io.httpconnector.internal.http.Origin;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.io.ProgressStreams;
import io.httpconnector.internal.text.Ascii;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.BasicCookieStore;
import org.apache.hc.client5.http.cookie.CookieStore;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Takes one request over the wire and brings one answer back, redirects not followed. Safe for many threads. */
final class Transport implements AutoCloseable {

    private static final byte[] NO_BYTES = {};

    /** Rules look at bodies that are no longer. */
    private static final int PEEK = 64 * 1024;
    /** Rules do not wait longer for the next bytes of a body. */
    private static final Duration SILENCE = Duration.ofMillis(250);
    /** Cookies of as many origins are kept. */
    private static final int MAX_ORIGINS = 20;

    private final SharedClient client;
    private final RequestConfig config;
    private final Set<CancellableRequest> underWay = ConcurrentHashMap.newKeySet();
    private final ExceptionMapper failures;
    private final @Nullable Proxy proxy;
    private final @Nullable Map<Origin, CookieStore> cookies;
    private final int maxResponseBytes;
    private final long maxStreamBytes;

    @SuppressWarnings("deprecation") // Its successor belongs to the pool, which connections with other timeouts share.
    Transport(
            SharedClient client,
            Timeouts timeouts,
            RouteKey way,
            @Nullable Path unixSocket,
            boolean keepsCookies,
            int maxResponseBytes,
            long maxStreamBytes) {
        this.client = client;
        RequestConfig.Builder configured = RequestConfig.custom()
                .setConnectTimeout(Timeout.of(timeouts.connect()))
                .setResponseTimeout(Timeout.of(timeouts.response()))
                .setProtocolUpgradeEnabled(false);
        if (unixSocket != null) {
            sendThrough(unixSocket, configured);
        }
        this.config = configured.build();
        this.failures = new ExceptionMapper(timeouts, way.proxy(), way.tls().hasCertificate());
        this.proxy = way.proxy();
        this.cookies = keepsCookies ? new ConcurrentHashMap<>() : null;
        this.maxResponseBytes = maxResponseBytes;
        this.maxStreamBytes = maxStreamBytes;
    }

    private static void sendThrough(Path unixSocket, RequestConfig.Builder config) {
        try {
            config.setUnixDomainSocket(unixSocket);
        } catch (NoSuchMethodError e) {
            throw new InvalidDefinitionException(
                    "connection",
                    List.of("unixSocket needs Apache HttpClient 5.6, and an older one is on the class path"));
        }
    }

    /**
     * Sends the request and reads the answer.
     *
     * @param withCookies whether the cookies of the origin go with it, if they are kept
     * @param call how long it may take
     * @param receiver who reads the body of a good answer; null to have it in memory
     * @throws ConnectorException by what went wrong
     */
    Response exchange(Request request, boolean withCookies, CallContext call, @Nullable StreamingReceiver<?> receiver) {
        Origin target = request.url().origin();
        HttpHost host = new HttpHost(target.scheme(), target.host(), target.port());
        CancellableRequest transmission = new CancellableRequest(request, host);
        AttemptContext attempt = new AttemptContext(request.target(), transmission, call, config);
        if (cookies != null
                && withCookies
                && (cookies.size() < MAX_ORIGINS
                        || cookies.containsKey(target))) {
            attempt.useCookieStore(cookies.computeIfAbsent(target, origin -> new BasicCookieStore()));
        }
        DeadlineScheduler.Deadline deadline = DeadlineScheduler.start(call, transmission::expire);
        underWay.add(transmission);
        try {
            return client.execute(
                    host,
                    transmission,
                    attempt,
                    response -> read(request, attempt, transmission, response, call, receiver));
        } catch (StreamingReceiver.ReaderFailedException e) {
            throw e.toConnectorException(request);
        } catch (StreamingReceiver.TooLargeException e) {
            throw tooLarge(request, call, maxStreamBytes, "maxStreamBytes");
        } catch (IOException | IllegalStateException e) {
            // So HttpClient says that it was cancelled, and when it notices late, that it has lost its socket.
            if (e instanceof IllegalStateException unexpected && !transmission.isCancelled()) {
                throw unexpected;
            }
            Response left = receiver == null ? null : receiver.finished();
            if (left != null) {
                return left;
            }
            Exchange exchange = Exchange.withoutResponse(request, call);
            if (transmission.isExpired()) {
                throw new TimedOutException(TimedOutException.Phase.TOTAL, call.total(), e, exchange);
            }
            if (transmission.isClosed()) {
                throw ExceptionMapper.closed(e, exchange);
            }
            throw failures.of(e, attempt.stage(), request, exchange);
        } finally {
            underWay.remove(transmission);
            deadline.close();
        }
    }

    private Response read(
            Request request,
            AttemptContext attempt,
            CancellableRequest transmission,
            ClassicHttpResponse response,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver)
            throws IOException {
        HttpEntity entity = response.getEntity();
        Response head = new Response(request, response.getCode(), response.getHeaders(), NO_BYTES, call);
        boolean isThere = receiver != null && receiver.needsBody(head) && isThere(entity, attempt.body());
        InputStream content = entity == null ? InputStream.nullInputStream() : content(entity, request);
        long length = entity == null ? 0 : entity.getContentLength();
        if (receiver != null) {
            byte[] begin = isThere ? content.readNBytes(PEEK + 1) : NO_BYTES;
            boolean isKnown = isThere && begin.length <= PEEK;
            Response known =
                    isKnown ? new Response(request, response.getCode(), response.getHeaders(), begin, call) : head;
            content = begin.length == 0 ? content : new SequenceInputStream(new ByteArrayInputStream(begin), content);
            Response judged = receiver.classify(known, isKnown);
            if (receiver.wants(judged)) {
                Response accepted = judged.withoutBody();
                receive(accepted, content, length, transmission, receiver, call);
                call.addReceived(receiver.count());
                return accepted;
            }
        }
        byte[] body = read(content, length);
        if (body == null) {
            // Without this the rest would be read before the connection is given up.
            transmission.cancel();
            throw tooLarge(request, call, maxResponseBytes, "maxResponseBytes");
        }
        call.addReceived(body.length);
        return new Response(request, response.getCode(), response.getHeaders(), body, call);
    }

    /** Whether all of a short body is there, or comes at once, so that a rule can look at it without holding it back. */
    private static boolean isThere(@Nullable HttpEntity entity, @Nullable WireBody body) throws IOException {
        if (entity == null || body == null) {
            return true;
        }
        String type = entity.getContentType();
        boolean isEventStream = type != null && Ascii.lowerCase(type).startsWith("text/event-stream");
        return !isEventStream && body.isWholeWithin(PEEK, SILENCE);
    }

    private static void receive(
            Response head,
            InputStream body,
            long length,
            CancellableRequest transmission,
            StreamingReceiver<?> receiver,
            CallContext call)
            throws IOException {
        boolean all = false;
        try {
            all = receiver.receive(head, body, length, call);
        } finally {
            if (!all) {
                // Without this the rest would be read before the connection is given up.
                transmission.cancel();
            }
        }
    }

    private static InvalidResponseException tooLarge(Request request, CallContext call, long limit, String setting) {
        return new InvalidResponseException(
                request.method() + " " + request.url().origin().authority()
                        + ": the body is larger than the limit of " + limit + " bytes: ask for less, or raise "
                        + setting,
                null,
                Exchange.withoutResponse(request, call));
    }

    private static InputStream content(HttpEntity entity, Request request) throws IOException {
        ProgressListener progress = request.download();
        InputStream content = entity.getContent();
        return progress == null ? content : ProgressStreams.in(content, progress, entity.getContentLength());
    }

    /** The whole body, or null when it is larger than the limit. */
    private byte @Nullable [] read(InputStream content, long announced) throws IOException {
        if (announced > maxResponseBytes) {
            return null;
        }
        if (announced < 0) {
            byte[] body = content.readNBytes(maxResponseBytes + 1);
            return body.length > maxResponseBytes ? null : body;
        }
        byte[] body = new byte[(int) announced];
        int length = content.readNBytes(body, 0, body.length);
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    @Nullable Proxy proxy() {
        return proxy;
    }

    long maxStreamBytes() {
        return maxStreamBytes;
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        underWay.forEach(CancellableRequest::close);
        client.release();
    }
}
