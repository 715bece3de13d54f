package io.httpconnector.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Parses the JSON values of a stream as they arrive: one per line, or a JSON text sequence (RFC 7464). Not thread-safe. */
final class RecordParser {

    private static final char RECORD_SEPARATOR = '\u001e';

    private static final String ARRAY =
            ": the response is one JSON array over several lines: ask the service for one record per line"
                    + " or for server-sent events (EventStream), or read the array by a PagedRequest with a RecordSelector";

    private final LineReader lines;
    private final boolean isSequence;
    private final int maxBytes;
    private long number;
    private boolean isFirst = true;

    // The text of a sequence that is being read.
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private boolean begun;
    private int depth;
    private boolean inString;
    private boolean escaped;

    RecordParser(InputStream in, boolean isSequence, int maxBytes) {
        this.lines = LineReader.endingWith('\n', in, maxBytes);
        this.isSequence = isSequence;
        this.maxBytes = maxBytes;
    }

    /** Returns the location of the last record, for messages. */
    String location() {
        return (isSequence ? "Record " : "Line ") + number() + " of the stream";
    }

    private long number() {
        return isSequence ? number : lines.number();
    }

    /** Returns the next record; null at the end of the stream. */
    @Nullable JsonNode next() throws IOException {
        while (lines.next()) {
            JsonNode record = isSequence ? nextOfSequence() : isBlank() ? null : parse(lines.bytes());
            if (record != null) {
                isFirst = false;
                return record;
            }
        }
        if (text.size() > 0) {
            throw truncated();
        }
        return null;
    }

    private boolean isBlank() {
        for (int i = 0; i < lines.length(); i++) {
            byte b = lines.at(i);
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Adds a line to the text, and returns the record if the text is complete. */
    private @Nullable JsonNode nextOfSequence() {
        if (lines.length() > 0 && lines.at(0) == RECORD_SEPARATOR) {
            requireComplete(text.size() == 0);
            while (lines.length() > 0 && lines.at(0) == RECORD_SEPARATOR) {
                lines.skip(1);
            }
            begun = true;
            number++;
        }
        if (isBlank() && !begun) {
            return null;
        }
        if (!begun) {
            number++;
            throw invalid(location() + " does not start with a record separator (RFC 7464)");
        }
        requireComplete(lines.indexOf(RECORD_SEPARATOR) < 0);
        if (text.size() + lines.length() > maxBytes) {
            throw new StreamException(
                    StreamException.StreamFailure.TOO_LARGE,
                    number,
                    location() + " has more than " + maxBytes + " bytes: raise maxRecordBytes if the service needs it",
                    null);
        }
        if (isBlank() && text.size() == 0) {
            // An empty text, which RFC 7464 permits, or one that starts on the next line.
            return null;
        }
        track();
        byte[] added = lines.bytes();
        text.write(added, 0, added.length);
        text.write('\n');
        if (depth > 0 || inString) {
            return null;
        }
        JsonNode record = parse(text.toByteArray());
        text.reset();
        begun = false;
        return record;
    }

    private void requireComplete(boolean isComplete) {
        if (!isComplete) {
            throw new StreamException(
                    StreamException.StreamFailure.TRUNCATED,
                    number,
                    location() + " is incomplete: another record follows before its end",
                    null);
        }
    }

    /** Tracks the nesting of the text, so that it is known to be complete at the end of a line. */
    private void track() {
        for (int i = 0; i < lines.length(); i++) {
            byte b = lines.at(i);
            if (inString) {
                inString = escaped || b != '"';
                escaped = !escaped && b == '\\';
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
    }

    private JsonNode parse(byte[] json) {
        JsonNode record;
        try {
            record = JsonSupport.parse(json);
        } catch (IOException e) {
            if (!lines.isTerminated()) {
                throw truncated();
            }
            String reason = e.getMessage() == null ? "" : e.getMessage().replaceFirst("^line 1, ", "");
            throw invalid(location() + " is not JSON: " + reason + (startsArray(json) ? ARRAY : ""));
        }
        if (!lines.isTerminated() && record.isNumber()) {
            // More digits may be missing.
            throw truncated();
        }
        return record;
    }

    /** Returns whether the first line is the start of an array that has several lines. */
    private boolean startsArray(byte[] json) {
        String line = new String(json, StandardCharsets.UTF_8).strip();
        return !isSequence && isFirst && line.startsWith("[");
    }

    private StreamException truncated() {
        return new StreamException(
                StreamException.StreamFailure.TRUNCATED,
                number(),
                location() + " is incomplete: the stream has ended",
                null);
    }

    private StreamException invalid(String message) {
        return new StreamException(StreamException.StreamFailure.INVALID_JSON, number(), message, null);
    }
}
