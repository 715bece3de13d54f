package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.ExchangeResult.ListenerNotifier;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.io.PartialFile;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.internal.transport.DependencyCheck;
import io.httpconnector.transport.HttpTransport;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A connection to a third-party HTTP API: its base URL, credentials and timeouts.
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
 * <p>Create one connection per service and account, share it among all threads, and close it when the account is removed or the
 * application ends. Sockets are kept open between requests and shared by all connections with the same route. Idle connections
 * need neither threads nor sockets, so an application can have thousands of them.
 *
 * <p>Each exchange is logged to the logger of this class: one line at DEBUG, headers at TRACE, never a secret.
 */
public final class HttpConnection implements AutoCloseable {

    private static final Duration STREAMING = Duration.ofHours(1);

    private final ConnectionSettings settings;
    private final ConnectionAuthContext context;
    /** The request for which values are looked up that requests are created from. */
    private static final Request FIELDS = Request.get("/");

    private final AuthStrategy auth;
    private final ExchangePipeline sender;

    /**
     * Creates a connection.
     *
     * @param discovered opens the transport to hosts that the service names
     */
    HttpConnection(ConnectionSettings settings, Supplier<Transport> transports, Supplier<Transport> discovered) {
        this.settings = settings;
        this.context = new ConnectionAuthContext(settings.forAuth(), transports, discovered);
        this.auth = opened(settings.auth(), context);
        this.sender = new ExchangePipeline(settings, transports.get(), auth);
    }

    private static AuthStrategy opened(AuthStrategy auth, AuthContext context) {
        AuthStrategy opened = auth.open(context);
        if (opened == null) {
            throw new InvalidDefinitionException(
                    "auth strategy of connection \"" + context.connection() + "\"", "its open(...) returned null");
        }
        return opened;
    }

    /**
     * Creates a builder for a connection.
     *
     * @param name the name of the connection in log lines and exceptions
     * @return a builder
     * @throws InvalidDefinitionException when Apache HttpClient on the class path is older than 5.4, or HttpCore older than 5.3
     */
    public static HttpConnectionBuilder named(String name) {
        DependencyCheck.check();
        return new HttpConnectionBuilder(name);
    }

    /**
     * Returns the name of the connection.
     *
     * @return the name
     */
    public String name() {
        return settings.name();
    }

    /**
     * Returns the base URL, to which relative URLs of requests are appended.
     *
     * @return the base URL, with scheme and host in lower case; unchanged if it contains pills
     */
    public String baseUrl() {
        return settings.baseUrl().toString();
    }

    /**
     * Returns the values that the auth strategy {@linkplain AuthStrategy#fields supplies} for pills, such as those that it received
     * with its tokens. Tokens are requested or renewed first if necessary.
     *
     * @return the current values by name; empty if the strategy has none
     * @throws ConnectorException if there are no values yet, such as an {@code AuthorizationRequiredException} before the user's
     *     consent
     */
    public Map<String, String> authFields() {
        return authFields(settings.call(FIELDS));
    }

    private Map<String, String> authFields(CallContext call) {
        return Map.copyOf(auth.fields(FIELDS.inAuthPhase(call)));
    }

    /**
     * Returns the maximum size of a response in memory, decompressed. For a response that is read record by record, the limit
     * applies to the data that is in memory at the same time.
     *
     * @return the limit in bytes
     */
    public int maxResponseBytes() {
        return settings.maxResponseBytes();
    }

    /**
     * Returns the mapping between JSON and objects of the application.
     *
     * @return the mapping of the connection, or else the {@linkplain Response.JsonMapping#currentDefault() default} one
     */
    public Response.JsonMapping jsonMapping() {
        return sender.jsonMapping();
    }

    /**
     * Returns the auth strategy of the connection, as {@linkplain AuthStrategy#open opened} for it.
     *
     * @return the strategy
     */
    public AuthStrategy auth() {
        return auth;
    }

