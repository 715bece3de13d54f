package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** A stream of the bytes of a body that were read ahead, followed by the rest of the body. Not thread-safe. */
final class ReplayStream extends InputStream {

    private final InputStream rest;
    private byte[] ahead = new byte[0];
    private int length;
    private int position;
    private boolean ended;

    ReplayStream(InputStream rest) {
        this.rest = rest;
    }

    boolean isEmpty() throws IOException {
        return readAhead(1) && length == 0;
    }

    /** Reads until the wanted number of bytes is buffered. Returns whether the end was reached before. */
    boolean readAhead(int wanted) throws IOException {
        while (!ended && length < wanted) {
            ahead = length == ahead.length ? Arrays.copyOf(ahead, Math.max(512, 2 * length)) : ahead;
            int read = rest.read(ahead, length, ahead.length - length);
            ended = read < 0;
            length += Math.max(0, read);
        }
        return ended;
    }

    /**
     * Reads ahead while the service keeps sending.
     *
     * @param max the maximum number of bytes
     * @param end the time at which to stop, as of {@link TimeSource#nanos()}
     * @return whether the whole body has been read
     */
    boolean readAheadUntil(int max, long end) throws IOException {
        while (TimeSource.SYSTEM.nanos() < end && length <= max) {
            if (readAhead(1 + length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int read() throws IOException {
        return position < length ? ahead[position++] & 0xff : ended ? -1 : rest.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        if (position < length) {
            int some = Math.min(wanted, length - position);
            System.arraycopy(ahead, position, buffer, offset, some);
            position += some;
            return some;
        }
        return ended ? -1 : rest.read(buffer, offset, wanted);
    }

    @Override
    public int available() throws IOException {
        return length - position + (ended ? 0 : rest.available());
    }

    @Override
    public void close() throws IOException {
        rest.close();
    }
}
