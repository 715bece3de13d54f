package io.httpconnector.state;

import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.state.StateException.StateFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in a file of frames, the first of which holds the id. A frame consists of a header of 20 bytes (frame number, content
 * length, checksum of the content, checksum of the header) and the content. New frames are appended. An incomplete frame at
 * the end of the file was left by a crash: it was never acknowledged, and is dropped.
 *
 * <p>Files are open only during reads and writes, so that thousands of triggers need no file handles. {@link RandomAccessFile}
 * is used because an interrupt does not close it in the middle of a frame, unlike a channel.
 */
final class FileStateLog implements StateLog {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);
    private static final int HEADER_BYTES = 20;
    private static final int MAX_ENTRY_BYTES = 64 * 1024 * 1024;

    private final String id;
    private final Path file;
    private final FileStateStore store;
    private final Runnable release;
    /** The offset of the next frame; -1 before the first read and after a failed write. */
    private long end = -1;

    private @Nullable String dropped;

    private long frames;
    private boolean closed;

    FileStateLog(String id, Path file, FileStateStore store, Runnable release) {
        this.id = id;
        this.file = file;
        this.store = store;
        this.release = release;
    }

    @Override
    public void read(Consumer<byte[]> reader) {
        ensureOpen();
        end = -1;
        frames = 0;
        dropped = null;
        if (!Files.exists(file)) {
            if (store.hasSeen(id)) {
                throw missing();
            }
            end = 0;
            return;
        }
        store.markSeen(id);
        try (InputStream in = new BufferedInputStream(new FileInputStream(file.toFile()), 1 << 16)) {
            long size = Files.size(file);
            long at = 0;
            byte[] content = next(in, at, size);
            while (content != null) {
                if (frames > 0) {
                    reader.accept(content);
                } else if (!id.equals(new String(content, StandardCharsets.UTF_8))) {
                    throw corrupt(at, "it belongs to another id");
                }
                frames++;
                at += HEADER_BYTES + content.length;
                content = next(in, at, size);
            }
            if (frames == 0) {
                throw corrupt(0, "it is empty");
            }
            end = at;
        } catch (IOException e) {
            throw unavailable("read", e);
        }
        truncate();
    }

    /** Reads the content of the next frame; null at the end. */
    private byte @Nullable [] next(InputStream in, long at, long size) throws IOException {
        byte[] head = in.readNBytes(HEADER_BYTES);
        if (head.length < HEADER_BYTES || isBlank(head, in, size - at)) {
            return null;
        }
        ByteBuffer fields = ByteBuffer.wrap(head);
        long number = fields.getLong();
        int length = fields.getInt();
        int sum = fields.getInt();
        if (fields.getInt() != checksum(head, HEADER_BYTES - 4)) {
            if (isTorn(head, in)) {
                return null;
            }
            throw corrupt(at, "the header of a frame is damaged");
        }
        if (number != frames || length < 0 || length > MAX_ENTRY_BYTES) {
            throw corrupt(at, "frame " + frames + " is missing");
        }
        byte[] content = in.readNBytes(length);
        boolean last = at + HEADER_BYTES + length >= size;
        if (content.length == length && checksum(content, length) == sum) {
            return content;
        }
        if (last) {
            return null;
        }
        throw corrupt(at, "the content of a frame is damaged");
    }

    /** Some file systems leave zeros when a crash occurs between setting the file length and writing the content. */
    private static boolean isBlank(byte[] head, InputStream in, long rest) throws IOException {
        for (byte one : head) {
            if (one != 0) {
                return false;
            }
        }
        long zeros = HEADER_BYTES;
        int one = in.read();
        while (one == 0) {
            zeros++;
            one = in.read();
        }
        return one < 0 && zeros == rest;
    }

    /** Returns whether a crash has written the first bytes of a header only, and zeros remain up to the end of the file. */
    private static boolean isTorn(byte[] head, InputStream in) throws IOException {
        int one = head[HEADER_BYTES - 1];
        while (one == 0) {
            one = in.read();
        }
        return one < 0 && head[HEADER_BYTES - 1] == 0;
    }

    private void truncate() {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            if (out.length() > end) {
                dropped = "the last " + (out.length() - end) + " bytes of " + file + ", from byte " + end
                        + " on, are not a complete entry: a crash has left them, or the end of the file was"
                        + " damaged; they were dropped, and events that they may have recorded are"
                        + " delivered again";
                LOG.warn("\"{}\": {}", id, dropped);
                out.setLength(end);
                out.getFD().sync();
            }
        } catch (IOException e) {
            end = -1;
            throw unavailable("written", e);
        }
    }

    @Override
    public Optional<String> dropped() {
        return Optional.ofNullable(dropped);
    }

    @Override
    public void append(byte[] entry) {
        ensureReady(entry.length);
        if (end == 0) {
            replace(List.of(entry));
            return;
        }
        long before = end;
        end = -1;
        byte[] frame = frame(frames, entry);
        // Otherwise the next line would create an empty file.
        checkPresent();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            if (out.length() != before) {
                throw new StateException(
                        StateFailure.CONFLICT,
                        "The state of \"" + id + "\" in " + file + " was changed by another writer");
            }
            write(out, before, frame);
        } catch (IOException e) {
            throw unavailable("written", e);
        }
        frames++;
        end = before + frame.length;
    }

    /** Writes a frame completely or not at all, as far as the disk permits. */
    private static void write(RandomAccessFile out, long at, byte[] frame) throws IOException {
        try {
            out.seek(at);
            out.write(frame);
            out.getFD().sync();
        } catch (IOException e) {
            try {
                // A partial frame on a full disk would otherwise remain.
                out.setLength(at);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    @Override
    public void replace(Iterable<byte[]> entries) {
        ensureReady(0);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Iterator<byte[]> rest = entries.iterator();
        long size = 0;
        long count = 0;
        byte[] next = id.getBytes(StandardCharsets.UTF_8);
        end = -1;
        boolean moved = false;
        try {
            Files.deleteIfExists(fresh);
            store.create(fresh);
            try (FileOutputStream out = new FileOutputStream(fresh.toFile());
                    OutputStream buffered = new BufferedOutputStream(out, 1 << 16)) {
                while (next != null) {
                    byte[] frame = frame(count, next);
                    buffered.write(frame);
                    size += frame.length;
                    count++;
                    next = rest.hasNext() ? rest.next() : null;
                }
                buffered.flush();
                out.getFD().sync();
            }
            checkPresent();
            OwnerOnlyFiles.replace(fresh, file);
            moved = true;
        } catch (IOException e) {
            throw unavailable("written", e);
        } finally {
            if (!moved) {
                FileStateStore.discard(fresh);
            }
        }
        store.markSeen(id);
        end = size;
        frames = count;
    }

    private static byte[] frame(long number, byte[] content) {
        byte[] frame = new byte[HEADER_BYTES + content.length];
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        buffer.putLong(number).putInt(content.length).putInt(checksum(content, content.length));
        buffer.putInt(checksum(frame, HEADER_BYTES - 4)).put(content);
        return frame;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    private void ensureReady(int length) {
        ensureOpen();
        if (end < 0) {
            throw new StateException(
                    StateFailure.CONFLICT,
                    "The state of \"" + id + "\" must be read before it is written, and again after a failure");
        }
        if (length > MAX_ENTRY_BYTES) {
            throw new StateException(
                    StateFailure.UNAVAILABLE,
                    "An entry for \"" + id + "\" has " + length + " bytes: the maximum is " + MAX_ENTRY_BYTES);
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new StateException(StateFailure.UNAVAILABLE, "The state of \"" + id + "\" is closed");
        }
    }

    /** A file that has existed must not be replaced by an empty one. */
    private void checkPresent() {
        if (store.hasSeen(id) && !Files.exists(file)) {
            throw missing();
        }
    }

    private StateException missing() {
        return new StateException(
                StateFailure.MISSING,
                "The state of \"" + id + "\" in " + file
                        + " was removed while it was in use: restore the file, or call reset() of"
                        + " PollingTrigger or StateStore, after which the next poll is a first poll");
    }

    private StateException corrupt(long at, String how) {
        return new StateException(
                StateFailure.CORRUPT,
                "The state of \"" + id + "\" in " + file + " is damaged at byte " + at + ": " + how
                        + "; restore the file, or call reset() to start with an empty state");
    }

    private StateException unavailable(String what, IOException e) {
        return new StateException(
                StateFailure.UNAVAILABLE,
                "The state of \"" + id + "\" in " + file + " cannot be " + what + ": " + e,
                e);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
