package io.httpconnector.stream;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.Ascii;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One connection of an event stream: sends the request and passes the events to a receiver. Used once, by one thread. */
final class EventConnection {

    static final String MEDIA_TYPE = "text/event-stream";

    private final HttpConnection connection;
    private final EventReceiver receiver;
    private final Duration idleTimeout;
    private final int maxEventBytes;
    private String lastId;
    private @Nullable EventParser parser;
    private @Nullable RuntimeException receiverFailure;

    /** Receives what one connection brings. */
    interface EventReceiver {

        /** Called when the service has responded with an event stream. */
        default void opened() {}

        /** Called before each read, which may block, and before a failure of the stream. */
        default void beforeRead() {}

        /**
         * Receives an event.
         *
         * @return whether to continue
         */
        boolean event(ServerSentEvent event);
    }

    /** The causes that end a connection. */
    enum Ending {
        /** The service has ended the response. */
        BY_SERVICE,
        /** The service has responded that there is nothing more (status 204). */
        FOR_GOOD,
        /** The receiver has ended it. */
        BY_RECEIVER
    }

    EventConnection(
            HttpConnection connection, Duration idleTimeout, int maxEventBytes, String lastId, EventReceiver receiver) {
        this.connection = connection;
        this.idleTimeout = idleTimeout;
        this.maxEventBytes = maxEventBytes;
        this.lastId = lastId;
        this.receiver = receiver;
    }

    /** Sends the request and reads the events until the stream ends. */
    Ending read(Request request) {
        return connection.stream(prepared(request), idleTimeout, (response, body) -> handle(request, response, body));
    }

    private Request prepared(Request request) {
        Request prepared = request;
        if (request.header("Accept").isEmpty()) {
            prepared = prepared.header("Accept", MEDIA_TYPE);
        }
        if (request.header("Cache-Control").isEmpty()) {
            prepared = prepared.header("Cache-Control", "no-store");
        }
        // A position that was stored by another version may be one that no header can carry.
        return lastId.isEmpty() || !EventParser.isSendable(lastId)
                ? prepared
                : prepared.header(NameValuePair.LAST_EVENT_ID, lastId);
    }

    private Ending handle(Request request, Response response, InputStream body) throws IOException {
        if (response.status() == 204) {
            return Ending.FOR_GOOD;
        }
        String type = response.headers().first("Content-Type").orElse("");
        if (!MEDIA_TYPE.equals(mediaType(type))) {
            throw new StreamException(
                    StreamException.StreamFailure.UNEXPECTED_CONTENT_TYPE,
                    request + ": the response is " + describe(type) + " and not " + MEDIA_TYPE + ": "
                            + (isRecords(mediaType(type)) ? "read it by RecordStream, or " : "")
                            + "check the URL, and whether the request must ask for a stream");
        }
        EventParser events = new EventParser(body, lastId, maxEventBytes, this::finish);
        parser = events;
        try {
            receiver.opened();
            ServerSentEvent event = events.next();
            while (event != null) {
                if (!accept(event)) {
                    return Ending.BY_RECEIVER;
                }
                event = events.next();
            }
            return Ending.BY_SERVICE;
        } catch (StreamException e) {
            if (!isOfReceiver(e)) {
                // The events before the one that cannot be read are complete.
                finish();
            }
            throw e;
        } finally {
            lastId = events.lastId();
        }
    }

    private void finish() {
        try {
            receiver.beforeRead();
        } catch (RuntimeException e) {
            receiverFailure = e;
            throw e;
        }
    }

    private boolean accept(ServerSentEvent event) {
        try {
            return receiver.event(event);
        } catch (RuntimeException e) {
            receiverFailure = e;
            throw e;
        }
    }

    /** Returns a media type without parameters, in lower case. */
    static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return Ascii.lowerCase((end < 0 ? contentType : contentType.substring(0, end)).strip());
    }

    private static boolean isRecords(String mediaType) {
        return mediaType.endsWith("/json-seq")
                || mediaType.endsWith("+json-seq")
                || mediaType.matches("application/(x-)?(ndjson|jsonl|jsonlines|json-lines|json-stream)");
    }

    /** Describes the type of a response for messages. */
    static String describe(String contentType) {
        String type = mediaType(contentType);
        return type.isEmpty() ? "of no media type" : type.matches("[!-~]{1,100}") ? type : "of an invalid media type";
    }

    /** Returns whether the failure was thrown by the receiver, and is not one of the stream. */
    boolean isOfReceiver(RuntimeException failure) {
        return failure == receiverFailure;
    }

    /** Returns whether anything was received. */
    boolean hasReceived() {
        return parser != null && parser.hasReceived();
    }

    /** Returns the id to continue after, which a header can carry. */
    String lastId() {
        return lastId;
    }

    /** Returns the delay before a reconnection that the service has set; null if there is none. */
    @Nullable Duration retry() {
        return parser == null ? null : parser.retry();
    }

    /** Returns whether this failure may be followed by another connection. */
    boolean permitsReconnection(ConnectorException failure) {
        return !isOfReceiver(failure) && !Thread.currentThread().isInterrupted() && Reconnection.isTemporary(failure);
    }
}
