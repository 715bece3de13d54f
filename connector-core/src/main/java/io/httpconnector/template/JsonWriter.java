package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.TemplateProblem.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON in UTF-8: into one array as long as it is not too large, and after that only counts; or into a stream, through
 * a small buffer. Escapes follow RFC 8259, section 7. Of one thread; {@link #close()} it.
 */
final class JsonWriter implements AutoCloseable {

    private static final int CHUNK = 1024;
    private static final int MAX_DEPTH = 1000;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /** What follows the backslash for a character below 0x60, or 0 when there is no short escape. */
    private static final byte[] SHORT = new byte[0x60];

    static {
        SHORT['\b'] = 'b';
        SHORT['\t'] = 't';
        SHORT['\n'] = 'n';
        SHORT['\f'] = 'f';
        SHORT['\r'] = 'r';
        SHORT['"'] = '"';
        SHORT['\\'] = '\\';
    }

    private final @Nullable OutputStream stream;
    private byte[] buffer = BufferPool.take();
    private int at;
    private long flushed;

    JsonWriter(@Nullable OutputStream stream) {
        this.stream = stream;
    }

    /** A value as JSON text. */
    static String toText(JsonNode value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonWriter out = new JsonWriter(bytes)) {
            out.value(value);
            out.flush();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** All that was written, or null when it was too much. */
    byte @Nullable [] toBytes() {
        return flushed == 0 ? Arrays.copyOf(buffer, at) : null;
    }

    long length() {
        return flushed + at;
    }

    private void ensure(int bytes) {
        if (buffer.length - at >= bytes) {
            return;
        }
        if (stream == null && flushed == 0 && buffer.length < BufferPool.LARGEST) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        } else {
            flush();
        }
    }

    void flush() {
        flushed += at;
        try {
            if (stream != null) {
                stream.write(buffer, 0, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        at = 0;
    }

    void raw(byte b) {
        ensure(1);
        buffer[at++] = b;
    }

    void raw(byte[] bytes) {
        raw(bytes, 0);
    }

    void raw(byte[] bytes, int from) {
        int done = from;
        while (done < bytes.length) {
            int length = Math.min(bytes.length - done, BufferPool.SMALLEST / 2);
            ensure(length);
            System.arraycopy(bytes, done, buffer, at, length);
            at += length;
            done += length;
        }
    }

    /** The inside of a string. */
    void text(String text) {
        int length = text.length();
        for (int start = 0; start < length; ) {
            int end = Math.min(length, start + CHUNK);
            if (end < length && Character.isHighSurrogate(text.charAt(end - 1))) {
                end++;
            }
            ensure(6 * (end - start));
            chunk(text, start, end);
            start = end;
        }
    }

    private void chunk(String text, int start, int end) {
        byte[] out = buffer;
        int to = at;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                out[to++] = (byte) c;
            } else if (c < 0x60 && SHORT[c] != 0) {
                out[to++] = '\\';
                out[to++] = SHORT[c];
            } else if (c < 0x20) {
                out[to++] = '\\';
                out[to++] = 'u';
                out[to++] = '0';
                out[to++] = '0';
                out[to++] = HEX[c >> 4];
                out[to++] = HEX[c & 0xf];
            } else if (c < 0x800) {
                out[to++] = (byte) (0xc0 | (c >> 6));
                out[to++] = (byte) (0x80 | (c & 0x3f));
            } else if (!Character.isSurrogate(c)) {
                out[to++] = (byte) (0xe0 | (c >> 12));
                out[to++] = (byte) (0x80 | ((c >> 6) & 0x3f));
                out[to++] = (byte) (0x80 | (c & 0x3f));
            } else {
                int point = text.codePointAt(i);
                if (point < 0x10000) {
                    throw Escaping.halfPair(c, i);
                }
                out[to++] = (byte) (0xf0 | (point >> 18));
                out[to++] = (byte) (0x80 | ((point >> 12) & 0x3f));
                out[to++] = (byte) (0x80 | ((point >> 6) & 0x3f));
                out[to++] = (byte) (0x80 | (point & 0x3f));
                i++;
            }
        }
        at = to;
    }

    private void string(String text) {
        raw((byte) '"');
        text(text);
        raw((byte) '"');
    }

    /** A value of any type. Throws a {@link ValueRejectedException} when JSON has no way to write it. */
    void value(JsonNode value) {
        value(value, 0);
    }

    private void value(JsonNode value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ValueRejectedException(Code.UNENCODABLE, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        switch (value.getNodeType()) {
            case STRING -> string(value.textValue());
            case NUMBER -> number(value);
            case BOOLEAN -> raw(value.booleanValue() ? TRUE : FALSE);
            case OBJECT -> {
                byte before = '{';
                for (Map.Entry<String, JsonNode> field : value.properties()) {
                    raw(before);
                    string(field.getKey());
                    raw((byte) ':');
                    value(field.getValue(), depth + 1);
                    before = ',';
                }
                if (before == '{') {
                    raw(before);
                }
                raw((byte) '}');
            }
            case ARRAY -> {
                raw((byte) '[');
                for (int i = 0; i < value.size(); i++) {
                    if (i > 0) {
                        raw((byte) ',');
                    }
                    value(value.get(i), depth + 1);
                }
                raw((byte) ']');
            }
            case NULL, MISSING -> raw(NULL);
            case BINARY -> string(value.asText());
            case POJO -> object(value);
        }
    }

    private void object(JsonNode value) {
        if (BinaryValue.isContent(value)) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "is a file or stream, which can't stand in JSON");
        }
        try {
            raw(Body.json(value).toBytes());
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "holds what Jackson can't write");
        }
    }

    private void number(JsonNode value) {
        if (value.isInt() || value.isLong()) {
            integer(value.longValue());
            return;
        }
        if ((value.isDouble() || value.isFloat()) && !Double.isFinite(value.doubleValue())) {
            throw new ValueRejectedException(
                    Code.UNENCODABLE, "is " + value.asText() + ", which JSON has no number for");
        }
        raw(value.asText().getBytes(StandardCharsets.US_ASCII));
    }

    private void integer(long number) {
        if (number == Long.MIN_VALUE) {
            raw(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
            return;
        }
        ensure(20);
        if (number < 0) {
            buffer[at++] = '-';
        }
        long rest = Math.abs(number);
        int digits = 1;
        for (long power = rest; power >= 10; power /= 10) {
            digits++;
        }
        for (int i = at + digits - 1; i >= at; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        at += digits;
    }

    @Override
    public void close() {
        BufferPool.give(buffer);
        buffer = new byte[0];
    }
}
