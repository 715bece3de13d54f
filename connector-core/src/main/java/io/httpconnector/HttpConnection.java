package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.internal.transport.DependencyCheck;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
 * <p>Build one for each service and account, share it among all threads, and close it when the account is removed or the
 * application ends. Sockets are kept open between requests, and shared by all connections with the same route, so that
 * thousands of idle connections cost little: neither threads nor sockets.
 *
 * <p>Each exchange is logged to the logger of this class: one line at DEBUG, headers at TRACE, never a secret.
 */
public final class HttpConnection implements AutoCloseable {

    private static final Duration STREAMING = Duration.ofHours(1);

    private final ConnectionSettings settings;
    private final ConnectionAuthContext context;
    private final AuthStrategy auth;
    private final ExchangePipeline sender;

    HttpConnection(ConnectionSettings settings, Supplier<Transport> transports) {
        this.settings = settings;
        this.context = new ConnectionAuthContext(settings.forAuth(), transports);
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
     * Starts to describe a connection.
     *
     * @param name what people call it; stands in log lines and exceptions
     * @return a builder
     * @throws InvalidDefinitionException when the Apache HttpClient on the class path is older than 5.4, or its HttpCore older
     *     than 5.3
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
     * Returns the URL to which the URLs of requests are relative.
     *
     * @return the base URL: scheme and host in lower case, and the path; or as it was given if it has pills
     */
    public String baseUrl() {
        return settings.baseUrl().toString();
    }

    /**
     * Returns the maximum size of a response in memory, decompressed. For a response that is read record by record, it limits what is in
     * memory at once.
     *
     * @return the limit in bytes
     */
    public int maxResponseBytes() {
        return settings.maxResponseBytes();
    }

    /**
     * Returns the strategy by which the connection authenticates, as it was {@linkplain AuthStrategy#open opened} for it.
     *
     * @return the strategy
     */
    public AuthStrategy auth() {
        return auth;
    }

    /**
     * Sends a request and waits for the whole response. Redirects are followed, five at most; to another origin without
     * credentials, and never from https to http. Temporary failures are retried, as {@link RetryPolicy} defines. An
     * interrupted thread stops at once, whatever it is waiting for.
     *
     * @param request the request
     * @return the response, with a status that the request accepts
     * @throws StatusException when the service responds with another status
     * @throws RateLimitedException when the service, or the rate limit of this connection, permits no more requests for now
     * @throws CannotConnectException when the service can't be reached: nothing was sent
     * @throws TimedOutException when there is no response in time
     * @throws TransferException when the exchange breaks off, or the thread is interrupted
     * @throws InvalidResponseException when the response is larger than the limit, or redirects where it must not
     * @throws ConnectorException when the connection is closed
     */
    public Response send(Request request) {
        return sender.send(request, settings.retry(), settings.call(notNull(request, "request")), null, listeners());
    }

    /**
     * Sends a request by a thread of the library: a virtual one where the JVM has them (Java 21 and later), or else one of 64
     * that all connections share.
     *
     * @param request the request
     * @return what {@link #send} would return or throw; its timeout starts now. To complete it earlier, by
     *     {@code cancel} or {@code orTimeout}, ends the request
     */
    public CompletableFuture<Response> sendAsync(Request request) {
        return sendAsync(request, DefaultExecutors.forSending());
    }

    /**
     * Sends a request by a thread of yours.
     *
     * @param request the request
     * @param executor runs the sending, which waits where {@link #send} would
     * @return as for {@link #sendAsync(Request)}
     */
    public CompletableFuture<Response> sendAsync(Request request, Executor executor) {
        CallContext call = settings.call(notNull(request, "request"));
        return AsyncCall.start(
                () -> sender.send(request, settings.retry(), call, null, listeners()), notNull(executor, "executor"));
    }

    /**
     * Sends a request, and passes the body of the response to a reader while it arrives, so that it takes no memory. It may take an hour,
     * unless the request says otherwise, as long as bytes keep coming. What fails before the reader has begun may be tried
     * again; after that not.
     *
     * @param request the request
     * @param reader reads the body of a response that is accepted
     * @param <T> what the reader makes of it
     * @return what the reader returns
     * @throws ConnectorException as for {@link #send}; with the reader's own exception as its cause when that fails
     */
    public <T> T read(Request request, BodyHandler<T> reader) {
        return read(request, reader, streaming(notNull(request, "request")));
    }

    private <T> T read(Request request, BodyHandler<T> reader, CallContext call) {
        StreamingReceiver<T> receiver = sender.receiver(notNull(reader, "reader"));
        Response response = sender.send(request, settings.retry(), call, receiver, listeners());
        if (!receiver.hasStarted()) {
            receiver.receiveNothing(response, call);
        }
        return receiver.result();
    }

    /**
     * Sends a request, and passes the body of the response to a reader while it arrives, within the {@code totalTimeout} of the connection, or of
     * the request: waiting, retries and the body included, but not the time that the reader takes between its reads.
     *
     * @param request the request
     * @param reader reads the body of a response that is accepted
     * @param max a shorter time, where it is shorter, at least a millisecond
     * @param <T> what the reader makes of it
     * @return what the reader returns
     * @throws ConnectorException as for {@link #read(Request, BodyHandler)}
     */
    public <T> T read(Request request, BodyHandler<T> reader, Duration max) {
        Duration asked = notNull(request, "request").timeout();
        Duration usual = asked == null ? settings.totalTimeout() : asked;
        Timeouts.check("max", max);
        CallContext call = new CallContext(settings.time(), max.compareTo(usual) < 0 ? max : usual);
        call.pauseWhileReading();
        return read(request, reader, call);
    }

    /**
     * Sends a request, and writes the body of the response into a file: into {@code <file>.part} first, which becomes the file
     * when it is complete. When the exchange breaks off, or did so in an earlier call, only the rest is asked for, if the
     * service supports it and the content is still the same. It may take an hour, unless the request says otherwise, and is
     * tried again as long as bytes keep coming.
     *
     * @param request the request, a GET
     * @param file the file, replaced when it exists; its directory must exist
     * @return the response, without its body
     * @throws ConnectorException as for {@link #send}; or when the file can't be written
     */
    public Response download(Request request, Path file) {
        CallContext call = streaming(notNull(request, "request"));
        try (ResumableDownload download =
                ResumableDownload.start(sender.resolve(request, call), notNull(file, "file"))) {
            return download(download, call);
        } catch (ClosedByInterruptException e) {
            throw new ConnectorException(request + ": the thread was interrupted while it wrote " + file, e);
        } catch (IOException e) {
            throw new ConnectorException(request + ": the file " + file + " can't be written: " + e, e);
        }
    }

    private Response download(ResumableDownload download, CallContext call) throws IOException {
        ListenerNotifier listeners = listeners();
        while (true) {
            long before = download.size();
            Request next = download.next();
            try {
                Response response = sender.send(
                        next.acceptStatus(416),
                        settings.retry(),
                        call,
                        download.receiver(sender.maxStreamBytes()),
                        listeners);
                if (response.status() == 416) {
                    download.discard();
                    continue;
                }
                download.finish();
                return response;
            } catch (TransferException | TimedOutException e) {
                if (Thread.currentThread().isInterrupted()) {
                    // To look at the file would close it.
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
     * Sends the test request once, without retries, and says what came of it. Any failure of {@code send} is the result, not
     * an exception.
     *
     * @return what was found
     * @throws ConnectorException when the connection has no test request, or is closed
     */
    public ConnectionTestResult test() {
        Request test = settings.test();
        if (test == null) {
            throw new ConnectorException(
                    "Connection \"" + settings.name() + "\" has no test: give it a request by test(...)");
        }
        sender.ensureOpen();
        CallContext call = settings.call(test);
        try {
            return ConnectionTestResult.passed(
                    settings.name(), sender.send(test, RetryPolicy.none(), call, null, listeners()));
        } catch (ConnectorException e) {
            return ConnectionTestResult.failed(e, call.elapsed());
        }
    }

    /**
     * Closes the connection: exchanges under way break off, and waiting threads stop waiting. Sockets that other connections may use
     * are closed when they have been idle for a minute. Closing twice has no effect.
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
     * Says where it leads.
     *
     * @return name and base URL
     */
    @Override
    public String toString() {
        return "\"" + settings.name() + "\" at " + settings.baseUrl();
    }
}
