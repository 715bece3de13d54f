package io.httpconnector.internal.recording;

import io.httpconnector.internal.http.BodySource;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.internal.transport.ExchangeTransport;
import io.httpconnector.internal.transport.IncomingResponse;
import io.httpconnector.internal.transport.OutgoingBody;
import io.httpconnector.internal.transport.OutgoingRequest;
import io.httpconnector.internal.transport.ResponseReader;
import io.httpconnector.internal.transport.TransportFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Sends requests and passes the exchanges to an {@link ExchangeTap}, which may take the place of the service. Thread-safe. */
public final class TappedTransport {

    /** The maximum size of a recorded body. */
    private static final int MAX_BODY = 64 << 20;

    private final ExchangeTap tap;
    private final ExchangeTransport wire;

    public TappedTransport(ExchangeTap tap, ExchangeTransport wire) {
        this.tap = tap;
        this.wire = wire;
    }

    /**
     * Sends a request, or takes the response from the tap.
     *
     * @param request the request to send
     * @param shown the same request for the tap
     * @param call the call
     * @param reader reads the response
     * @return the result of the reader
     * @throws TransportFailure as the transport
     */
    public <T> T exchange(OutgoingRequest request, TappedRequest shown, CallContext call, ResponseReader<T> reader)
            throws TransportFailure {
        if (!tap.substitutes()) {
            return send(request, shown, call, reader);
        }
        TappedResponse response = tap.substitute(isStream(shown) ? shown.withBody(read(request)) : shown);
        if (response == null) {
            return send(request, shown, call, reader);
        }
        return read(response, request.method(), reader);
    }

    private static boolean isStream(TappedRequest shown) {
        RawExchange.SentBody body = shown.body();
        return body != null && body.description() != null && !body.description().equals(LogSafe.MASK);
    }

    private static byte[] read(OutgoingRequest request) throws TransportFailure {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OutgoingBody body = request.body();
        if (body != null) {
            try {
                var unused = body.source().writeTo(new LimitedCopy(OutputStream.nullOutputStream(), bytes));
            } catch (IOException e) {
                throw new TransportFailure(TransportFailure.Kind.BROKEN, e, false, false);
            }
        }
        return bytes.toByteArray();
    }

    private static <T> T read(TappedResponse response, String method, ResponseReader<T> reader)
            throws TransportFailure {
        TransportFailure failure = response.failure();
        boolean hasBody = !method.equals("HEAD") && (response.body().length > 0 || response.length() > 0);
        try {
            return reader.read(IncomingResponse.of(
                    response.status(),
                    response.headers(),
                    hasBody ? new RecordedBody(response) : null,
                    response.isWhole() ? response.body().length : response.length()));
        } catch (IOException e) {
            throw failure == null
                    ? new TransportFailure(TransportFailure.Kind.BROKEN, e, false, false)
                    : new TransportFailure(failure.kind(), e, failure.isStale(), failure.isLasting());
        }
    }

    private <T> T send(OutgoingRequest request, TappedRequest shown, CallContext call, ResponseReader<T> reader)
            throws TransportFailure {
        Instant startedAt = call.now();
        Duration before = call.elapsed();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        boolean isStream = isStream(shown);
        Capture received = new Capture();
        TransportFailure failure = null;
        try {
            return wire.exchange(
                    isStream ? copying(request, sent) : request, call, response -> reader.read(received.of(response)));
        } catch (TransportFailure e) {
            failure = e;
            throw e;
        } finally {
            tap.record(
                    isStream ? shown.withBody(sent.toByteArray()) : shown,
                    received.response(failure),
                    failure,
                    startedAt,
                    call.elapsed().minus(before));
        }
    }

    private static OutgoingRequest copying(OutgoingRequest request, OutputStream copy) {
        OutgoingBody body = request.body();
        if (body == null) {
            return request;
        }
        BodySource source = body.source();
        BodySource.Writer writer = out -> {
            var unused = source.writeTo(new LimitedCopy(out, copy));
        };
        return new OutgoingRequest(
                request.method(),
                request.origin(),
                request.target(),
                request.shownTarget(),
                request.headers(),
                new OutgoingBody(
                        new BodySource.WriterSource(writer, source.length()),
                        body.contentType(),
                        body.isGzip(),
                        body.progress()));
    }

    /** Copies what is written. Closing does not close the underlying stream. */
    private static final class LimitedCopy extends FilterOutputStream {

        private final OutputStream copy;
        private int left = MAX_BODY;

        LimitedCopy(OutputStream out, OutputStream copy) {
            super(out);
            this.copy = copy;
        }

        @Override
        public void write(int octet) throws IOException {
            out.write(octet);
            if (left-- > 0) {
                copy.write(octet);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            int copied = Math.max(0, Math.min(left, length));
            copy.write(bytes, offset, copied);
            left -= copied;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** The response of one attempt while it is read. */
    private static final class Capture {

        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable IncomingResponse response;
        private long count;
        private boolean hasEnded;

        IncomingResponse of(IncomingResponse incoming) {
            response = incoming;
            return incoming.through(Copying::new, this);
        }

        @Nullable TappedResponse response(@Nullable TransportFailure failure) {
            IncomingResponse incoming = response;
            if (incoming == null) {
                return null;
            }
            boolean isWhole = failure == null
                    && count == body.size()
                    && (hasEnded || !incoming.hasBody() || count == incoming.length());
            return new TappedResponse(
                    incoming.status(), incoming.headers(), body.toByteArray(), incoming.length(), isWhole, failure);
        }

        /** Copies what is read. */
        private static final class Copying extends FilterInputStream {

            private final Capture capture;

            Copying(InputStream in, Capture capture) {
                super(in);
                this.capture = capture;
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = in.read(bytes, offset, length);
                if (count < 0) {
                    capture.hasEnded = true;
                } else {
                    capture.count += count;
                    capture.body.write(bytes, offset, Math.min(count, MAX_BODY - capture.body.size()));
                }
                return count;
            }

            @Override
            public long skip(long count) throws IOException {
                return readNBytes((int) Math.min(count, 1 << 16)).length;
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        }
    }

    /** A recorded body, which ends as the original did. */
    private static final class RecordedBody extends FilterInputStream {

        private final TappedResponse response;

        RecordedBody(TappedResponse response) {
            super(new ByteArrayInputStream(response.body()));
            this.response = response;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            TransportFailure failure = response.failure();
            if (count < 0 && failure != null) {
                throw new IOException(failure.reason().getMessage());
            }
            if (count < 0 && !response.isWhole()) {
                throw new AssertionError("The recording has only the first " + response.body().length
                        + " bytes of the response, because no more were read when it was made: record it again");
            }
            return count;
        }
    }
}
