package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response as received from the socket, before decompression. The first bytes can be inspected before the body is
 * read. Not thread-safe.
 */
final class WireBody extends HttpEntityWrapper implements BodyControl {

    private final StrictConnection connection;
    private @Nullable ReplayStream content;

    WireBody(HttpEntity entity, StrictConnection connection) {
        super(entity);
        this.connection = connection;
    }

    @Override
    public InputStream getContent() throws IOException {
        return content == null ? super.getContent() : content;
    }

    /** Sets the maximum wait for the next bytes; the next request on the connection sets its own. */
    @Override
    public void limitIdleTime(Duration limit) {
        connection.setSocketTimeout(Timeout.of(limit));
    }

    private ReplayStream replay() throws IOException {
        ReplayStream known = content;
        if (known == null) {
            known = new ReplayStream(super.getContent());
            content = known;
        }
        return known;
    }

    /** Returns whether the body is empty. Waits for the first byte or the end. */
    boolean isEmpty() throws IOException {
        return getContentLength() == 0 || (getContentLength() < 0 && replay().isEmpty());
    }

    @Override
    public boolean isWholeWithin(int max, Duration silence) throws IOException {
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
            return replay().readAheadUntil(max, end);
        } catch (SocketTimeoutException e) {
            // The read may have stopped in the middle of the chunk framing.
            connection.losesBoundary();
            return false;
        } finally {
            connection.setSocketTimeout(usual);
        }
    }
}
