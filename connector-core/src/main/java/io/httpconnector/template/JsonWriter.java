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
 * Writes JSON in UTF-8, either into a growing array (beyond its maximum size, bytes are only counted), or into a stream
 * through a small buffer. Escapes follow RFC 8259, section 7. Not thread-safe; must be {@linkplain #close() closed}.
 */
final class JsonWriter implements AutoCloseable {

    private static final int CHUNK = 1024;
    private static final int MAX_DEPTH = 1000;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /** The character after the backslash for each character below 0x60, or 0 if there is no short escape. */
    private static final byte[] SHORT_ESCAPES = new byte[0x60];

    static {
        SHORT_ESCAPES['\b'] = 'b';
        SHORT_ESCAPES['\t'] = 't';
        SHORT_ESCAPES['\n'] = 'n';
        SHORT_ESCAPES['\f'] = 'f';
        SHORT_ESCAPES['\r'] = 'r';
        SHORT_ESCAPES['"'] = '"';
        SHORT_ESCAPES['\\'] = '\\';
    }

    private final @Nullable OutputStream stream;
    private byte[] buffer = BufferPool.acquire();
    private int at;
    private long flushed;

    JsonWriter(@Nullable OutputStream stream) {
        this.stream = stream;
    }

    /** Returns a value as JSON text. */
    static String toText(JsonNode value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonWriter out = new JsonWriter(bytes)) {
            out.writeValue(value);
            out.flush();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Returns everything written, or null if it exceeded the maximum size. */
    byte @Nullable [] toBytes() {
        return flushed == 0 ? Arrays.copyOf(buffer, at) : null;
    }

    long length() {
        return flushed + at;
    }

    private void ensureCapacity(int bytes) {
        if (buffer.length - at >= bytes) {
            return;
        }
        if (stream == null && flushed == 0 && buffer.length < BufferPool.MAX_SIZE) {
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

    void writeRaw(byte b) {
        ensureCapacity(1);
        buffer[at++] = b;
    }

    void writeRaw(byte[] bytes) {
        writeRaw(bytes, 0);
    }

    void writeRaw(byte[] bytes, int from) {
        int done = from;
        while (done < bytes.length) {
            int length = Math.min(bytes.length - done, BufferPool.MIN_SIZE / 2);
            ensureCapacity(length);
            System.arraycopy(bytes, done, buffer, at, length);
            at += length;
            done += length;
        }
    }

    /** Writes the content of a string, without quotes. */
    void writeEscaped(String text) {
        int length = text.length();
        for (int start = 0; start < length; ) {
            int end = Math.min(length, start + CHUNK);
            if (end < length && Character.isHighSurrogate(text.charAt(end - 1))) {
                end++;
            }
            ensureCapacity(6 * (end - start));
            escapeChunk(text, start, end);
            start = end;
        }
    }

    private void escapeChunk(String text, int start, int end) {
        byte[] out = buffer;
        int to = at;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                out[to++] = (byte) c;
            } else if (c < 0x60 && SHORT_ESCAPES[c] != 0) {
                out[to++] = '\\';
                out[to++] = SHORT_ESCAPES[c];
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
                    throw Escaping.unpairedSurrogate(c, i);
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

    private void writeString(String text) {
        writeRaw((byte) '"');
        writeEscaped(text);
        writeRaw((byte) '"');
    }

    /** Writes a value of any type. Throws a {@link ValueRejectedException} if JSON can't represent it. */
    void writeValue(JsonNode value) {
        writeValue(value, 0);
    }

    private void writeValue(JsonNode value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ValueRejectedException(Code.UNENCODABLE, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        switch (value.getNodeType()) {
            case STRING -> writeString(value.textValue());
            case NUMBER -> writeNumber(value);
            case BOOLEAN -> writeRaw(value.booleanValue() ? TRUE : FALSE);
            case OBJECT -> {
                byte before = '{';
                for (Map.Entry<String, JsonNode> field : value.properties()) {
                    writeRaw(before);
                    writeString(field.getKey());
                    writeRaw((byte) ':');
                    writeValue(field.getValue(), depth + 1);
                    before = ',';
                }
                if (before == '{') {
                    writeRaw(before);
                }
                writeRaw((byte) '}');
            }
            case ARRAY -> {
                writeRaw((byte) '[');
                for (int i = 0; i < value.size(); i++) {
                    if (i > 0) {
                        writeRaw((byte) ',');
                    }
                    writeValue(value.get(i), depth + 1);
                }
                writeRaw((byte) ']');
            }
            case NULL, MISSING -> writeRaw(NULL);
            case BINARY -> writeString(value.asText());
            case POJO -> writeObject(value);
        }
    }

    private void writeObject(JsonNode value) {
        if (BinaryValue.isBinaryContent(value)) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "is a file or stream, which JSON can't represent");
        }
        try {
            writeRaw(Body.json(value).toBytes());
        } catch (InvalidDefinitionException e) {
            throw new ValueRejectedException(Code.WRONG_TYPE, "contains an object that Jackson can't serialise");
        }
    }

    private void writeNumber(JsonNode value) {
        if (value.isInt() || value.isLong()) {
            writeInteger(value.longValue());
            return;
        }
        if ((value.isDouble() || value.isFloat()) && !Double.isFinite(value.doubleValue())) {
            throw new ValueRejectedException(
                    Code.UNENCODABLE, "is " + value.asText() + ", which is not a number in JSON");
        }
        writeRaw(value.asText().getBytes(StandardCharsets.US_ASCII));
    }

    private void writeInteger(long number) {
        if (number == Long.MIN_VALUE) {
            writeRaw(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
            return;
        }
        ensureCapacity(20);
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
        BufferPool.release(buffer);
        buffer = new byte[0];
    }
}
