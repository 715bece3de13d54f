package io.httpconnector;

import io.httpconnector.internal.recording.MaskedFailure;
import io.httpconnector.internal.transport.CallContext;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Passes the body of an accepted response to a reader while it is received. Used for one call. Not thread-safe. */
final class StreamingReceiver<T> {

    /** The maximum number of bytes of a body that are recorded while the reader reads them. */
    private static final int MAX_RECORDED = 16 * 1024;

    private static final byte[] NO_BYTES = {};

    private final BodyHandler<T> reader;
    private final ConnectionSettings.@Nullable ResponseClassifier verdicts;
    private final Predicate<Response> good;
    private final long max;
    private boolean started;
    private long count;
    private boolean isWhole;
    private @Nullable Response head;
    private @Nullable Response finished;
    private byte @Nullable [] recorded;
    private int recordedBytes;
    private @Nullable T result;
    private @Nullable RuntimeException readerFailure;

    /**
     * Creates a receiver.
     *
     * @param reader reads the body
     * @param verdicts classifies responses; null if the classification does not determine whether the body is read
     * @param good decides whether the body of a response is passed to the reader
     * @param max the maximum number of bytes
     */
    StreamingReceiver(
            BodyHandler<T> reader,
            ConnectionSettings.@Nullable ResponseClassifier verdicts,
            Predicate<Response> good,
            long max) {
        this.reader = reader;
        this.verdicts = verdicts;
        this.good = good;
        this.max = max;
    }

    /** Returns whether the body is needed, if available, to decide whether the reader receives it. */
    boolean needsBody(Response head) {
        return verdicts != null && verdicts.dependOnBody(head);
    }

    /** Returns the response with its classification, as far as it is known. */
    Response classify(Response response, boolean bodyIsKnown) {
        return verdicts == null
                ? response
                : bodyIsKnown ? verdicts.classify(response) : verdicts.classifyHead(response);
    }

    boolean wants(Response judged) {
        return good.test(judged);
    }

    /** Returns whether the reader has started, so that another attempt would pass it the same data twice. */
    boolean hasStarted() {
        return started;
    }

    /**
     * Returns the response if the reader has finished, otherwise null. A failure in the unread rest of the body is then
     * irrelevant.
     */
    @Nullable Response finished() {
        return finished;
    }

    /** Returns the unchecked exception that the reader has thrown; null if there is none. */
    @Nullable RuntimeException readerFailure() {
        return readerFailure;
    }

    /** Returns the number of bytes that the reader has read. */
    long count() {
        return count;
    }

    /** Returns whether the reader has read the whole body. */
    boolean isWhole() {
        return isWhole;
    }

    /** Returns the response whose body the reader has read in part or as a whole; null if it has not started. */
    @Nullable Response head() {
        return head;
    }

    /** Records the first bytes that the reader reads. */
    void recordStart() {
        recorded = NO_BYTES;
    }

    /** Returns the first bytes that the reader has read, as far as they are recorded. */
    byte[] recorded() {
        byte[] start = recorded;
        return start == null ? NO_BYTES : Arrays.copyOf(start, recordedBytes);
    }

    private void record(byte[] buffer, int offset, int length) {
        byte[] start = recorded;
        int added = start == null ? 0 : Math.min(length, MAX_RECORDED - recordedBytes);
        if (start != null && added > 0) {
            if (start.length < recordedBytes + added) {
                start = Arrays.copyOf(start, Math.min(MAX_RECORDED, Math.max(2 * start.length, recordedBytes + added)));
                recorded = start;
            }
            System.arraycopy(buffer, offset, start, recordedBytes, added);
            recordedBytes += added;
        }
    }

    /** Returns the result of the reader, which may be null. */
    @SuppressWarnings("NullAway")
    T result() {
        return result;
    }

    /**
     * Calls the reader with the body.
     *
     * @param length the length of the body; -1 if unknown
     * @param call the context of the call, which measures the time of the reader
     * @return whether the reader has read the whole body
     * @throws IOException when the body is incomplete
     * @throws ReaderFailedException when the reader throws an exception of its own
     */
    boolean receive(Response response, InputStream content, long length, CallContext call) throws IOException {
        started = true;
        head = response;
        recordedBytes = 0;
        CountingInputStream body = new CountingInputStream(content, call);
        call.startReader();
        try {
            result = reader.handle(response, body);
        } catch (IOException e) {
            if (body.broken == null) {
                throw new ReaderFailedException(e);
            }
            throw body.broken;
        } catch (RuntimeException e) {
            readerFailure = body.refused == e ? null : e;
            throw e;
        } finally {
            call.endReader();
            count = body.count;
            isWhole = body.ended || body.count == length;
        }
        if (body.broken != null) {
            throw body.broken;
        }
        finished = response;
        return isWhole;
    }

    /** Calls the reader with an empty body, because there is none or it is ignored. */
    void receiveNothing(Response head, CallContext call) {
        receiveAll(head, new byte[0], call);
    }

    /** Calls the reader with a body that is in memory. */
    void receiveAll(Response head, byte[] body, CallContext call) {
        try {
            var unused = receive(head, new ByteArrayInputStream(body), body.length, call);
        } catch (TooLargeException e) {
            String problem = ": the body of an interceptor's response is larger than the limit of " + max + " bytes";
            throw new InvalidResponseException(head.request() + problem, null, null);
        } catch (IOException e) {
            throw new IllegalStateException("a body in memory does not break off", e);
        } catch (ReaderFailedException e) {
            throw e.toConnectorException(head.request());
        }
    }

    /** Carries an exception of the caller's reader through the transport. */
    static final class ReaderFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final IOException reason;

        ReaderFailedException(IOException reason) {
            super(reason);
            this.reason = reason;
        }

        /** Returns an exception without the secrets of the request, which a parser may quote if the service repeats them. */
        ConnectorException toConnectorException(Request request) {
            Redactor redactor = new Redactor(request.secrets());
            return new ConnectorException(
                    request + ": the reader of the body failed: " + redactor.maskQuote(String.valueOf(reason)),
                    MaskedFailure.of(reason, redactor::maskQuote));
        }
    }

    /** Thrown when the body exceeds the size limit. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Counts bytes, enforces the limit, and distinguishes failures of the stream from those of the reader. */
    private final class CountingInputStream extends FilterInputStream {

        private final CallContext call;
        private long count;
        private boolean ended;
        private @Nullable IOException broken;
        private @Nullable RuntimeException refused;

        CountingInputStream(InputStream in, CallContext call) {
            super(in);
            this.call = call;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                Objects.checkFromIndexSize(offset, length, buffer.length);
                return 0;
            }
            call.endReader();
            try {
                int read = in.read(buffer, offset, length);
                count += Math.max(0, read);
                ended = read < 0;
                if (count > max) {
                    throw new TooLargeException();
                }
                record(buffer, offset, read);
                return read;
            } catch (IOException e) {
                broken = e;
                throw e;
            } catch (IllegalStateException e) {
                // HttpClient throws it when the exchange is cancelled.
                refused = e;
                throw e;
            } finally {
                call.startReader();
            }
        }

        @Override
        public long skip(long count) throws IOException {
            if (count <= 0) {
                return 0;
            }
            int length = (int) Math.min(count, 8192);
            return Math.max(0, read(new byte[length], 0, length));
        }

        @Override
        public synchronized void mark(int limit) {
            // Not supported, as markSupported() tells.
        }

        @Override
        public synchronized void reset() throws IOException {
            throw new IOException("mark and reset are not supported");
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() {
            // The exchange closes the stream.
        }
    }
}
