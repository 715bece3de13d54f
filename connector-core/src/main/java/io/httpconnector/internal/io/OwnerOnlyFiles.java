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
 * Writes files and directories that only their owner can read. On a file system without POSIX permissions, such as that of Windows,
 * those of the directory apply. Thread-safe.
 */
public final class OwnerOnlyFiles {

    private OwnerOnlyFiles() {}

    /**
     * The attributes of a new file.
     *
     * @param place a path on the file system
     * @return the permissions {@code rw-------}, or none on a file system without them
     */
    public static FileAttribute<?>[] fileAttributes(Path place) {
        return attributes(place, "rw-------");
    }

    /**
     * The attributes of a new directory.
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
     * Writes a file as a whole or not at all, and returns when it is on the disk. A file that is there already is replaced, together
     * with its permissions; a symbolic link is replaced, and not followed.
     *
     * @param file the file
     * @param text its content, written in UTF-8
     * @throws IOException if it can't be written; the file is unchanged then
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text, null);
    }

    /**
     * Writes a file as {@link #write(Path, String)}, with a time of modification.
     *
     * @param file the file
     * @param text its content, written in UTF-8
     * @param modified the time, or null for now
     * @throws IOException if it can't be written; the file is unchanged then
     */
    public static void write(Path file, String text, @Nullable FileTime modified) throws IOException {
        Path target = file.toAbsolutePath();
        // A new file with a name that nobody can guess: one that is there already is never written to.
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
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            delete(temporary, e);
            throw e;
        }
        Path directory = target.getParent();
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
     * Makes the names in a directory survive a crash. Where directories can't be opened, as on Windows, the system sees to it.
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
