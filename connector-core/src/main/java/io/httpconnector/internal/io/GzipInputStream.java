package io.httpconnector.internal.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A stream that decompresses all members of a gzip stream (RFC 1952), and returns bytes as they arrive. {@link
 * java.util.zip.GZIPInputStream} ends after a member if no more bytes have arrived by then, and ignores a truncated header of the
 * next member. Zeros and white space after a member are ignored; other bytes are an error, as they may be a damaged member. Not
 * thread-safe.
 */
public final class GzipInputStream extends InputStream {

    private static final int BUFFER = 8192;

    /** What may follow a member: the padding of blocks, and the line break of a script. */
    private static final String PADDING = "\0\t\n\r ";

    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int DEFLATE = 8;

    // The flags of a header (RFC 1952, section 2.3.1).
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final CRC32 headerChecksum = new CRC32();
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean inMember;
    private boolean hasMember;
    private boolean ended;
    private boolean closed;

    public GzipInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw new IOException("The stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember && !startMember()) {
                ended = true;
                break;
            }
            int count = inflate(target, offset, length);
            if (count > 0) {
                checksum.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            int count = inflater.inflate(target, offset, length);
            if (count > 0 || inflater.finished()) {
                return count;
            }
            if (inflater.needsDictionary()) {
                throw new ZipException("The gzip stream needs a dictionary");
            }
            if (position == limit) {
                fill();
            }
            inflater.setInput(buffer, position, limit - position);
            position = limit;
            return 0;
        } catch (DataFormatException e) {
            throw (ZipException) new ZipException("The gzip stream is not valid").initCause(e);
        }
    }

    /** Reads the header of the next member; returns whether there is one. */
    private boolean startMember() throws IOException {
        headerChecksum.reset();
        int first = next();
        while (hasMember && PADDING.indexOf(first) >= 0) {
            first = next();
        }
        if (first < 0 && hasMember) {
            return false;
        }
        if (first < 0) {
            throw truncated();
        }
        headerChecksum.reset();
        headerChecksum.update(first);
        if (first != MAGIC_1 || required() != MAGIC_2) {
            throw new ZipException(
                    hasMember
                            ? "The gzip stream is damaged: after a member, there is neither another one nor padding"
                            : "Not in GZIP format");
        }
        if (required() != DEFLATE) {
            throw new ZipException("The compression method of the gzip stream is not supported");
        }
        int flags = required();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("The header of the gzip stream has unknown flags");
        }
        // Modification time, extra flags and operating system.
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            long expected = headerChecksum.getValue() & 0xffff;
            if ((required() | required() << 8) != expected) {
                throw new ZipException("The header of the gzip stream is damaged: its checksum differs");
            }
        }
        inflater.reset();
        checksum.reset();
        inMember = true;
        return true;
    }

    /** Reads and verifies the trailer of a member. */
    private void endMember() throws IOException {
        position = limit - inflater.getRemaining();
        if (unsigned() != checksum.getValue() || unsigned() != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new ZipException("The gzip stream is damaged: its checksum or length differs");
        }
        inMember = false;
        hasMember = true;
    }

    private long unsigned() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (long) required() << shift;
        }
        return value;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            int unused = required();
        }
    }

    private void skipText() throws IOException {
        int next;
        do {
            next = required();
        } while (next != 0);
    }

    private int required() throws IOException {
        int next = next();
        if (next < 0) {
            throw truncated();
        }
        return next;
    }

    private static EOFException truncated() {
        return new EOFException("Unexpected end of the gzip stream");
    }

    /** Returns the next byte; -1 at the end of the stream. */
    private int next() throws IOException {
        if (position == limit && !readMore()) {
            return -1;
        }
        int next = buffer[position++] & 0xff;
        headerChecksum.update(next);
        return next;
    }

    private void fill() throws IOException {
        if (!readMore()) {
            throw truncated();
        }
    }

    private boolean readMore() throws IOException {
        int count;
        do {
            count = in.read(buffer, 0, BUFFER);
        } while (count == 0);
        position = 0;
        limit = Math.max(0, count);
        return count > 0;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            inflater.end();
            in.close();
        }
    }
}
