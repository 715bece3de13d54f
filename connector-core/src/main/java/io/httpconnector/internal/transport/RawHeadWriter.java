package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.NameValuePair;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestWriter;
import org.apache.hc.core5.http.io.HttpTransportMetrics;
import org.apache.hc.core5.http.io.SessionOutputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * Writes the head of a request. HttpCore replaces some bytes beyond ASCII by question marks. A cookie has the bytes that the
 * service has chosen, and is sent unchanged.
 */
final class RawHeadWriter extends DefaultHttpRequestWriter {

    private static final String ID = NameValuePair.LAST_EVENT_ID + ":";

    @Override
    public void write(ClassicHttpRequest request, SessionOutputBuffer buffer, OutputStream out)
            throws IOException, HttpException {
        boolean isAscii = !request.containsHeader("Cookie") && !request.containsHeader(NameValuePair.LAST_EVENT_ID);
        super.write(request, isAscii ? buffer : new Bytes(buffer), out);
    }

    /** Writes each character of a line as the byte of the same number, and the id of an event stream in UTF-8. */
    private record Bytes(SessionOutputBuffer buffer) implements SessionOutputBuffer {

        @Override
        public void writeLine(CharArrayBuffer line, OutputStream out) throws IOException {
            String text = line.toString().concat("\r\n");
            boolean isUnicode = text.regionMatches(true, 0, ID, 0, ID.length());
            buffer.write(text.getBytes(isUnicode ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1), out);
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
        public void write(byte[] bytes, int offset, int length, OutputStream out) throws IOException {
            buffer.write(bytes, offset, length, out);
        }

        @Override
        public void write(byte[] bytes, OutputStream out) throws IOException {
            buffer.write(bytes, out);
        }

        @Override
        public void write(int octet, OutputStream out) throws IOException {
            buffer.write(octet, out);
        }

        @Override
        public void flush(OutputStream out) throws IOException {
            buffer.flush(out);
        }

        @Override
        public HttpTransportMetrics getMetrics() {
            return buffer.getMetrics();
        }
    }
}
