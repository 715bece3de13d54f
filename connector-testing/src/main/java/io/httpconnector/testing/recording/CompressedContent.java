package io.httpconnector.testing.recording;

import io.httpconnector.internal.io.GzipInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Predicate;
import java.util.zip.ZipInputStream;

/** Searches compressed files for secrets, which are not visible in their bytes. Used for one file. Not thread-safe. */
final class CompressedContent {

    /** The maximum number of bytes that are decompressed. */
    private static final int MAX_BYTES = 16 << 20;

    /** The maximum number of compressed files within each other. */
    private static final int MAX_DEPTH = 4;

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** The first bytes of formats that the JDK cannot decompress: bzip2, xz, zstd, 7z, RAR, LZ4. */
    private static final byte[][] OTHERS = {
        {'B', 'Z', 'h'},
        {(byte) 0xfd, '7', 'z', 'X', 'Z', 0},
        {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd},
        {'7', 'z', (byte) 0xbc, (byte) 0xaf, 0x27, 0x1c},
        {'R', 'a', 'r', '!'},
        {0x04, 0x22, 0x4d, 0x18}
    };

    private final Predicate<byte[]> hasSecret;
    private int left = MAX_BYTES;

    private CompressedContent(Predicate<byte[]> hasSecret) {
        this.hasSecret = hasSecret;
    }

    /**
     * Returns whether the content of a compressed file may have a secret: if one is found, or if the file cannot be decompressed or
     * is too large.
     *
     * @param file the bytes of a file of any format
     * @param hasSecret searches decompressed bytes
     * @return false also if the file is not compressed
     */
    static boolean mayHaveSecret(byte[] file, Predicate<byte[]> hasSecret) {
        return new CompressedContent(hasSecret).search(file, 0);
    }

    private boolean search(byte[] file, int depth) {
        boolean isGzip = startsWith(file, GZIP);
        if (!isGzip && !startsWith(file, ZIP)) {
            return isOfOtherFormat(file);
        }
        if (depth == MAX_DEPTH) {
            return true;
        }
        try {
            return isGzip ? gzip(file, depth) : zip(file, depth);
        } catch (IOException | IllegalArgumentException e) {
            return true;
        }
    }

    private static boolean isOfOtherFormat(byte[] file) {
        for (byte[] start : OTHERS) {
            if (startsWith(file, start)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] file, byte[] start) {
        if (file.length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (file[i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean gzip(byte[] file, int depth) throws IOException {
        try (InputStream content = new GzipInputStream(new ByteArrayInputStream(file))) {
            return content(content, depth);
        }
    }

    private boolean zip(byte[] file, int depth) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            boolean isFound = false;
            while (!isFound && zip.getNextEntry() != null) {
                isFound = content(zip, depth);
            }
            return isFound;
        }
    }

    private boolean content(InputStream stream, int depth) throws IOException {
        byte[] content = stream.readNBytes(left + 1);
        left -= content.length;
        return left < 0 || hasSecret.test(content) || search(content, depth + 1);
    }
}