    /**
     * Sends a request and waits for the complete response. Follows at most five redirects: to another origin without
     * credentials, and never from https to http. Retries temporary failures as {@link RetryPolicy} defines. An interrupt of the
     * thread ends the call immediately, whatever it is waiting for.
     *
     * @param request the request
     * @return the response, whose status the request accepts
     * @throws StatusException when the service responds with another status
     * @throws RateLimitedException when the service, or the rate limit of this connection, permits no more requests for now
     * @throws CannotConnectException when the service can't be reached: nothing was sent
     * @throws TimedOutException when the service does not respond in time
     * @throws TransferException when the exchange fails midway, or the thread is interrupted
     * @throws InvalidResponseException when the response exceeds the size limit, or redirects to a URL that must not be
     *     followed
     * @throws ConnectorException when the connection is closed
     */
    public Response send(Request request) {
        return sender.send(request, settings.retry(), settings.call(notNull(request, "request")), null, listeners());
    }

    /**
     * Sends a request as {@link #send(Request)} does, within the time that a caller has left.
     *
     * @param request the request
     * @param max an upper limit for the timeout, 1 ms to 24 h; ignored if longer than the timeout
     * @return the response, whose status the request accepts
     * @throws ConnectorException as for {@link #send(Request)}
     */
    public Response send(Request request, Duration max) {
        CallContext call = settings.call(notNull(request, "request"), max);
        return sender.send(request, settings.retry(), call, null, listeners());
    }

    /**
     * Sends a request on a thread of the library: a virtual thread if the JVM supports them (Java 21 and later), otherwise one
     * of 64 threads that all connections share.
     *
     * @param request the request
     * @return a future with the result or exception of {@link #send}. The timeout starts with this call. Completing the future
     *     earlier, with {@code cancel} or {@code orTimeout}, cancels the request
     */
    public CompletableFuture<Response> sendAsync(Request request) {
        return sendAsync(request, DefaultExecutors.forSending());
    }

    /**
     * Sends a request on a thread of the given executor.
     *
     * @param request the request
     * @param executor runs the call, which blocks its thread as {@link #send} does
     * @return a future as for {@link #sendAsync(Request)}
     */
    public CompletableFuture<Response> sendAsync(Request request, Executor executor) {
        CallContext call = settings.call(notNull(request, "request"));
        ListenerNotifier listeners = ListenerNotifier.inCurrentContext(settings.listeners());
        return AsyncCall.start(
                () -> sender.send(request, settings.retry(), call, null, listeners), notNull(executor, "executor"));
    }

    /**
     * Sends a request and passes the body of the response to a reader while it is received, so that the body is never held in
     * memory as a whole. The timeout is one hour, unless the request sets another one; the response timeout between bytes
     * applies, too. Failures are retried only until the reader has started.
     *
     * @param request the request
     * @param reader reads the body of an accepted response
     * @param <T> the type of the reader's result
     * @return the result of the reader
     * @throws ConnectorException as for {@link #send}; if the reader throws an {@code IOException}, with it as the cause. Unchecked
     *     exceptions of the reader are passed on
     */
    public <T> T read(Request request, BodyHandler<T> reader) {
        return read(request, reader, streaming(notNull(request, "request")), sender.maxStreamBytes());
    }

    private <T> T read(Request request, BodyHandler<T> reader, CallContext call, long maxBytes) {
        StreamingReceiver<T> receiver = sender.receiver(notNull(reader, "reader"), maxBytes);
        Response response = sender.send(request, settings.retry(), call, receiver, listeners());
        if (!receiver.hasStarted()) {
            receiver.receiveNothing(response, call);
        }
        return receiver.result();
    }

    /**
     * Sends a request and passes the body of the response to a reader while it is received, within the {@code totalTimeout} of
     * the connection or the timeout of the request. The timeout includes waiting, retries and receiving the body, but not the
     * processing time of the reader between its reads.
     *
     * @param request the request
     * @param reader reads the body of an accepted response
     * @param max an upper limit for the timeout, at least 1 ms; ignored if longer than the timeout
     * @param <T> the type of the reader's result
     * @return the result of the reader
     * @throws ConnectorException as for {@link #read(Request, BodyHandler)}
     */
    public <T> T read(Request request, BodyHandler<T> reader, Duration max) {
        CallContext call = settings.call(notNull(request, "request"), max);
        call.pauseWhileReading();
        return read(request, reader, call, sender.maxStreamBytes());
    }

