package io.httpconnector.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Splits a stream into lines as they arrive, each up to a maximum length. Not thread-safe. */
final class LineReader {

    private static final int BUFFER = 8192;
    private static final int NO_BYTE = -1;

    private final InputStream in;
    private final int maxBytes;
    private final byte end;
    private final boolean endsAtReturn;
    private final Runnable beforeRead;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean skipsLineFeed;

    private byte[] array = buffer;
    private int start;
    private int length;
    private boolean terminated;
    private long number;

    private LineReader(InputStream in, int maxBytes, int end, boolean endsAtReturn, Runnable beforeRead) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.end = (byte) end;
        this.endsAtReturn = endsAtReturn;
        this.beforeRead = beforeRead;
    }

    /**
     * Creates a reader of lines that end with LF, CR or CRLF. A CR ends the line immediately, whatever follows.
     *
     * @param beforeRead called before each read, which may block
     */
    static LineReader ofText(InputStream in, int maxBytes, Runnable beforeRead) {
        return new LineReader(in, maxBytes, '\n', true, beforeRead);
    }

    /** Creates a reader of parts that end with a byte. */
    static LineReader endingWith(char end, InputStream in, int maxBytes) {
        return new LineReader(in, maxBytes, end, false, () -> {});
    }

    /**
     * Reads the next line.
     *
     * @return false at the end of the stream, after a last line without a terminator
     * @throws StreamException if the line exceeds the limit
     */
    boolean next() throws IOException {
        byte[] begun = null;
        int begunLength = 0;
        number++;
        while (true) {
            if (position == limit && !fill()) {
                set(begun == null ? buffer : begun, 0, begunLength, false);
                return begunLength > 0;
            }
            int at = find();
            int found = (at == NO_BYTE ? limit : at) - position;
            if (begunLength + found > maxBytes) {
                throw new StreamException(
                        StreamException.StreamFailure.TOO_LARGE,
                        number,
                        "Line " + number + " of the stream has more than " + maxBytes + " bytes: raise the limit if"
                                + " the service needs it",
                        null);
            }
            if (begun == null && at != NO_BYTE) {
                set(buffer, position, found, true);
                consume(at);
                return true;
            }
            if (begun == null || begun.length < begunLength + found) {
                int grown = (int) Math.min(maxBytes, Math.max(2L * begunLength, begunLength + found));
                begun = begun == null ? new byte[grown] : Arrays.copyOf(begun, grown);
            }
            System.arraycopy(buffer, position, begun, begunLength, found);
            begunLength += found;
            if (at != NO_BYTE) {
                set(begun, 0, begunLength, true);
                consume(at);
                return true;
            }
            position = limit;
        }
    }

    private boolean fill() throws IOException {
        do {
            beforeRead.run();
            int read = in.read(buffer, 0, BUFFER);
            if (read < 0) {
                return false;
            }
            position = 0;
            limit = read;
            if (skipsLineFeed && read > 0) {
                skipsLineFeed = false;
                position = buffer[0] == '\n' ? 1 : 0;
            }
        } while (position == limit);
        return true;
    }

    private int find() {
        for (int i = position; i < limit; i++) {
            byte b = buffer[i];
            if (b == end || (endsAtReturn && b == '\r')) {
                return i;
            }
        }
        return NO_BYTE;
    }

    /** Moves behind the terminator; the LF of a CRLF may be in the next read. */
    private void consume(int at) {
        position = at + 1;
        if (endsAtReturn && buffer[at] == '\r') {
            if (position == limit) {
                skipsLineFeed = true;
            } else if (buffer[position] == '\n') {
                position++;
            }
        }
    }

    private void set(byte[] bytes, int from, int size, boolean isTerminated) {
        array = bytes;
        start = from;
        length = size;
        terminated = isTerminated;
    }

    /** Returns the number of the current line, starting at 1. */
    long number() {
        return number;
    }

    int length() {
        return length;
    }

    /** Returns whether the current line had a terminator. */
    boolean isTerminated() {
        return terminated;
    }

    /** Removes bytes from the start of the current line. */
    void skip(int count) {
        start += count;
        length -= count;
    }

    byte at(int index) {
        return array[start + index];
    }

    /** Returns the index of a byte in the current line; -1 if there is none. */
    int indexOf(char wanted) {
        for (int i = 0; i < length; i++) {
            if (array[start + i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    boolean startsWith(byte[] wanted) {
        return length >= wanted.length && isName(wanted, wanted.length);
    }

    /** Returns whether the first bytes of the current line are a name of this length. */
    boolean isName(byte[] name, int count) {
        return name.length == count && Arrays.equals(array, start, start + count, name, 0, count);
    }

    byte[] bytes() {
        return Arrays.copyOfRange(array, start, start + length);
    }

    /** Returns the rest of the current line as text; invalid UTF-8 becomes U+FFFD. */
    String text(int from) {
        return new String(array, start + from, length - from, StandardCharsets.UTF_8);
    }
}
