package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The bytes of a body: in memory, in a file, from a stream, or a sequence of these. Immutable if the underlying source is. */
public sealed interface BodySource {

    /** The length of a body whose length is unknown before it is read. */
    long UNKNOWN = -1;

    /** Opens a new stream. */
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    /** Writes the bytes of a body. */
    @FunctionalInterface
    public interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Opens the body at its start. */
    public InputStream open() throws IOException;

    /** Writes the whole body and returns its length. */
    default long writeTo(OutputStream out) throws IOException {
        try (InputStream in = open()) {
            return in.transferTo(out);
        }
    }

    public long length();

    /** Returns whether the body can be opened more than once. */
    public boolean isRepeatable();

    /** Returns whether the body can still be opened. */
    default boolean isUnread() {
        return true;
    }

    /** Bytes in memory, which must not be modified. */
    @SuppressWarnings("ArrayRecordComponent") // never shown or compared
    public record ByteArraySource(byte[] all) implements BodySource {
        @Override
        public InputStream open() {
            return new ByteArrayInputStream(all);
        }

        @Override
        public long length() {
            return all.length;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    }

    /** A file that is read while it is sent. Its length is determined when the source is created. */
    public record FileSource(Path file, long length) implements BodySource {

        public static FileSource of(Path file) {
            try {
                if (Files.isDirectory(file)) {
                    throw new InvalidDefinitionException("body", file + " is a directory");
                }
                return new FileSource(file, Files.size(file));
            } catch (NoSuchFileException | FileNotFoundException e) {
                throw new InvalidDefinitionException("body", "there is no file " + file);
            } catch (IOException e) {
                throw new InvalidDefinitionException("body", "the file " + file + " can't be read: " + e.getMessage());
            }
        }

        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file);
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    }

    /** A source that opens a new stream each time. */
    public record ReopenableSource(Opener source, long length) implements BodySource {
        @Override
        public InputStream open() throws IOException {
            return source.open();
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    }

    /** A source that calls a writer each time the body is sent. */
    public record WriterSource(Writer writer, long length) implements BodySource {
        @Override
        public InputStream open() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            writer.writeTo(bytes);
            return new ByteArrayInputStream(bytes.toByteArray());
        }

        @Override
        public long writeTo(OutputStream out) throws IOException {
            CountingOutputStream counting = new CountingOutputStream(out);
            writer.writeTo(counting);
            return counting.count;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }
    }

    /** Counts the bytes written. Closing does not close the underlying stream. */
    public final class CountingOutputStream extends FilterOutputStream {

        private long count;

        private CountingOutputStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** A stream that can be read once. */
    public record OneShotSource(InputStream stream, long length, AtomicBoolean opened) implements BodySource {
        @Override
        public InputStream open() throws IOException {
            if (opened.getAndSet(true)) {
                throw new IOException("the stream of the body has already been read: it can be sent only once");
            }
            return stream;
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }

        @Override
        public boolean isUnread() {
            return !opened.get();
        }
    }

    /** A concatenation of sources. */
    public record SequenceSource(List<BodySource> parts) implements BodySource {
        @Override
        public InputStream open() throws IOException {
            List<InputStream> streams = new ArrayList<>();
            try {
                for (BodySource part : parts) {
                    streams.add(part.open());
                }
            } catch (IOException e) {
                for (InputStream stream : streams) {
                    stream.close();
                }
                throw e;
            }
            return new SequenceInputStream(Collections.enumeration(streams));
        }

        @Override
        public long writeTo(OutputStream out) throws IOException {
            long sum = 0;
            for (BodySource part : parts) {
                sum += part.writeTo(out);
            }
            return sum;
        }

        @Override
        public long length() {
            long sum = 0;
            for (BodySource part : parts) {
                if (part.length() == UNKNOWN) {
                    return UNKNOWN;
                }
                sum += part.length();
            }
            return sum;
        }

        @Override
        public boolean isRepeatable() {
            return parts.stream().allMatch(BodySource::isRepeatable);
        }

        @Override
        public boolean isUnread() {
            return parts.stream().allMatch(BodySource::isUnread);
        }
    }
}
