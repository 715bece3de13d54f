package io.httpconnector.internal.transport;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.HttpTransportMetrics;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the head of a response, and fails if the service closes the connection before the head is complete. HttpCore's parser
 * treats a truncated head as complete, so that a response whose {@code Content-Length} is cut off looks like a valid one
 * without a body. Also fails on NUL and on a CR that does not end a line (RFC 9110, section 5.5), where other parsers may see a
 * second field.
 */
final class StrictHeadParser extends DefaultHttpResponseParser {

    private @Nullable SessionInputBuffer buffer;

    StrictHeadParser(Http1Config config) {
        super(config);
    }

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in) throws IOException, HttpException {
        this.buffer = buffer;
        return super.parse(new Lines(buffer), in);
    }

    /** Returns the number of bytes that were read from the socket but not consumed yet by the parser or as a body. */
    int unread() {
        return buffer == null ? 0 : buffer.length();
    }

    private static final class Lines implements SessionInputBuffer {

        private final SessionInputBuffer buffer;
        private boolean begun;

        Lines(SessionInputBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public int readLine(CharArrayBuffer line, InputStream in) throws IOException {
            int start = line.length();
            int length = buffer.readLine(line, in);
            if (length < 0 && begun) {
                throw new ConnectionClosedException("the service closed the connection in the middle of the headers");
            }
            boolean isField = begun && line.length() > start;
            begun = true;
            int colon = -1;
            for (int i = start; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == ':' && colon < 0) {
                    colon = i;
                }
                if (c == '\0' || c == '\r') {
                    throw new ClientProtocolException(
                            "a line of the response headers contains a " + (c == '\r' ? "bare CR" : "NUL"));
                }
            }
            if (isField && !isBlank(line.charAt(start))) {
                checkName(line, start, colon);
            }
            return length;
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }

        /**
         * Removes white space before the colon of a field (RFC 9112, section 5.1), which some services send, and rejects it where
         * peers would disagree on the end of the body.
         */
        private static void checkName(CharArrayBuffer line, int start, int colon) throws ClientProtocolException {
            if (colon <= start) {
                throw new ClientProtocolException(
                        "a line of the response headers has no " + (colon < 0 ? "colon" : "name"));
            }
            if (!isBlank(line.charAt(colon - 1))) {
                return;
            }
            String name = line.substringTrimmed(start, colon);
            if (name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
                throw new ClientProtocolException(
                        "the name of a response header has white space before the colon: " + name);
            }
            String value = line.substring(colon, line.length());
            line.setLength(start);
            line.append(name);
            line.append(value);
        }

        @Override
        public int length() {
            return buffer.length();
        }

        @Override
        public int capacity() {
            return buffer.capacity();
        }

        @Override
        public int available() {
            return buffer.available();
        }

        @Override
        public int read(byte[] bytes, int offset, int length, InputStream in) throws IOException {
            return buffer.read(bytes, offset, length, in);
        }

        @Override
        public int read(byte[] bytes, InputStream in) throws IOException {
            return buffer.read(bytes, in);
        }

        @Override
        public int read(InputStream in) throws IOException {
            return buffer.read(in);
        }

        @Override
        public HttpTransportMetrics getMetrics() {
            return buffer.getMetrics();
        }
    }
}