    /**
     * Sends a request and passes the body of the response to a reader for as long as the service sends it, such as a stream of
     * events: until the reader has started, within the {@code totalTimeout} of the connection or the timeout of the request;
     * then without a total timeout and without a limit of its size. The socket, and one of {@code maxConnections}, are in use
     * until the reader returns. An interrupt of the thread closes the socket immediately.
     *
     * @param request the request
     * @param idleTimeout the maximum wait for the next bytes, 1 ms to 24 h, in place of the response timeout; the processing
     *     time of the reader is not part of it
     * @param reader reads the body of an accepted response
     * @param <T> the type of the reader's result
     * @return the result of the reader
     * @throws ConnectorException as for {@link #read(Request, BodyHandler)}
     */
    public <T> T stream(Request request, Duration idleTimeout, BodyHandler<T> reader) {
        CallContext call = settings.call(notNull(request, "request"));
        call.limitIdleTime(Timeouts.check("idleTimeout", idleTimeout));
        return read(request, reader, call, Long.MAX_VALUE);
    }

    /**
     * Returns the time source, for code that waits on behalf of the connection.
     *
     * @return the time source
     */
    public TimeSource timeSource() {
        return settings.time();
    }

    /**
     * Waits until the connection is closed, for code that pauses between requests.
     *
     * @param max the maximum wait
     * @return whether the connection is closed
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitClose(Duration max) throws InterruptedException {
        return sender.awaitClose(notNull(max, "max"));
    }

    /**
     * Waits until the connection is closed, or another thread ends the wait, for code that pauses until it is notified.
     *
     * @param wake ends the wait when it is counted down; it is also counted down if the connection is closed during the wait
     * @param max the maximum wait
     * @return whether the connection is closed
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitClose(CountDownLatch wake, Duration max) throws InterruptedException {
        return sender.awaitClose(notNull(wake, "wake"), notNull(max, "max"));
    }

    /**
     * Sends a request and writes the body of the response to a file. The body is first written to {@code <file>.part}, which is
     * renamed when it is complete. If the transfer was interrupted, in this or an earlier call, only the rest is requested,
     * provided that the service supports it and the content is unchanged. The timeout is one hour, unless the request sets
     * another one. Interrupted transfers are retried as long as they make progress.
     *
     * @param request a GET request
     * @param file the target file, which is replaced if it exists; its directory must exist
     * @return the response, without its body
     * @throws ConnectorException as for {@link #send}, and when the file can't be written
     */
    public Response download(Request request, Path file) {
        CallContext call = streaming(notNull(request, "request"));
        Request plain = sender.resolve(request, call);
        String identity = plain.method() + " " + plain.uri();
        try (PartialFile download = PartialFile.open(identity, notNull(file, "file"))) {
            return download(plain, download, call);
        } catch (ClosedByInterruptException e) {
            throw new ConnectorException(request + ": the thread was interrupted while it wrote " + file, e);
        } catch (IOException e) {
            throw new ConnectorException(request + ": the file " + file + " can't be written: " + e, e);
        }
    }

    private Response download(Request plain, PartialFile download, CallContext call) throws IOException {
        ListenerNotifier listeners = listeners();
        while (true) {
            long before = download.size();
            Request next = plain;
            for (Map.Entry<String, String> field : download.requestFields().entrySet()) {
                next = next.header(field.getKey(), field.getValue());
            }
            try {
                Response response = sender.send(
                        next.acceptStatus(416),
                        settings.retry(),
                        call,
                        new StreamingReceiver<>(
                                (head, body) -> download.append(head.status(), head.headers(), body),
                                null,
                                head -> head.status() == 200 || head.status() == 206,
                                sender.maxStreamBytes()),
                        listeners);
                if (response.status() == 416) {
                    download.discard();
                    continue;
                }
                download.finish();
                return response;
            } catch (TransferException | TimedOutException e) {
                if (Thread.currentThread().isInterrupted()) {
                    // Further access to the file would close its channel, because the thread is interrupted.
                    throw e;
                }
                if (download.size() > before) {
                    call.resetAttempts();
                }
                if (!sender.pauseAfter(e, next, call, listeners)) {
                    throw e;
                }
            }
        }
    }

