package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response as received from the socket, before decompression. The first bytes can be inspected before the body is
 * read. Not thread-safe.
 */
final class WireBody extends HttpEntityWrapper {

    private final StrictConnection connection;
    private @Nullable Replay content;

    WireBody(HttpEntity entity, StrictConnection connection) {
        super(entity);
        this.connection = connection;
    }

    @Override
    public InputStream getContent() throws IOException {
        return content == null ? super.getContent() : content;
    }

    /** Sets the maximum wait for the next bytes; the next request on the connection sets its own. */
    void limitIdleTime(Duration limit) {
        connection.setSocketTimeout(Timeout.of(limit));
    }

    private Replay replay() throws IOException {
        Replay known = content;
        if (known == null) {
            known = new Replay(super.getContent());
            content = known;
        }
        return known;
    }

    /** Returns whether the body is empty. Waits for the first byte or the end. */
    boolean isEmpty() throws IOException {
        return getContentLength() == 0 || (getContentLength() < 0 && replay().isEmpty());
    }

    /**
     * Reads ahead while the service keeps sending.
     *
     * @param max the maximum number of bytes
     * @param silence the maximum wait for the next bytes; the total wait is at most four times as long
     * @return whether the whole body has been read, so that reading it will not block
     */
    boolean isWholeWithin(int max, Duration silence) throws IOException {
        if (getContentLength() > max) {
            return false;
        }
        if (getContentLength() >= 0) {
            return replay().readAhead(max + 1);
        }
        Timeout usual = connection.getSocketTimeout();
        long end = TimeSource.SYSTEM.nanos() + silence.multipliedBy(4).toNanos();
        connection.setSocketTimeout(Timeout.of(silence));
        try {
            while (TimeSource.SYSTEM.nanos() < end && replay().length <= max) {
                if (replay().readAhead(1 + replay().length)) {
                    return true;
                }
            }
            return false;
        } catch (SocketTimeoutException e) {
            // The read may have stopped in the middle of the chunk framing.
            connection.losesBoundary();
            return false;
        } finally {
            connection.setSocketTimeout(usual);
        }
    }

    /** A stream of the bytes that were read ahead, followed by the rest of the body. */
    private static final class Replay extends InputStream {

        private final InputStream rest;
        private byte[] ahead = new byte[0];
        private int length;
        private int position;
        private boolean ended;

        Replay(InputStream rest) {
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
}
