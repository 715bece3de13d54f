package io.httpconnector.internal.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes exchanges to bytes, except their secrets, and reads them. Thousands of exchanges that are kept as objects would cost the
 * garbage collector more time than sending them costs. Not thread-safe.
 */
public final class ExchangePacker {

    private static final int INITIAL_BYTES = 4096;
    /** The maximum size of a buffer that is kept for the next exchange. */
    private static final int MAX_REUSED = 256 << 10;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int position;

    /** Returns the bytes, of which the first {@link #length()} are those of the last exchange. */
    public byte[] bytes() {
        return buffer;
    }

    /** Returns the length of the last exchange. */
    public int length() {
        return position;
    }

    /**
     * Writes an exchange.
     *
     * @param connection the name of the connection
     * @param source the trigger or receiver
     * @param exchange the exchange
     */
    public void write(String connection, String source, RawExchange exchange) {
        position = 0;
        if (buffer.length > MAX_REUSED) {
            buffer = new byte[INITIAL_BYTES];
        }
        CallContext.CallTiming timing = exchange.timing();
        putInt(0);
        putInt(exchange.status());
        Instant startedAt = timing.startedAt();
        putLong(startedAt.getEpochSecond());
        putInt(startedAt.getNano());
        put(connection);
        put(source);
        Duration elapsed = timing.elapsed();
        putLong(elapsed.toSeconds());
        putInt(elapsed.toNanosPart());
        putInt(timing.attempts());
        put(exchange.name());
        put(exchange.method());
        put(exchange.url());
        put(exchange.requestHeaders());
        RawExchange.SentBody sent = exchange.sent();
        putInt(sent == null ? 0 : sent.description() == null ? 1 : 2);
        if (sent != null) {
            put(sent.contentType());
            put(sent.content());
            if (sent.description() != null) {
                put(sent.description());
            }
        }
        putInt(exchange.redactsResponse() ? 1 : 0);
        put(exchange.responseHeaders());
        put(exchange.responseBody());
        putLong(exchange.receivedBytes());
        int length = position;
        position = 0;
        putInt(length);
        position = length;
    }

    private void ensure(int more) {
        if (more > buffer.length - position) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, position + more));
        }
    }

    private void putInt(int value) {
        ensure(Integer.BYTES);
        byte[] target = buffer;
        int at = position;
        target[at] = (byte) (value >>> 24);
        target[at + 1] = (byte) (value >>> 16);
        target[at + 2] = (byte) (value >>> 8);
        target[at + 3] = (byte) value;
        position = at + Integer.BYTES;
    }

    private void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    private void put(byte[] value) {
        putInt(value.length);
        ensure(value.length);
        System.arraycopy(value, 0, buffer, position, value.length);
        position += value.length;
    }

    /** Writes a text in UTF-8; one in ASCII, as most are, without a copy. */
    private void put(String text) {
        int length = text.length();
        ensure(Integer.BYTES + length);
        byte[] target = buffer;
        int start = position + Integer.BYTES;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                put(text.getBytes(UTF_8));
                return;
            }
            target[start + i] = (byte) c;
        }
        putInt(length);
        position += length;
    }

    private void put(HeaderFields fields) {
        putInt(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            put(fields.name(i));
            boolean isSensitive = fields.isSensitive(i);
            putInt(isSensitive ? 1 : 0);
            put(isSensitive ? LogSafe.MASK : fields.value(i));
        }
    }

    /**
     * The fields of an exchange by which it is found.
     *
     * @param length the number of bytes of the exchange
     * @param status the status code
     * @param startedAt when the call began
     * @param connection the name of the connection
     * @param source the trigger or receiver
     */
    public record Head(int length, int status, Instant startedAt, String connection, String source) {}

    /**
     * Reads the head of an exchange.
     *
     * @param bytes bytes that contain an exchange
     * @param start the position of the exchange
     * @return the head
     */
    public static Head head(byte[] bytes, int start) {
        return new Reader(bytes, start).readHead();
    }

    /**
     * Reads an exchange.
     *
     * @param bytes the bytes of the exchange
     * @param secrets its secrets, which are not part of the bytes
     * @return the exchange
     */
    public static RawExchange read(byte[] bytes, List<NameValuePair> secrets) {
        Reader reader = new Reader(bytes, 0);
        return reader.readExchange(reader.readHead(), secrets);
    }

    /** Reads one exchange. Not thread-safe. */
    private static final class Reader {

        private final byte[] bytes;
        private int position;

        Reader(byte[] bytes, int start) {
            this.bytes = bytes;
            this.position = start;
        }

        Head readHead() {
            return new Head(readInt(), readInt(), Instant.ofEpochSecond(readLong(), readInt()), readText(), readText());
        }

        RawExchange readExchange(Head head, List<NameValuePair> secrets) {
            Duration elapsed = Duration.ofSeconds(readLong(), readInt());
            CallContext.CallTiming timing = new CallContext.CallTiming(head.startedAt(), elapsed, readInt());
            return new RawExchange(
                    readText(),
                    readText(),
                    readText(),
                    readFields(),
                    readSentBody(),
                    secrets,
                    readInt() == 1,
                    head.status(),
                    readFields(),
                    readBytes(),
                    readLong(),
                    timing);
        }

        private String readText() {
            return new String(readBytes(), UTF_8);
        }

        private RawExchange.@Nullable SentBody readSentBody() {
            int kind = readInt();
            return kind == 0 ? null : new RawExchange.SentBody(readText(), readBytes(), kind == 2 ? readText() : null);
        }

        private int readInt() {
            int at = position;
            position = at + Integer.BYTES;
            return (bytes[at] & 0xff) << 24
                    | (bytes[at + 1] & 0xff) << 16
                    | (bytes[at + 2] & 0xff) << 8
                    | (bytes[at + 3] & 0xff);
        }

        private long readLong() {
            return (long) readInt() << 32 | (readInt() & 0xffff_ffffL);
        }

        private byte[] readBytes() {
            int length = readInt();
            position += length;
            return Arrays.copyOfRange(bytes, position - length, position);
        }

        private HeaderFields readFields() {
            int size = readInt();
            String[] names = new String[size];
            String[] values = new String[size];
            boolean[] sensitive = new boolean[size];
            for (int i = 0; i < size; i++) {
                names[i] = readText();
                sensitive[i] = readInt() == 1;
                values[i] = readText();
            }
            return new ReadFields(names, values, sensitive);
        }
    }

    /** Header fields that were read. */
    @SuppressWarnings("ArrayRecordComponent") // never compared or changed
    private record ReadFields(String[] names, String[] values, boolean[] sensitive) implements HeaderFields {

        @Override
        public int size() {
            return names.length;
        }

        @Override
        public String name(int index) {
            return names[index];
        }

        @Override
        public String value(int index) {
            return values[index];
        }

        @Override
        public boolean isSensitive(int index) {
            return sensitive[index];
        }
    }
}
