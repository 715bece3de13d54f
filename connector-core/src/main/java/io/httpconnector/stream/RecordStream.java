package io.httpconnector.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.PayloadReader;
import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request whose response is a stream of JSON records that are processed as they arrive: one JSON value per line (NDJSON, JSON
 * Lines), or a JSON text sequence (RFC 7464).
 *
 * <pre>{@code
 * try (Stream<Row> rows = RecordStream.of(Request.get("/export")).records(connection, Row.class)) {
 *     rows.forEach(warehouse::insert);
 * }
 * }</pre>
 *
 * <p>The media type {@code application/json-seq} denotes a sequence, and every other one lines. Failures are retried only until the
 * response starts. There is no total timeout and no limit of the whole size. The stream occupies a socket, and one of {@link
 * io.httpconnector.HttpConnectionBuilder#maxConnections maxConnections}. Immutable and thread-safe.
 */
public final class RecordStream {

    private final Request request;
    private final EventStream.Settings settings;
    private final @Nullable Boolean isSequence;

    private RecordStream(Request request, EventStream.Settings settings, @Nullable Boolean isSequence) {
        this.request = request;
        this.settings = settings;
        this.isSequence = isSequence;
    }

    /**
     * Creates a stream.
     *
     * @param request the request, with any method
     * @return the stream; sends nothing before its records are requested
     */
    public static RecordStream of(Request request) {
        return new RecordStream(Arguments.notNull(request, "request"), EventStream.Settings.DEFAULTS, null);
    }

    /**
     * Reads one JSON value per line, whatever the media type of the response.
     *
     * @return another stream
     */
    public RecordStream jsonLines() {
        return new RecordStream(request, settings, false);
    }

    /**
     * Reads a JSON text sequence, whatever the media type of the response.
     *
     * @return another stream
     */
    public RecordStream jsonSequence() {
        return new RecordStream(request, settings, true);
    }

    /**
     * Sets the maximum time without a byte of the response. Default: 5 minutes.
     *
     * @param timeout 1 ms to 24 h
     * @return another stream
     * @throws InvalidDefinitionException if the timeout is out of range
     */
    public RecordStream idleTimeout(Duration timeout) {
        return new RecordStream(request, settings.withIdleTimeout(timeout), isSequence);
    }

    /**
     * Sets the maximum size of a record. Default: {@link HttpConnection#maxResponseBytes()}.
     *
     * @param bytes 1 to 1,073,741,824
     * @return another stream
     * @throws InvalidDefinitionException if the number is out of range
     */
    public RecordStream maxRecordBytes(int bytes) {
        return new RecordStream(request, settings.withMaxEventBytes("maxRecordBytes", bytes), isSequence);
    }

    /**
     * Passes each record to a handler, until the stream ends or the handler ends it. An interrupt of the thread closes the socket
     * immediately.
     *
     * @param connection the connection
     * @param handler handles the records, in this thread
     * @throws StreamException if the response is HTML, XML or an event stream, a record is not JSON, too large or incomplete; with
     *     the number of the line or record
     * @throws ConnectorException as for {@link HttpConnection#read}; if the handler throws a checked exception, with this
     *     exception as its cause
     */
    public void records(HttpConnection connection, StreamHandler<JsonNode> handler) {
        Arguments.notNull(handler, "handler");
        read(connection, (record, where) -> EventStream.call(handler, record));
    }

    /**
     * Passes each record to a handler as an object of a class, deserialized by the {@link Response.JsonMapping} of the
     * connection.
     *
     * @param connection the connection
     * @param type the class, such as a record
     * @param handler handles the objects, in this thread
     * @param <T> the type of the objects
     * @throws ConnectorException as for {@link #records(HttpConnection, StreamHandler)}, and if a record does not match the class
     */
    public <T> void records(HttpConnection connection, Class<T> type, StreamHandler<T> handler) {
        Arguments.notNull(type, "type");
        Arguments.notNull(handler, "handler");
        read(connection, (record, where) -> EventStream.call(handler, object(connection, record, type, where)));
    }

    /**
     * Passes each record to a handler in another thread: a virtual thread if the JVM supports them (Java 21 and later), otherwise
     * a thread for each stream.
     *
     * @param connection the connection
     * @param handler handles the records
     * @return a future that completes when {@link #records(HttpConnection, StreamHandler)} would return. Completing it earlier,
     *     with {@code cancel} or {@code orTimeout}, closes the socket immediately and passes no further record on. A handler that is
     *     running is interrupted, except by {@code cancel(false)}
     */
    public CompletableFuture<@Nullable Void> recordsAsync(HttpConnection connection, StreamHandler<JsonNode> handler) {
        Arguments.notNull(connection, "connection");
        Arguments.notNull(handler, "handler");
        return AsyncCall.<@Nullable Void>start(
                () -> {
                    records(connection, handler);
                    return null;
                },
                DefaultExecutors.forStreams());
    }

    /**
     * Returns the records as a stream, which another thread reads from the service, one record ahead of the consumer.
     *
     * @param connection the connection
     * @return a sequential, ordered stream, which requests nothing before its terminal operation. It throws what {@link
     *     #records(HttpConnection, StreamHandler)} throws. It must be closed: closing it, in any thread, closes the socket
     *     immediately, and ends a terminal operation that waits
     */
    public Stream<JsonNode> records(HttpConnection connection) {
        Arguments.notNull(connection, "connection");
        return Handoff.stream(sink -> read(connection, (record, where) -> sink.put(record)));
    }

    /**
     * Returns the records as a stream of objects of a class, deserialized by the {@link Response.JsonMapping} of the connection.
     *
     * @param connection the connection
     * @param type the class, such as a record
     * @param <T> the type of the objects
     * @return a stream as for {@link #records(HttpConnection)}; it also fails if a record does not match the class
     */
    public <T> Stream<T> records(HttpConnection connection, Class<T> type) {
        Arguments.notNull(connection, "connection");
        Arguments.notNull(type, "type");
        return Handoff.stream(
                sink -> read(connection, (record, where) -> sink.put(object(connection, record, type, where))));
    }

    private static <T> T object(HttpConnection connection, JsonNode record, Class<T> type, String where) {
        return PayloadReader.read(record, type, connection.jsonMapping()::read, where);
    }

    /** Receives a record. */
    private interface RecordReceiver {

        boolean record(JsonNode record, String location);
    }

    private void read(HttpConnection connection, RecordReceiver receiver) {
        Arguments.notNull(connection, "connection");
        var unused = connection.stream(request, settings.idleTimeout(), (response, body) -> {
            read(response, body, settings.maxEventBytes(connection), receiver);
            return true;
        });
    }

    private void read(Response response, InputStream body, int maxBytes, RecordReceiver receiver) throws IOException {
        RecordParser records = new RecordParser(body, isSequence(response), maxBytes);
        JsonNode record = records.next();
        while (record != null && receiver.record(record, records.location())) {
            record = records.next();
        }
    }

    private boolean isSequence(Response response) {
        if (isSequence != null) {
            return isSequence;
        }
        String type = response.headers().first("Content-Type").orElse("");
        String name = EventConnection.mediaType(type);
        boolean isEvents = name.equals(EventConnection.MEDIA_TYPE);
        if (isEvents || name.equals("text/html") || name.endsWith("/xml") || name.endsWith("+xml")) {
            throw new StreamException(
                    StreamException.StreamFailure.UNEXPECTED_CONTENT_TYPE,
                    request + ": the response is " + EventConnection.describe(type)
                            + " and not a stream of JSON records: "
                            + (isEvents
                                    ? "read it by EventStream"
                                    : "check the URL, and whether the request must ask for one"));
        }
        return name.equals("application/json-seq") || name.endsWith("+json-seq");
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
