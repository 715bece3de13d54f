package io.httpconnector.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes files and directories that only their owner can read. On a file system without POSIX permissions, as on Windows, the
 * permissions of the directory apply. Thread-safe.
 */
public final class OwnerOnlyFiles {

    private OwnerOnlyFiles() {}

    /**
     * Returns the attributes for a new file.
     *
     * @param place a path on the file system
     * @return the permissions {@code rw-------}, or none on a file system without them
     */
    public static FileAttribute<?>[] fileAttributes(Path place) {
        return attributes(place, "rw-------");
    }

    /**
     * Returns the attributes for a new directory.
     *
     * @param place a path on the file system
     * @return the permissions {@code rwx------}, or none on a file system without them
     */
    public static FileAttribute<?>[] directoryAttributes(Path place) {
        return attributes(place, "rwx------");
    }

    private static FileAttribute<?>[] attributes(Path place, String permissions) {
        return isPosix(place)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path place) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Writes a file atomically and forces it to the disk. An existing file is replaced together with its permissions; a
     * symbolic link is replaced and not followed.
     *
     * @param file the file
     * @param text its content, written in UTF-8
     * @throws IOException if the file can't be written; an existing file is unchanged
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text, null);
    }

    /**
     * Writes a file as {@link #write(Path, String)}, with a modification time.
     *
     * @param file the file
     * @param text its content, written in UTF-8
     * @param modified the time, or null for now
     * @throws IOException if the file can't be written; an existing file is unchanged
     */
    public static void write(Path file, String text, @Nullable FileTime modified) throws IOException {
        Path target = file.toAbsolutePath();
        // A new file with an unguessable name: an existing file is never written to.
        Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), fileAttributes(target))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            delete(temporary, e);
            throw e;
        }
        try {
            if (modified != null) {
                Files.setLastModifiedTime(temporary, modified);
            }
            replace(temporary, target);
        } catch (IOException e) {
            delete(temporary, e);
            throw e;
        }
    }

    /**
     * Moves a file atomically, and forces the directory to the disk, so that the name survives a crash. An existing target is
     * replaced. The content is not forced: the caller has done that.
     *
     * @param from the file
     * @param to its new name on the same file system
     * @throws IOException if it can't be moved, as an {@link java.nio.file.AtomicMoveNotSupportedException} on another file
     *     system
     */
    public static void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path directory = to.toAbsolutePath().getParent();
        if (directory != null) {
            forceDirectory(directory);
        }
    }

    private static void delete(Path temporary, IOException failure) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Forces a directory to the disk, so that its entries survive a crash. Does nothing if directories can't be opened, as on
     * Windows, where the system handles it.
     *
     * @param directory the directory
     * @throws IOException if it can't be written
     */
    public static void forceDirectory(Path directory) throws IOException {
        boolean done = !isPosix(directory);
        boolean interrupted = false;
        while (!done) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                done = true;
            } catch (ClosedByInterruptException e) {
                interrupted = Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