    private ListenerNotifier listeners() {
        return ListenerNotifier.of(settings.listeners());
    }

    private CallContext streaming(Request request) {
        Duration asked = request.timeout();
        Duration usual = settings.totalTimeout().compareTo(STREAMING) > 0 ? settings.totalTimeout() : STREAMING;
        return new CallContext(settings.time(), asked == null ? usual : asked);
    }

    /**
     * The sockets of a connection pool at one moment.
     *
     * @param active the number of sockets in use
     * @param idle the number of sockets that are kept open for the next request
     * @param waiting the approximate number of requests that wait: those of this connection for one of its {@link
     *     HttpConnectionBuilder#maxConnections maxConnections}, and those of all connections for a socket
     * @param max the maximum number of sockets that this connection uses at a time
     */
    public record PoolStatus(int active, int idle, int waiting, int max) {}

    /**
     * Returns the status of the connection pool. All connections with the same route share it, unless they have a
     * {@link HttpConnectionBuilder#dedicatedPool dedicated pool}.
     *
     * @return the status
     */
    public PoolStatus poolStatus() {
        HttpTransport.Sockets sockets = sender.sockets();
        return new PoolStatus(sockets.active(), sockets.idle(), sockets.waiting(), sockets.max());
    }

    /**
     * Sends the test request once, without retries. If the service rejects it, the next test request is sent; the test passes with
     * the first one that is accepted. A failure of {@code send} is returned as a result and not
     * thrown, also that the connection is closed.
     *
     * @return the result of the test; if all requests fail, that of the first one
     * @throws ConnectorException when the connection has no test request
     */
    public ConnectionTestResult test() {
        if (settings.tests().isEmpty()) {
            throw new ConnectorException(
                    "Connection \"" + settings.name() + "\" has no test: give it a request by test(...)");
        }
        CallContext call = settings.call(FIELDS);
        List<Request> requests;
        try {
            requests = settings.tests().requests(() -> authFields(call));
        } catch (ConnectorException e) {
            return ConnectionTestResult.failed(e, call.elapsed());
        }
        ConnectionTestResult first = null;
        for (Request request : requests) {
            ConnectionTestResult result = test(request);
            first = first == null || result.ok() ? result : first;
            if (result.ok() || !(result.failure().orElse(null) instanceof StatusException)) {
                break;
            }
        }
        return Objects.requireNonNull(first, "there is a request");
    }

    private ConnectionTestResult test(Request test) {
        CallContext call = settings.call(test);
        call.markTest();
        try {
            return ConnectionTestResult.passed(
                            settings.name(), sender.send(test, RetryPolicy.none(), call, null, listeners()))
                    .with(interceptorStates());
        } catch (ConnectorException e) {
            return ConnectionTestResult.failed(e, call.elapsed()).with(interceptorStates());
        }
    }

    /**
     * Returns the current states of the interceptors that {@linkplain Interceptor#status() have one}, such as that of a circuit
     * breaker.
     *
     * @return the states by the names of the interceptors
     */
    public Map<String, String> interceptorStates() {
        return InterceptorChain.status(settings.interceptors());
    }

    /**
     * Closes the connection. Exchanges in progress are cancelled, and waiting threads stop waiting. Sockets that other
     * connections may use are closed after they have been idle for a minute. Closing twice has no effect.
     */
    @Override
    public void close() {
        boolean ends = true;
        try {
            ends = sender.end();
        } finally {
            if (ends) {
                closeAuth();
            }
        }
    }

    private void closeAuth() {
        try {
            context.close();
        } finally {
            auth.close();
        }
    }

    /**
     * Describes the connection.
     *
     * @return the name and the base URL
     */
    @Override
    public String toString() {
        return "\"" + settings.name() + "\" at " + settings.baseUrl();
    }
}
