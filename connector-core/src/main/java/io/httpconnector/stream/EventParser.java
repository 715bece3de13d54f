package io.httpconnector.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parses a {@code text/event-stream} as it arrives (WHATWG HTML, section 9.2.6). Not thread-safe. */
final class EventParser {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RETRY = "retry".getBytes(StandardCharsets.US_ASCII);
    private static final int DELETE = 0x7f;
    /** More digits than any delay has. */
    private static final int MAX_DIGITS = 18;

    private final LineReader lines;
    private final int maxBytes;
    private String lastId;

    // The event that is being read.
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private long bytes;
    private String type = "";
    private String id;
    private @Nullable Duration retry;
    private @Nullable Duration lastRetry;

    /**
     * Creates a parser.
     *
     * @param lastId the last id of an earlier connection, which remains until the service sets another one
     * @param maxBytes the maximum size of a line and of an event
     * @param beforeRead called before each read, which may block
     */
    EventParser(InputStream in, String lastId, int maxBytes, Runnable beforeRead) {
        this.lines = LineReader.ofText(in, maxBytes, beforeRead);
        this.maxBytes = maxBytes;
        this.lastId = lastId;
        this.id = lastId;
    }

    /** Returns whether a header can carry an id. */
    static boolean isSendable(String id) {
        return id.chars().noneMatch(c -> (c < ' ' && c != '\t') || c == DELETE);
    }

    /** Returns whether a line was received. */
    boolean hasReceived() {
        return lines.number() > 1;
    }

    /** Returns the last id that a header can carry; an event without a blank line at its end does not change it. */
    String lastId() {
        return lastId;
    }

    /** Returns the delay before a reconnection; null if the service has not set one. */
    @Nullable Duration retry() {
        return lastRetry;
    }

    /** Returns the next event; null at the end of the stream, where an event without a blank line is discarded. */
    @Nullable ServerSentEvent next() throws IOException {
        while (lines.next() && lines.isTerminated()) {
            if (lines.number() == 1 && lines.startsWith(BOM)) {
                lines.skip(BOM.length);
            }
            if (lines.length() > 0) {
                readField();
                continue;
            }
            ServerSentEvent event = dispatch();
            if (event != null) {
                return event;
            }
        }
        return null;
    }

    private @Nullable ServerSentEvent dispatch() {
        if (!id.equals(lastId) && isSendable(id)) {
            lastId = id;
        }
        ServerSentEvent event = null;
        if (hasData) {
            event = new ServerSentEvent(
                    id, type.isEmpty() ? "message" : type, data.toString(), Optional.ofNullable(retry));
        }
        // The buffer of a large event is released.
        data.setLength(0);
        if (data.capacity() > 1 << 16) {
            data.trimToSize();
        }
        hasData = false;
        bytes = 0;
        type = "";
        retry = null;
        return event;
    }

    private void readField() {
        int colon = lines.indexOf(':');
        if (colon == 0) {
            // A comment, such as a sign of life.
            return;
        }
        int nameLength = colon < 0 ? lines.length() : colon;
        int value = colon < 0 ? lines.length() : colon + 1;
        if (value < lines.length() && lines.at(value) == ' ') {
            value++;
        }
        if (lines.isName(DATA, nameLength)) {
            addData(value);
        } else if (lines.isName(EVENT, nameLength)) {
            type = lines.text(value);
        } else if (lines.isName(ID, nameLength)) {
            setId(lines.text(value));
        } else if (lines.isName(RETRY, nameLength)) {
            setRetry(lines.text(value));
        }
    }

    private void addData(int from) {
        bytes += lines.length() + 1;
        if (bytes > maxBytes + 1L) {
            throw new StreamException(
                    StreamException.StreamFailure.TOO_LARGE,
                    lines.number(),
                    "The event at line " + lines.number() + " of the stream has more than " + maxBytes
                            + " bytes: raise maxEventBytes if the service needs it",
                    null);
        }
        if (hasData) {
            data.append('\n');
        }
        hasData = true;
        data.append(lines.text(from));
    }

    private void setId(String value) {
        if (value.indexOf('\0') >= 0) {
            return;
        }
        if (!value.equals(id) && !isSendable(value)) {
            LOG.warn(
                    "Line {} of an event stream sets an id with a control character, which no header can carry:"
                            + " the stream is continued after the id before it",
                    lines.number());
        }
        id = value;
    }

    private void setRetry(String value) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c < '0' || c > '9')) {
            return;
        }
        String digits = value.replaceFirst("^0+", "");
        retry = digits.length() > MAX_DIGITS
                ? Duration.ofMillis(Long.MAX_VALUE)
                : Duration.ofMillis(digits.isEmpty() ? 0 : Long.parseLong(digits));
        lastRetry = retry;
    }
}
