package io.httpconnector.internal.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Searches data that is compressed by deflate, wherever it starts in other data: gzip, zlib and ZIP, and thus Office documents, PDF
 * and PNG. Files that can't be searched count as found: damaged ones, those of other compressions, and what exceeds the limits. Used
 * for one search. Not thread-safe.
 */
final class CompressedContent {

    /** The maximum size of all decompressed data. */
    private static final int MAX_INFLATED = 16 << 20;

    /** The maximum nesting of compressed data. */
    private static final int LAYERS = 4;

    /** The starts of files in a compression that the JDK can't read: bzip2, xz, Zstandard, 7z, RAR, LZ4, compress, LZIP. */
    private static final List<byte[]> OTHERS = List.of(
            bytes(0x42, 0x5a, 0x68),
            bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a),
            bytes(0x28, 0xb5, 0x2f, 0xfd),
            bytes(0x37, 0x7a, 0xbc, 0xaf),
            bytes(0x52, 0x61, 0x72, 0x21),
            bytes(0x04, 0x22, 0x4d, 0x18),
            bytes(0x1f, 0x9d),
            bytes(0x4c, 0x5a, 0x49, 0x50));

    /** The number of bytes for which one start of compressed data is tried on average. Most starts are none. */
    private static final int BYTES_PER_ATTEMPT = 100;

    private static final int MIN_ATTEMPTS = 1000;

    private static final int BUFFER = 8192;

    private static final int DEFLATE = 8;
    private static final int GZIP_HEADER = 10;
    private static final int ZIP_HEADER = 30;

    // The flags of gzip (RFC 1952, section 2.3.1) and zlib (RFC 1950, section 2.2).
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME_AND_COMMENT = 0x18;
    private static final int DICTIONARY = 0x20;

    private final Predicate<byte[]> search;
    private int inflatable = MAX_INFLATED;
    private int attempts;

    private CompressedContent(Predicate<byte[]> search, int length) {
        this.search = search;
        this.attempts = MIN_ATTEMPTS + length / BYTES_PER_ATTEMPT;
    }

    /**
     * Returns whether a search finds something in the compressed data of a file, or whether the file can't be searched.
     *
     * @param file the bytes of a file of any format
     * @param search searches decompressed bytes
     * @return false also if the file has no compressed data
     */
    static boolean mayContain(byte[] file, Predicate<byte[]> search) {
        return new CompressedContent(search, file.length).find(file, LAYERS, true);
    }

    private static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    /**
     * Searches the compressed data of some bytes.
     *
     * @param isWhole whether the bytes are a complete file
     */
    private boolean find(byte[] bytes, int layers, boolean isWhole) {
        if (isWhole && OTHERS.stream().anyMatch(start -> startsWith(bytes, start))) {
            return true;
        }
        for (int i = 0; i + 1 < bytes.length; i++) {
            int first = bytes[i] & 0xff;
            int second = bytes[i + 1] & 0xff;
            boolean isFile = isWhole && i == 0;
            boolean found = false;
            if (first == 0x1f && second == 0x8b) {
                found = inflate(bytes, gzipData(bytes, i), true, layers, isFile);
            } else if (first == 'P' && second == 'K') {
                found = inflate(bytes, zipData(bytes, i), true, layers, isFile);
            } else if (isZlib(first, second)) {
                found = inflate(bytes, i, false, layers, false);
            }
            if (found) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    private static boolean isZlib(int first, int second) {
        return (first & 0xf) == DEFLATE
                && first >> 4 < DEFLATE
                && (first << 8 | second) % 31 == 0
                && (second & DICTIONARY) == 0;
    }

    /** Returns the index of the compressed data after the header of a gzip member; -1 if there is none. */
    private static int gzipData(byte[] bytes, int start) {
        int at = start + GZIP_HEADER;
        if (at >= bytes.length || bytes[start + 2] != DEFLATE) {
            return -1;
        }
        int flags = bytes[start + 3];
        if ((flags & EXTRA) != 0) {
            at += 2 + number(bytes, at);
        }
        for (int texts = Integer.bitCount(flags & NAME_AND_COMMENT); texts > 0; texts--) {
            while (at < bytes.length && bytes[at] != 0) {
                at++;
            }
            at++;
        }
        return (flags & HEADER_CHECKSUM) == 0 ? at : at + 2;
    }

    /** Returns the index of the compressed data after the header of a ZIP entry; -1 if there is none. */
    private static int zipData(byte[] bytes, int start) {
        boolean isEntry = start + ZIP_HEADER < bytes.length
                && bytes[start + 2] == 3
                && bytes[start + 3] == 4
                && bytes[start + 8] == DEFLATE;
        return isEntry ? start + ZIP_HEADER + number(bytes, start + 26) + number(bytes, start + 28) : -1;
    }

    private static int number(byte[] bytes, int at) {
        return at + 1 < bytes.length ? (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 : 0;
    }

    /**
     * Decompresses data and searches it, up to where it is damaged.
     *
     * @param start the index of the data; -1 if there is none
     * @param isRaw whether the data has no header of zlib
     * @param isFile whether the data is that of the whole file, so that it can't be searched if it is damaged
     */
    private boolean inflate(byte[] bytes, int start, boolean isRaw, int layers, boolean isFile) {
        if (start < 0) {
            return false;
        }
        if (start >= bytes.length) {
            return isFile;
        }
        if (--attempts < 0) {
            return true;
        }
        Inflater inflater = new Inflater(isRaw);
        byte[] inflated = new byte[Math.min(BUFFER, inflatable)];
        int size = 0;
        try {
            inflater.setInput(bytes, start, bytes.length - start);
            int count;
            do {
                if (size == inflated.length) {
                    inflated = Arrays.copyOf(inflated, Math.min(inflatable, size * 2));
                }
                count = inflater.inflate(inflated, size, inflated.length - size);
                size += count;
            } while (count > 0 && size < inflatable);
        } catch (DataFormatException e) {
            // These bytes only look like compressed data, or are damaged: what precedes the damage can be read.
        }
        boolean isWhole = inflater.finished();
        inflater.end();
        inflatable -= size;
        return inflatable <= 0
                || (isFile && !isWhole)
                || (size > 0 && isFound(Arrays.copyOf(inflated, size), layers, isWhole));
    }

    private boolean isFound(byte[] inflated, int layers, boolean isWhole) {
        return layers == 0 || search.test(inflated) || find(inflated, layers - 1, isWhole);
    }
}
