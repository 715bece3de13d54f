package io.httpconnector.internal.io;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes files and directories that only their owner can read. On a file system without POSIX permissions, as on Windows, the
 * permissions of the directory apply. Thread-safe.
 */
public final class OwnerOnlyFiles {

    private static final String TEMPORARY = ".tmp";
    private static final Pattern TEMPORARY_NAME = Pattern.compile("\\.(\\d{1,18})-.*");
    /** The age at which a temporary file is abandoned, whatever process has written it. */
    private static final Duration MAX_WRITING = Duration.ofMinutes(1);

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
     * Describes why a file can't be read or written, with what to do.
     *
     * @param failure the exception
     * @return a sentence without the kind of exception
     */
    public static String problem(IOException failure) {
        if (!(failure instanceof FileSystemException e) || e.getFile() == null) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof AccessDeniedException) {
            return "the user \"" + System.getProperty("user.name") + "\" of this process may not write to "
                    + existing(Path.of(e.getFile())) + ": change its owner or permissions, or use another directory";
        }
        if (failure instanceof FileAlreadyExistsException || failure instanceof NotDirectoryException) {
            return e.getFile() + " is a file, not a directory";
        }
        if (failure instanceof NoSuchFileException) {
            return e.getFile() + " does not exist";
        }
        return e.getFile() + ": " + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
    }

    /** Returns the path, or the nearest parent that exists, with its owner and permissions. */
    private static String existing(Path path) {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            return existing + ", which belongs to \"" + Files.getOwner(existing) + "\""
                    + (isPosix(existing)
                            ? " (" + PosixFilePermissions.toString(Files.getPosixFilePermissions(existing)) + ")"
                            : "");
        } catch (IOException e) {
            return existing.toString();
        }
    }

    /**
     * Rejects a directory in which every user of the host can replace files.
     *
     * @param directory the directory
     * @throws IOException if others may write to it, with what to do
     */
    public static void requireOwn(Path directory) throws IOException {
        if (isPosix(directory) && Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("all users of the host can write to " + directory
                    + ": use a subdirectory, which is created with the right permissions, or run \"chmod o-w\"");
        }
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
        var unused = uninterruptibly(() -> {
            try {
                return writeOnce(target, text, modified);
            } catch (NoSuchFileException e) {
                // Another process took the temporary file for an abandoned one.
                return writeOnce(target, text, modified);
            }
        });
    }

    /** Writes the file and returns it. */
    private static Path writeOnce(Path target, String text, @Nullable FileTime modified) throws IOException {
        // A new file with an unguessable name: an existing file is never written to.
        Path temporary =
                target.resolveSibling("." + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + TEMPORARY);
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
        return target;
    }

    /**
     * Deletes the temporary files that killed processes have left in a directory: those of processes that do not exist, and old
     * ones. A process in another container that is writing at this moment writes its file again.
     *
     * @param directory the directory
     * @throws IOException if the directory can't be read
     */
    public static void deleteAbandoned(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + TEMPORARY)) {
            for (Path file : files) {
                if (isAbandoned(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isAbandoned(Path temporary) throws IOException {
        Matcher name = TEMPORARY_NAME.matcher(temporary.getFileName().toString());
        try {
            return (name.matches()
                            && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty())
                    || Files.getLastModifiedTime(temporary)
                            .toInstant()
                            .isBefore(TimeSource.SYSTEM.now().minus(MAX_WRITING));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Reads a file, also in a thread that is interrupted.
     *
     * @param file the file
     * @return its content
     * @throws IOException if the file can't be read
     */
    public static byte[] read(Path file) throws IOException {
        return uninterruptibly(() -> Files.readAllBytes(file));
    }

    private interface IoAction<T> {
        T run() throws IOException;
    }

    /** Repeats an action whose file was closed because the thread is interrupted. The thread stays interrupted. */
    private static <T> T uninterruptibly(IoAction<T> action) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return action.run();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
        if (isPosix(directory)) {
            var unused = uninterruptibly(() -> {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return directory;
                }
            });
        }
    }
}
