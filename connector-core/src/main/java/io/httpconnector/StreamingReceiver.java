package io.httpconnector;

import io.httpconnector.internal.transport.CallContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Passes the body of an accepted response to a reader while it arrives. Serves one call, on one thread. */
final class StreamingReceiver<T> {

    private final BodyHandler<T> reader;
    private final @Nullable ResponseClassifier verdicts;
    private final Predicate<Response> good;
    private final long max;
    private boolean started;
    private long count;
    private @Nullable Response finished;
    private @Nullable T result;

    /**
     * A receiver.
     *
     * @param reader reads the body
     * @param verdicts what responses mean; null when that does not decide whether the body is read
     * @param good whether the body of a response is to be read
     * @param max how many bytes there may be
     */
    StreamingReceiver(
            BodyHandler<T> reader, @Nullable ResponseClassifier verdicts, Predicate<Response> good, long max) {
        this.reader = reader;
        this.verdicts = verdicts;
        this.good = good;
        this.max = max;
    }

    /** Returns whether the body should be known, if that is possible, before it is decided who reads it. */
    boolean needsBody(Response head) {
        return verdicts != null && verdicts.dependOnBody(head);
    }

    /** Returns the response with what it means, as far as that is known. */
    Response classify(Response response, boolean bodyIsKnown) {
        return verdicts == null
                ? response
                : bodyIsKnown ? verdicts.classify(response) : verdicts.classifyHead(response);
    }

    boolean wants(Response judged) {
        return good.test(judged);
    }

    /** Returns whether the reader has seen something, so that another attempt would show it twice. */
    boolean hasStarted() {
        return started;
    }

    /** Returns the response, once the reader has finished. What happens to the rest of the body does not matter. */
    @Nullable Response finished() {
        return finished;
    }

    /** How many bytes the reader has read. */
    long count() {
        return count;
    }

    /** What the reader has returned, which may be null. */
    @SuppressWarnings("NullAway")
    T result() {
        return result;
    }

    /**
     * Lets the reader read.
     *
     * @param length how many bytes there are, -1 when that is not known
     * @param call counts the time
     * @return whether it has read all
     * @throws IOException when the body breaks off
     * @throws ReaderFailedException when the reader fails by itself
     */
    boolean receive(Response head, InputStream content, long length, CallContext call) throws IOException {
        started = true;
        CountingInputStream body = new CountingInputStream(content, call);
        call.startReader();
        try {
            result = reader.handle(head, body);
        } catch (IOException e) {
            if (body.broken == null) {
                throw new ReaderFailedException(e);
            }
            throw body.broken;
        } finally {
            call.endReader();
        }
        if (body.broken != null) {
            throw body.broken;
        }
        finished = head;
        count = body.count;
        return body.ended || body.count == length;
    }

    /** Lets the reader read nothing: there is no body, or it does not matter. */
    void receiveNothing(Response head, CallContext call) {
        try {
            var unused = receive(head, InputStream.nullInputStream(), 0, call);
        } catch (IOException e) {
            throw new IllegalStateException("an empty stream does not break off", e);
        } catch (ReaderFailedException e) {
            throw e.toConnectorException(head.request());
        }
    }

    /** An exception of the caller's reader on its way through the transport. */
    static final class ReaderFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReaderFailedException(IOException cause) {
            super(cause);
        }

        ConnectorException toConnectorException(Request request) {
            return new ConnectorException(request + ": the reader of the body failed: " + getCause(), getCause());
        }
    }

    /** There are more bytes than permitted. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Knows its failures from those of the reader, and its limit. */
    private final class CountingInputStream extends FilterInputStream {

        private final CallContext call;
        private long count;
        private boolean ended;
        private @Nullable IOException broken;

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
            call.endReader();
            try {
                int read = in.read(buffer, offset, length);
                count += Math.max(0, read);
                ended = read < 0;
                if (count > max) {
                    throw new TooLargeException();
                }
                return read;
            } catch (IOException e) {
                broken = e;
                throw e;
            } finally {
                call.startReader();
            }
        }

        @Override
        public long skip(long count) throws IOException {
            return read(new byte[(int) Math.min(count, 8192)], 0, (int) Math.min(count, 8192));
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        @Override
        public void close() {
            // The exchange does that.
        }
    }
}
