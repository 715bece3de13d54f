package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.stream.EventConnection.Ending;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request whose response is a stream of server-sent events (WHATWG HTML, section 9.2).
 *
 * <pre>{@code
 * EventStream changes = EventStream.of(Request.get("/v2/stream/recentchange"));
 * changes.events(connection, event -> {
 *     index.update(event.json());
 *     return true;
 * });
 *
 * EventStream chat = EventStream.of(Request.post("/v1/chat/completions").json(question));
 * try (Stream<ServerSentEvent> words = chat.events(connection)) {
 *     words.takeWhile(event -> !event.data().equals("[DONE]")).forEach(event -> print(event.json()));
 * }
 * }</pre>
 *
 * <p>When the stream of a GET request ends or breaks, it is requested again with {@code Last-Event-ID}, after the delay that the
 * service has set, until a status 204. Other requests, such as those of chat APIs, are sent once. Authentication, retries before the first
 * byte, rate limits and rules of the connection apply to each of these requests. There is no total timeout: a stream breaks when the service
 * sends nothing for the idle timeout.
 *
 * <p>An open stream occupies a socket, and one of {@link io.httpconnector.HttpConnectionBuilder#maxConnections maxConnections}: use
 * a connection of its own for many streams. Immutable and thread-safe.
 */
public final class EventStream {

    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration DEFAULT_MAX_DELAY = Duration.ofMinutes(1);
    private static final int DEFAULT_ATTEMPTS = 10;
    private static final int MAX_ATTEMPTS = 1_000_000;
    private static final int MAX_EVENT_BYTES = 1 << 30;

    private final Request request;
    private final Settings settings;
    private final String lastId;
    private final int attempts;

    /**
     * The settings of the connections of a stream.
     *
     * @param maxEventBytes the maximum size of an event; 0 for that of a response
     */
    record Settings(Duration idleTimeout, Duration maxDelay, int maxEventBytes) {

        static final Settings DEFAULTS = new Settings(DEFAULT_IDLE_TIMEOUT, DEFAULT_MAX_DELAY, 0);

        Settings withIdleTimeout(Duration timeout) {
            return new Settings(Timeouts.check("idleTimeout", timeout), maxDelay, maxEventBytes);
        }

        Settings withMaxDelay(Duration delay) {
            return new Settings(idleTimeout, Timeouts.check("maxReconnectDelay", delay), maxEventBytes);
        }

        Settings withMaxEventBytes(String name, int bytes) {
            if (bytes < 1 || bytes > MAX_EVENT_BYTES) {
                throw new InvalidDefinitionException(name, bytes + " is out of range: use 1 to " + MAX_EVENT_BYTES);
            }
            return new Settings(idleTimeout, maxDelay, bytes);
        }

        int maxEventBytes(HttpConnection connection) {
            return maxEventBytes == 0 ? connection.maxResponseBytes() : maxEventBytes;
        }
    }

    private EventStream(Request request, Settings settings, String lastId, int attempts) {
        this.request = request;
        this.settings = settings;
        this.lastId = lastId;
        this.attempts = attempts;
    }

    /**
     * Creates a stream.
     *
     * @param request the request; {@code Accept} is added if it has none. It is sent again after the end of the stream if its
     *     method is GET
     * @return the stream; sends nothing before its events are requested
     */
    public static EventStream of(Request request) {
        Arguments.notNull(request, "request");
        int attempts = request.method().equals("GET") ? DEFAULT_ATTEMPTS : 0;
        return new EventStream(request, Settings.DEFAULTS, "", attempts);
    }

    /**
     * Sets the maximum time without a byte of the response, such as a comment that the service sends as a sign of life. Default:
     * 5 minutes.
     *
     * @param timeout 1 ms to 24 h
     * @return another stream
     * @throws InvalidDefinitionException if the timeout is out of range
     */
    public EventStream idleTimeout(Duration timeout) {
        return new EventStream(request, settings.withIdleTimeout(timeout), lastId, attempts);
    }

    /**
     * Sets how often in a row the stream is requested again although the service has sent nothing since; afterwards the last failure is
     * thrown. Default: 10 for GET; for other methods 0: the stream ends with its response.
     *
     * @param max 0 to 1,000,000
     * @return another stream
     * @throws InvalidDefinitionException if the number is out of range
     */
    public EventStream reconnectAttempts(int max) {
        if (max < 0 || max > MAX_ATTEMPTS) {
            throw new InvalidDefinitionException(
                    "reconnectAttempts", max + " is out of range: use 0 to " + MAX_ATTEMPTS);
        }
        return new EventStream(request, settings, lastId, max);
    }

    /**
     * Sets the maximum delay before the stream is requested again: of the {@code retry} that the service sets, and of the backoff, which
     * doubles it after each failure. Only a {@code Retry-After} may be longer, up to one hour. Default: 1 minute.
     *
     * @param delay 1 ms to 24 h
     * @return another stream
     * @throws InvalidDefinitionException if the delay is out of range
     */
    public EventStream maxReconnectDelay(Duration delay) {
        return new EventStream(request, settings.withMaxDelay(delay), lastId, attempts);
    }

    /**
     * Sets the maximum size of a line and of an event. Default: {@link HttpConnection#maxResponseBytes()}.
     *
     * @param bytes 1 to 1,073,741,824
     * @return another stream
     * @throws InvalidDefinitionException if the number is out of range
     */
    public EventStream maxEventBytes(int bytes) {
        return new EventStream(request, settings.withMaxEventBytes("maxEventBytes", bytes), lastId, attempts);
    }

    /**
     * Sets the id after which the stream starts, as {@link ServerSentEvent#id()} of an earlier event. It is sent in UTF-8.
     *
     * @param id the id; empty for none
     * @return another stream
     * @throws InvalidDefinitionException if the id has a control character, which no header can carry
     */
    public EventStream lastEventId(String id) {
        var unused = NameValuePair.header(NameValuePair.LAST_EVENT_ID, Arguments.notNull(id, "last event id"));
        return new EventStream(request, settings, id, attempts);
    }

    /**
     * Passes each event to a handler, until the stream ends or the handler ends it. An interrupt of the thread closes the socket
     * immediately.
     *
     * @param connection the connection
     * @param handler handles the events, in this thread
     * @throws StreamException if the response is no event stream, an event is too large, or the service sends nothing any more
     * @throws ConnectorException as for {@link HttpConnection#send}; if the handler throws a checked exception, with this
     *     exception as its cause
     */
    public void events(HttpConnection connection, StreamHandler<ServerSentEvent> handler) {
        Arguments.notNull(handler, "handler");
        run(Arguments.notNull(connection, "connection"), event -> call(handler, event));
    }

    /** Calls a handler, and wraps its checked exceptions. */
    static <T> boolean call(StreamHandler<T> handler, T item) {
        try {
            return AsyncCall.handle(() -> handler.handle(item));
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            throw StreamException.interrupted("The handler of the stream", e);
        } catch (Exception e) {
            throw new ConnectorException("The handler of the stream failed: " + e, e);
        }
    }

    /**
     * Passes each event to a handler in another thread: a virtual thread if the JVM supports them (Java 21 and later), otherwise a
     * thread for each stream.
     *
     * @param connection the connection
     * @param handler handles the events
     * @return a future that completes when {@link #events(HttpConnection, StreamHandler)} would return. Completing it earlier, with
     *     {@code cancel} or {@code orTimeout}, closes the socket immediately and passes no further event on. A handler that is running
     *     is interrupted, except by {@code cancel(false)}
     */
    public CompletableFuture<@Nullable Void> eventsAsync(
            HttpConnection connection, StreamHandler<ServerSentEvent> handler) {
        Arguments.notNull(connection, "connection");
        Arguments.notNull(handler, "handler");
        return AsyncCall.<@Nullable Void>start(
                () -> {
                    events(connection, handler);
                    return null;
                },
                DefaultExecutors.forStreams());
    }

    /**
     * Returns the events as a stream, which another thread reads from the service, one event ahead of the consumer.
     *
     * @param connection the connection
     * @return a sequential, ordered stream, which requests nothing before its terminal operation. It throws what {@link
     *     #events(HttpConnection, StreamHandler)} throws. It must be closed: closing it, in any thread, closes the socket
     *     immediately, and ends a terminal operation that waits
     */
    public Stream<ServerSentEvent> events(HttpConnection connection) {
        Arguments.notNull(connection, "connection");
        return Handoff.stream(sink -> run(connection, sink::put));
    }

    private void run(HttpConnection connection, EventConnection.EventReceiver receiver) {
        TimeSource time = connection.timeSource();
        Reconnection reconnection = new Reconnection(settings.maxDelay());
        String last = lastId;
        while (true) {
            EventConnection one = new EventConnection(
                    connection, settings.idleTimeout(), settings.maxEventBytes(connection), last, receiver);
            long start = time.nanos();
            ConnectorException failure = null;
            try {
                Ending ending = one.read(request);
                if (ending != Ending.BY_SERVICE || attempts == 0) {
                    return;
                }
            } catch (ConnectorException e) {
                if (attempts == 0 || !one.permitsReconnection(e)) {
                    throw e;
                }
                failure = e;
            }
            last = one.lastId();
            reconnection.request(one.retry());
            boolean hasLasted = failure == null
                    && time.nanos() - start >= reconnection.delay().toNanos();
            Duration delay = reconnection.next(one.hasReceived() || hasLasted, failure);
            if (reconnection.failures() > attempts) {
                throw failure != null ? failure : nothingReceived();
            }
            pause(connection, delay);
        }
    }

    private StreamException nothingReceived() {
        return new StreamException(
                StreamException.StreamFailure.NOTHING_RECEIVED,
                request + ": the service has ended the stream " + (attempts + 1)
                        + " times in a row without sending anything");
    }

    private void pause(HttpConnection connection, Duration delay) {
        try {
            if (connection.awaitClose(delay)) {
                throw new ConnectorException(request + ": the connection was closed");
            }
        } catch (InterruptedException e) {
            throw StreamException.interrupted(request.toString(), e);
        }
    }

    /**
     * Describes the stream.
     *
     * @return the request, without secrets
     */
    @Override
    public String toString() {
        return request.toString();
    }
}
