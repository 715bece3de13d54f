package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.transport.TransportException;
import io.httpconnector.transport.TransportRequest;
import io.httpconnector.transport.TransportResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.jspecify.annotations.Nullable;

/**
 * The response of a {@link TransportResponse}, checked as {@link StrictConnection} and {@link StrictHeadParser} check those of
 * Apache HttpClient, and decompressed. Not thread-safe.
 */
final class AdaptedResponse implements BodyControl {

    /** The maximum number of bytes that are read after the body, to reuse the connection. */
    private static final int MAX_REST = 64 * 1024;

    private static final int MAX_STATUS = 999;

    /** The fields that describe a compressed body. */
    private static final Set<String> OF_COMPRESSED = Set.of("content-length", "content-encoding", "content-md5");

    private final TransportResponse response;
    private final Duration usual;
    private final List<TransportRequest.HeaderField> fields;
    private final @Nullable ReplayStream content;
    private final long length;

    private AdaptedResponse(TransportResponse response, String method, Duration responseTimeout) throws IOException {
        this.response = response;
        this.usual = responseTimeout;
        this.fields = TransportAdapter.required(response.fields(), "TransportResponse.fields");
        checkHead();
        String announced = length();
        boolean hasBody = !method.equals("HEAD")
                && response.status() != HttpStatus.SC_NO_CONTENT
                && response.status() != HttpStatus.SC_NOT_MODIFIED;
        this.length = announced == null ? -1 : parse(announced);
        this.content = hasBody ? new ReplayStream(length < 0 ? body() : new Whole(body(), length)) : null;
    }

    static AdaptedResponse of(TransportResponse response, String method, Duration responseTimeout) throws IOException {
        return new AdaptedResponse(response, method, responseTimeout);
    }

    private InputStream body() throws IOException {
        return TransportAdapter.required(response.body(), "TransportResponse.body");
    }

    private static long parse(String digits) throws ClientProtocolException {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new ClientProtocolException("the Content-Length of the response is out of range");
        }
    }

    private void checkHead() throws IOException {
        if (response.status() < HttpStatus.SC_OK) {
            throw new ClientProtocolException("status " + response.status() + ", although it is not final");
        }
        if (response.status() > MAX_STATUS) {
            throw new ClientProtocolException("status " + response.status() + ", which has more than three digits");
        }
        if (fields.size() > ConnectionPool.MAX_HEADERS) {
            throw tooLarge("more than " + ConnectionPool.MAX_HEADERS + " fields");
        }
        for (TransportRequest.HeaderField field : fields) {
            if (field == null) {
                throw TransportAdapter.breach(
                        "TransportResponse.fields returned null at index " + fields.indexOf(null));
            }
            if (field.name().length() + field.value().length() > ConnectionPool.MAX_HEADER_LENGTH) {
                throw tooLarge("a field of more than " + ConnectionPool.MAX_HEADER_LENGTH + " characters");
            }
            for (int i = 0; i < field.value().length(); i++) {
                char c = field.value().charAt(i);
                if (c == '\0' || c == '\r' || c == '\n') {
                    throw new ClientProtocolException(
                            "a line of the response headers contains a " + (c == '\0' ? "NUL" : "bare CR or LF"));
                }
            }
        }
    }

    private static TransportException tooLarge(String what) {
        return new TransportException(
                TransportException.FailureKind.HEADERS_TOO_LARGE,
                new MessageConstraintException("The response has " + what));
    }

    /**
     * Returns the announced length of the body, or null. Rejects fields by which peers may disagree on the end of the body (RFC
     * 9112, section 6.3).
     */
    private @Nullable String length() throws ClientProtocolException {
        List<@Nullable String> lengths = values("content-length");
        String length = lengths.isEmpty() ? null : ContentLengthField.value(lengths);
        List<String> codings = values("transfer-encoding").stream()
                .flatMap(line -> ContentDecoder.split(line).stream())
                .toList();
        boolean isChunked = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        if (!isChunked && !codings.stream().allMatch("identity"::equalsIgnoreCase)) {
            throw new ClientProtocolException(
                    "the Transfer-Encoding of the response is not supported, as it was not asked for");
        }
        if (isChunked && length != null) {
            throw new ClientProtocolException("the response has both Content-Length and Transfer-Encoding");
        }
        return length;
    }

    private List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(TransportRequest.HeaderField::value)
                .toList();
    }

    /**
     * Returns the response for its reader.
     *
     * @param exchange ends the exchange
     */
    IncomingResponse response(Cancellable exchange) throws IOException {
        ReplayStream body = content;
        InputStream decoded = body;
        String codings = String.join(",", values("content-encoding"));
        if (body != null && !codings.isEmpty() && length != 0 && !body.isEmpty()) {
            decoded = ContentDecoder.decode(body, codings);
        }
        boolean isDecoded = decoded != body;
        List<TransportRequest.HeaderField> shown = isDecoded
                ? fields.stream()
                        .filter(field -> !OF_COMPRESSED.contains(field.name().toLowerCase(Locale.ROOT)))
                        .toList()
                : fields;
        return IncomingResponse.of(
                response.status(), new Fields(shown), decoded, isDecoded ? -1 : length, this, exchange);
    }

    /** Reads the rest of the body, so that its connection can be reused. */
    void drain() throws IOException {
        if (content != null) {
            var unused = content.readNBytes(MAX_REST);
        }
    }

    @Override
    public boolean isWholeWithin(int max, Duration silence) throws IOException {
        if (content == null || length > max) {
            return length <= max;
        }
        if (length >= 0) {
            return content.readAhead(max + 1);
        }
        long end = TimeSource.SYSTEM.nanos() + silence.multipliedBy(4).toNanos();
        response.limitIdleTime(silence);
        try {
            return content.readAheadUntil(max, end);
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            response.limitIdleTime(usual);
        }
    }

    @Override
    public void limitIdleTime(Duration limit) {
        response.limitIdleTime(limit);
    }

    private record Fields(List<TransportRequest.HeaderField> fields) implements HeaderFields {

        @Override
        public int size() {
            return fields.size();
        }

        @Override
        public String name(int index) {
            return fields.get(index).name();
        }

        @Override
        public String value(int index) {
            return fields.get(index).value();
        }

        @Override
        public boolean isSensitive(int index) {
            return fields.get(index).isSecret();
        }
    }

    /** A body that must have the announced length. */
    private static final class Whole extends FilterInputStream {

        private final long length;
        private long count;

        Whole(InputStream in, long length) {
            super(in);
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int wanted) throws IOException {
            int read = in.read(bytes, offset, wanted);
            count += Math.max(0, read);
            if (read < 0 ? count < length : count > length) {
                throw new ClientProtocolException("the body has " + (read < 0 ? "only " : "more than ")
                        + Math.min(count, length) + " bytes, but " + length + " were announced");
            }
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            return readNBytes((int) Math.min(count, MAX_REST)).length;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
