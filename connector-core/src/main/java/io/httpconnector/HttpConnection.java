package io.httpconnector;

import static io.httpconnector.InvalidDefinitionException.notNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to somebody else's HTTP API: where it is, who we are there, and how long we wait.
 *
 * <pre>{@code
 * try (HttpConnection jira = HttpConnection.named("Jira")
 *         .baseUrl("https://example.atlassian.net")
 *         .auth(BasicAuth.of("user@example.com", Secret.fromEnv("JIRA_TOKEN")))
 *         .test(Request.get("/rest/api/3/myself"))
 *         .build()) {
 *
 *     jira.test().orThrow();
 *     JsonNode project = jira.send(Request.get("/rest/api/3/project/PPP")).json();
 * }
 * }</pre>
 *
 * <p>Build one for each service and account, share it among all threads, and close it when the account is removed or the
 * application ends. Sockets are kept open between requests, and shared by all connections that take the same way, so that
 * thousands that are idle cost little: neither threads nor sockets. It keeps no cookies.
 *
 * <p>Each exchange is logged to the logger of this class: one line at DEBUG, headers at TRACE, never a secret.
 */
public final class HttpConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private static final Duration STREAMING = Duration.ofHours(1);
    private static final double RETRIES_PER_REQUEST = 0.1;

    private final String name;
    private final Url baseUrl;
    private final AuthStrategy auth;
    private final Fields query;
    private final Fields headers;
    private final @Nullable Request test;
    private final Retry retry;
    private final RetryBudget budget;
    private final Duration totalTimeout;
    private final Semaphore slots;
    private final @Nullable Pace pace;
    private final Verdicts verdicts;
    private final Transport transport;
    private final Time time;
    private final CountDownLatch closed = new CountDownLatch(1);

    HttpConnection(
            String name,
            Url baseUrl,
            AuthStrategy auth,
            Fields query,
            Fields headers,
            @Nullable Request test,
            Retry retry,
            Duration totalTimeout,
            int maxConnections,
            @Nullable RateLimit rateLimit,
            Verdicts verdicts,
            Transport transport,
            Time time) {
        this.name = name;
        this.baseUrl = baseUrl;
        this.auth = auth;
        this.query = query;
        this.headers = headers;
        this.test = test;
        this.retry = retry;
        this.budget = new RetryBudget(time, RETRIES_PER_REQUEST);
        this.totalTimeout = totalTimeout;
        this.slots = new Semaphore(maxConnections, true);
        this.pace = rateLimit == null ? null : new Pace(rateLimit, time);
        this.verdicts = verdicts;
        this.transport = transport;
        this.time = time;
    }

    /**
     * Starts to describe a connection.
     *
     * @param name what people call it; stands in log lines and exceptions
     * @return a builder
     */
    public static HttpConnectionBuilder named(String name) {
        return new HttpConnectionBuilder(name);
    }

    /**
     * The name of the connection.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Sends a request and waits for the whole answer. Redirects are followed, five at most; to another origin without
     * credentials, and never from https to http. What fails in a way that may pass is tried again, as {@link Retry} says. A
     * thread that is interrupted stops at once, whatever it is waiting for.
     *
     * @param request the request
     * @return the answer, with a status that the request accepts
     * @throws StatusException when the service answers with another status
     * @throws RateLimitedException when the service, or the rate limit of this connection, permits no more requests for now
     * @throws CannotConnectException when the service can't be reached: nothing was sent
     * @throws TimedOutException when there is no answer in time
     * @throws TransferException when the exchange breaks off, or the thread is interrupted
     * @throws InvalidResponseException when the answer is larger than the limit, or redirects where it must not
     * @throws ConnectorException when the connection is closed
     */
    public Response send(Request request) {
        return send(request, retry, call(notNull(request, "request")), null);
    }

    /**
     * Sends a request by a thread of the library: a virtual one where the JVM has them (Java 21 and later), or else one of 64
     * that all connections share.
     *
     * @param request the request
     * @return what {@link #send} would return or throw; its time runs from now. Who completes it before, by
     *     {@code cancel} or {@code orTimeout}, ends the sending
     */
    public CompletableFuture<Response> sendAsync(Request request) {
        return sendAsync(request, Sending.ownThreads());
    }

    /**
     * Sends a request by a thread of yours.
     *
     * @param request the request
     * @param executor runs the sending, which waits where {@link #send} would
     * @return as for {@link #sendAsync(Request)}
     */
    public CompletableFuture<Response> sendAsync(Request request, Executor executor) {
        Call call = call(notNull(request, "request"));
        return Sending.start(() -> send(request, retry, call, null), notNull(executor, "executor"));
    }

    /**
     * Sends a request, and has the body of the answer read while it comes, so that it takes no memory. It may take an hour,
     * unless the request says otherwise, as long as bytes keep coming. What fails before the reader has begun may be tried
     * again; after that not.
     *
     * @param request the request
     * @param reader reads the body of an answer that is accepted
     * @param <T> what the reader makes of it
     * @return what the reader returns
     * @throws ConnectorException as for {@link #send}; with the reader's own exception as its cause when that fails
     */
    public <T> T read(Request request, BodyReader<T> reader) {
        Receiver<T> receiver = new Receiver<>(
                notNull(reader, "reader"),
                head -> verdicts.judged(head).verdict() == ErrorRule.Action.ACCEPT,
                transport.maxStreamBytes());
        Response answer = send(request, retry, streaming(notNull(request, "request")), receiver);
        try {
            if (!receiver.hasStarted()) {
                receiver.receive(answer, InputStream.nullInputStream(), 0);
            }
            return receiver.result();
        } catch (IOException | Receiver.ReaderFailedException e) {
            throw new ConnectorException(request + ": the reader of the body failed: " + e.getCause(), e.getCause());
        }
    }

    /**
     * Sends a request, and writes the body of the answer into a file: into {@code <file>.part} first, which becomes the file
     * when it is complete. When the exchange breaks off, or did so in an earlier call, only the rest is asked for, if the
     * service supports it and the content is still the same. It may take an hour, unless the request says otherwise, and is
     * tried again as long as bytes keep coming.
     *
     * @param request the request, a GET
     * @param file the file, replaced when it exists; its directory must exist
     * @return the answer, without its body
     * @throws ConnectorException as for {@link #send}; or when the file can't be written
     */
    public Response download(Request request, Path file) {
        Call call = streaming(notNull(request, "request"));
        try (Download download = Download.start(resolved(request), notNull(file, "file"))) {
            return download(download, call);
        } catch (ClosedByInterruptException e) {
            throw new ConnectorException(request + ": the thread was interrupted while it wrote " + file, e);
        } catch (IOException e) {
            throw new ConnectorException(request + ": the file " + file + " can't be written: " + e, e);
        }
    }

    private Response download(Download download, Call call) throws IOException {
        while (true) {
            long before = download.size();
            Request next = download.next();
            try {
                Response answer = send(next.accept(416), retry, call, download.receiver(transport.maxStreamBytes()));
                if (answer.status() == 416) {
                    download.discard();
                    continue;
                }
                download.finish();
                return answer;
            } catch (TransferException | TimedOutException e) {
                if (Thread.currentThread().isInterrupted()) {
                    // To look at the file would close it.
                    throw e;
                }
                if (download.size() > before) {
                    call.progresses();
                }
                Duration wait = retry.after(e, next, call, budget);
                if (wait == null || !pause(wait, call, e.exchange().orElseThrow())) {
                    throw e;
                }
            }
        }
    }

    private Call streaming(Request request) {
        Duration asked = request.timeout();
        return new Call(time, asked != null ? asked : totalTimeout.compareTo(STREAMING) > 0 ? totalTimeout : STREAMING);
    }

    private Call call(Request request) {
        return new Call(time, request.timeout() == null ? totalTimeout : request.timeout());
    }

    private Response send(Request request, Retry retry, Call call, @Nullable Receiver<?> receiver) {
        Request plain = resolved(request);
        boolean trusted = plain.url().sameOrigin(baseUrl);
        budget.countRequest();
        for (int hop = 0; ; hop++) {
            Response answer = exchange(plain, trusted, call, retry, receiver);
            Request next = Redirects.next(plain, answer, hop);
            if (next == null) {
                return accepted(answer);
            }
            // Who leads us away and back again does not get our credentials for a URL of his choice.
            trusted = trusted && next.url().sameOrigin(baseUrl);
            plain = next;
        }
    }

    /**
     * Sends the test request once, without retries, and says what came of it. Any failure of {@code send} is the result, not
     * an exception.
     *
     * @return what was found
     * @throws ConnectorException when the connection has no test request, or is closed
     */
    public ConnectionTest test() {
        if (test == null) {
            throw new ConnectorException("Connection \"" + name + "\" has no test: give it a request by test(...)");
        }
        ensureOpen();
        long start = time.nanos();
        try {
            return ConnectionTest.passed(name, send(test, Retry.none(), call(test), null));
        } catch (ConnectorException e) {
            return ConnectionTest.failed(e, Duration.ofNanos(time.nanos() - start));
        }
    }

    private Request resolved(Request request) {
        Url url = request.url().below(baseUrl);
        return url.sameOrigin(baseUrl) ? request.at(url, query, headers) : request.at(url, Fields.NONE, Fields.NONE);
    }

    private Request signed(Request plain) {
        Request signed = auth.apply(plain.hiding());
        if (signed == null || !signed.isHiding() || !signed.url().equals(plain.url())) {
            throw new InvalidDefinitionException(
                    "auth strategy of connection \"" + name + "\"",
                    "it must return the request that it was given, with additions by the request's own methods");
        }
        return signed;
    }

    /** One hop, tried until it has an answer to go on with, or there is no sense in another attempt. */
    private Response exchange(Request plain, boolean trusted, Call call, Retry retry, @Nullable Receiver<?> receiver) {
        while (true) {
            // Each attempt is signed anew: a signature may hold the time.
            Request request = trusted ? signed(plain) : plain;
            try {
                Response answer = attempt(request, call, receiver);
                if (answer.verdict() == ErrorRule.Action.REFRESH_AUTH && trusted && refreshes(request, call)) {
                    continue;
                }
                Duration wait = retry.after(answer, call, budget, time.now());
                if (wait == null || !request.isWhole() || !pause(wait, call, answer.exchange())) {
                    return answer;
                }
            } catch (ConnectorException e) {
                boolean seen = receiver != null && receiver.hasStarted();
                Duration wait = seen ? null : retry.after(e, request, call, budget);
                if (wait == null
                        || !request.isWhole()
                        || !pause(wait, call, e.exchange().orElseThrow())) {
                    throw e;
                }
            }
        }
    }

    private boolean refreshes(Request rejected, Call call) {
        if (!rejected.isWhole() || !call.refreshes() || !auth.refresh(rejected)) {
            return false;
        }
        call.again();
        return true;
    }

    private Response attempt(Request request, Call call, @Nullable Receiver<?> receiver) {
        takeSlot(request, call);
        try {
            keepPace(request, call);
            Response answer = verdicts.judged(transport.exchange(request, call, receiver));
            if (pace != null) {
                pace.learn(answer);
            }
            if (LOG.isDebugEnabled()) {
                log(answer.exchange());
            }
            return answer;
        } catch (ConnectorException e) {
            LOG.debug("\"{}\": {}", name, e.getMessage());
            throw e;
        } catch (IllegalStateException e) {
            ensureOpen();
            throw e;
        } finally {
            slots.release();
        }
    }

    /** Waits for its turn among all who send. */
    private void takeSlot(Request request, Call call) {
        ensureOpen();
        long left = call.left().toNanos();
        try {
            // Not tryAcquire() without a time, as that would jump the queue.
            if (left <= 0 || !slots.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                TimedOutException.Phase phase =
                        left <= 0 ? TimedOutException.Phase.TOTAL : TimedOutException.Phase.POOL;
                throw new TimedOutException(phase, call.total(), null, Exchange.unanswered(request, call));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted("for a free connection", e, Exchange.unanswered(request, call));
        }
        if (isClosed()) {
            slots.release();
            ensureOpen();
        }
    }

    /** Waits until the rate limit permits the request. */
    private void keepPace(Request request, Call call) {
        if (pace == null) {
            return;
        }
        Duration wait = pace.reserve(call.left());
        do {
            hold(wait, request, call);
            wait = pace.permit();
        } while (!wait.isZero());
    }

    private void hold(Duration wait, Request request, Call call) {
        if (wait.isZero()) {
            return;
        }
        if (wait.compareTo(call.left()) >= 0) {
            Exchange exchange = Exchange.unanswered(request, call);
            throw new RateLimitedException(
                    exchange.method() + " " + exchange.url() + ": the rate limit permits the next request in "
                            + wait.toMillis() + " ms, and this call may take only "
                            + Math.max(0, call.left().toMillis()) + " ms more",
                    wait,
                    exchange);
        }
        try {
            if (time.await(closed, wait)) {
                ensureOpen();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted("for the rate limit", e, Exchange.unanswered(request, call));
        }
    }

    private static TransferException interrupted(String waiting, InterruptedException e, Exchange exchange) {
        return new TransferException(
                exchange.summary() + ": the thread was interrupted while it waited " + waiting, e, exchange);
    }

    /** Waits before the next attempt; false when the connection was closed meanwhile. */
    private boolean pause(Duration wait, Call call, Exchange exchange) {
        if (wait.isZero()) {
            return !isClosed();
        }
        call.again();
        LOG.debug("\"{}\": next attempt in {} ms", name, wait.toMillis());
        try {
            return !time.await(closed, wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransferException(
                    exchange.summary() + ": the thread was interrupted while it waited for the next attempt",
                    e,
                    exchange);
        }
    }

    private void log(Exchange exchange) {
        LOG.debug("\"{}\": {}", name, exchange.summary());
        if (LOG.isTraceEnabled()) {
            LOG.trace("\"{}\": sent\n{}", name, exchange.requestHeaders());
            LOG.trace("\"{}\": received\n{}", name, exchange.responseHeaders());
        }
    }

    private Response accepted(Response answer) {
        if (answer.verdict() == ErrorRule.Action.ACCEPT || answer.verdict() == ErrorRule.Action.IGNORE) {
            return answer;
        }
        Exchange exchange = answer.exchange();
        String said = exchange.responseBody();
        String excerpt = said.length() <= 300 ? said : said.substring(0, 300) + "…";
        String message = exchange.summary() + (said.isEmpty() ? "" : ": " + Ascii.visible(excerpt));
        if (answer.verdict() == ErrorRule.Action.RATE_LIMITED) {
            throw new RateLimitedException(message, Retry.asked(answer, time.now()), exchange);
        }
        throw new StatusException(message, answer.status(), exchange.responseHeaders(), said, exchange);
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void ensureOpen() {
        if (isClosed()) {
            throw new ConnectorException("Connection \"" + name + "\" is closed");
        }
    }

    /**
     * Ends the connection: exchanges under way break off, and who waits stops waiting. Sockets that other connections may use
     * are closed when they have been idle for a minute. To close twice does no harm.
     */
    @Override
    public void close() {
        synchronized (closed) {
            if (isClosed()) {
                return;
            }
            closed.countDown();
        }
        slots.release(Integer.MAX_VALUE / 2);
        transport.close();
    }

    /**
     * Says where it leads.
     *
     * @return name and base URL
     */
    @Override
    public String toString() {
        return "\"" + name + "\" at " + baseUrl.origin().toURI() + baseUrl.path();
    }
}
