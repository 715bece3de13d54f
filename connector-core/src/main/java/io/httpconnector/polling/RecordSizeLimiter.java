package io.httpconnector.polling;

import io.httpconnector.polling.PollingException.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read of an answer from one record to the next, so that none can fill the memory. */
final class RecordSizeLimiter extends FilterInputStream {

    /** Who reads is ahead of the records by what is buffered. */
    private static final int AHEAD = 64 * 1024;

    private final int most;
    private long count;
    private long start;

    RecordSizeLimiter(InputStream in, int max) {
        super(in);
        this.most = max;
    }

    /** How many bytes there were since the last call: about as many as a record has. */
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
        if (count - start > (long) most + AHEAD) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "A record, or what stands before it, is larger than the limit of " + most
                            + " bytes (maxResponseBytes of the connection)");
        }
    }
}
