package io.httpconnector.polling;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a body that is a ZIP archive (APPNOTE.TXT 6.3), one after the other. The directory at its end proves that it
 * is complete. Its first bytes start no text.
 */
final class ZipArchive {

    private static final byte[] FILE = {'P', 'K', 3, 4};
    private static final byte[] END = {'P', 'K', 5, 6};

    /** The size of the end of the directory, without its comment. */
    private static final int END_SIZE = 22;

    private static final int TAIL = END_SIZE + 0xffff;

    /** The number of entries if it is too large for the field. */
    private static final int MANY = 0xffff;

    /** Each file has a maximum size in the directory, which is skipped. */
    private static final int MAX_FILES = 10_000;

    private static final String RESOURCE_FORKS = "__MACOSX/";

    private ZipArchive() {}

    /** Reads one file of an archive. */
    interface FileReader {

        /**
         * Reads a file and returns the content around its records.
         *
         * @param type the content type by the extension of the file; empty if it is unknown
         */
        PageEnvelope read(String type, InputStream content) throws IOException;
    }

    /** Whether a body is an archive; reads nothing. */
    static boolean isStartOf(BufferedInputStream body) throws IOException {
        body.mark(FILE.length);
        byte[] start = body.readNBytes(FILE.length);
        body.reset();
        return isAt(FILE, start, 0) || isAt(END, start, 0);
    }

    /** Reads all files and returns the content around their records. */
    static PageEnvelope read(InputStream body, FileReader reader) throws IOException {
        Tail archive = new Tail(body);
        PageEnvelope all = PageEnvelope.empty();
        int entries = 0;
        // Names are UTF-8 if a flag says so.
        try (ZipInputStream zip = new ZipInputStream(archive, StandardCharsets.ISO_8859_1)) {
            for (ZipEntry entry = next(zip); entry != null; entry = next(zip)) {
                if (++entries > MAX_FILES) {
                    throw new ZipException("The ZIP archive has more than " + MAX_FILES + " files");
                }
                if (!entry.isDirectory() && !entry.getName().startsWith(RESOURCE_FORKS)) {
                    all.add(reader.read(typeOf(entry.getName()), new ZippedFile(zip)));
                }
            }
            archive.requireEnd(entries);
        }
        return all;
    }

    private static @Nullable ZipEntry next(ZipInputStream zip) throws IOException {
        try {
            return zip.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw (ZipException) new ZipException("The name of a file in the ZIP archive is malformed").initCause(e);
        }
    }

    private static String typeOf(String name) {
        String lower = name.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        return switch (lower.substring(lower.lastIndexOf('.') + 1)) {
            case "json" -> "application/json";
            case "jsonl", "ndjson" -> "application/x-ndjson";
            case "csv" -> "text/csv";
            case "xml" -> "application/xml";
            default -> "";
        };
    }

    private static boolean isAt(byte[] signature, byte[] in, int offset) {
        for (int i = 0; i < signature.length; i++) {
            if (offset + i >= in.length || in[offset + i] != signature[i]) {
                return false;
            }
        }
        return true;
    }

    /** The content of a file; the archive stays open when it is closed. */
    private static final class ZippedFile extends FilterInputStream {

        ZippedFile(ZipInputStream zip) {
            super(zip);
        }

        @Override
        public void close() {
            // The next file follows.
        }
    }

    /** Keeps the last bytes of an archive. */
    private static final class Tail extends FilterInputStream {

        private final byte[] ring = new byte[TAIL];
        private long count;

        Tail(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            if (one >= 0) {
                ring[(int) (count++ % TAIL)] = (byte) one;
            }
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            for (int i = Math.max(0, read - TAIL); i < read; i++) {
                ring[(int) ((count + i) % TAIL)] = into[offset + i];
            }
            count += Math.max(0, read);
            return read;
        }

        /** Requires that the archive ends with its directory, and that all its files were read. */
        void requireEnd(int entries) throws IOException {
            long unused = transferTo(OutputStream.nullOutputStream());
            int size = (int) Math.min(count, TAIL);
            byte[] tail = new byte[size];
            for (int i = 0; i < size; i++) {
                tail[i] = ring[(int) ((count - size + i) % TAIL)];
            }
            for (int at = size - END_SIZE; at >= 0; at--) {
                if (isAt(END, tail, at)) {
                    int listed = (tail[at + 10] & 0xff) | ((tail[at + 11] & 0xff) << 8);
                    if (listed != MANY && listed > entries) {
                        throw new ZipException(
                                "The ZIP archive lists " + listed + " files, of which " + entries + " are readable");
                    }
                    return;
                }
            }
            throw new EOFException("Unexpected end of the ZIP archive");
        }
    }
}
