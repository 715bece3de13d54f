package io.httpconnector.polling;

import io.httpconnector.polling.PollingException.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Limits the number of bytes read from one record to the next, so that no record can exhaust the memory. */
final class RecordSizeLimiter extends FilterInputStream {

    /** The parser is ahead of the records by the size of its buffer. */
    private static final int AHEAD = 64 * 1024;

    private final int max;
    private long count;
    private long start;

    RecordSizeLimiter(InputStream in, int max) {
        super(in);
        this.max = max;
    }

    /** Returns the number of bytes since the last call: the approximate size of a record. */
    long next() {
        long bytes = count - start;
        start = count;
        return bytes;
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(int bytes) {
        count += bytes;
        if (count - start > (long) max + AHEAD) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "A record, or the content before it, is larger than the limit of " + max
                            + " bytes (maxResponseBytes of the connection)");
        }
    }
}
