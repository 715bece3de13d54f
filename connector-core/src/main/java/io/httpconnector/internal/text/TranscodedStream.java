package io.httpconnector.internal.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A stream of text in another charset, converted to UTF-8 while it is read. Not thread-safe. */
final class TranscodedStream extends InputStream {

    private final Reader text;
    private final char[] chars = new char[4096];
    private byte[] bytes = new byte[0];
    private int position;

    TranscodedStream(InputStream in, Charset charset) {
        this.text = new InputStreamReader(in, charset);
    }

    @Override
    public int read() throws IOException {
        return isFilled() ? bytes[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        if (!isFilled()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - position);
        System.arraycopy(bytes, position, buffer, offset, count);
        position += count;
        return count;
    }

    /** Converts the next characters if all bytes were read; returns false at the end. */
    private boolean isFilled() throws IOException {
        if (position < bytes.length) {
            return true;
        }
        // Leaves space for the second half of a surrogate pair, which must not be separated.
        int length = text.read(chars, 0, chars.length - 1);
        if (length < 0) {
            return false;
        }
        if (Character.isHighSurrogate(chars[length - 1])) {
            length += Math.max(0, text.read(chars, length, 1));
        }
        bytes = new String(chars, 0, length).getBytes(StandardCharsets.UTF_8);
        position = 0;
        return true;
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
