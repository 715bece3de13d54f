package io.httpconnector.state;

import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.state.StateException.StateFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a directory with one {@link FileStateLog} per id, and a file {@code .lock} that is locked while a process uses
 * the directory.
 */
final class FileStateStore implements StateStore {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);
    private static final String LOCK = ".lock";
    private static final Set<StandardOpenOption> LOCKING = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

    private final Path directory;
    private volatile FileChannel lock;
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    /** The ids whose files have existed. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    FileStateStore(Path directory) {
        try {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            this.directory = directory.toRealPath();
            this.lock = locked(this.directory.resolve(LOCK));
            deleteTemporaryFiles();
        } catch (IOException e) {
            throw new StateException(
                    StateFailure.UNAVAILABLE,
                    "The directory " + directory + " cannot be used for state: " + OwnerOnlyFiles.problem(e),
                    e);
        }
    }

    private FileChannel locked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, LOCKING, OwnerOnlyFiles.fileAttributes(file));
        boolean locked = false;
        try {
            locked = lock(channel);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new StateException(
                    StateFailure.IN_USE,
                    "The state in " + directory
                            + " is in use by another store: share one store within a process, and use a"
                            + " database for several processes");
        }
        return channel;
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Another store of this process holds the lock.
            return false;
        }
    }

    @Override
    public boolean isExclusive() {
        return true;
    }

    @Override
    public StateLog open(String id) {
        StateIds.check(id);
        if (!lock.isOpen()) {
            throw new StateException(StateFailure.UNAVAILABLE, "The store in " + directory + " is closed");
        }
        if (!open.add(id)) {
            throw StateIds.inUse(id);
        }
        if (!Files.exists(directory.resolve(LOCK)) && !known.contains(id)) {
            open.remove(id);
            throw new StateException(
                    StateFailure.MISSING,
                    "The directory " + directory
                            + " was removed or emptied while it was in use: restore it, or call reset() on the"
                            + " triggers that had their state there");
        }
        return new FileStateLog(id, directory.resolve(fileName(id)), this, () -> open.remove(id));
    }

    /** Deletes the state of an id; the next poll is then a first poll. */
    @Override
    public void reset(String id) {
        StateIds.check(id);
        if (!open.add(id)) {
            throw StateIds.inUse(id);
        }
        try {
            relock();
            Files.deleteIfExists(directory.resolve(fileName(id)));
            forceDirectory();
            known.remove(id);
        } catch (IOException e) {
            throw new StateException(
                    StateFailure.UNAVAILABLE,
                    "The state of \"" + id + "\" in " + directory + " cannot be removed: " + e,
                    e);
        } finally {
            open.remove(id);
        }
    }

    /** Locks the directory again if the lock file was removed with the directory. */
    private synchronized void relock() throws IOException {
        if (!lock.isOpen()) {
            throw new StateException(StateFailure.UNAVAILABLE, "The store in " + directory + " is closed");
        }
        Path file = directory.resolve(LOCK);
        if (!Files.exists(file)) {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            FileChannel fresh = locked(file);
            lock.close();
            lock = fresh;
        }
    }

    boolean hasSeen(String id) {
        return known.contains(id);
    }

    void markSeen(String id) {
        known.add(id);
    }

    /** Removes incomplete files left by a crash or a full disk. */
    private void deleteTemporaryFiles() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.state.new")) {
            files.forEach(FileStateStore::discard);
        }
    }

    /** Removes an unneeded file, if possible. */
    static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", file, e.toString());
        }
    }

    /** Returns a readable file name that is unique for each id, even on case-insensitive file systems. */
    private static String fileName(String id) {
        String readable = id.replaceAll("[^A-Za-z0-9._-]", "_");
        String start = readable.substring(0, Math.min(readable.length(), 60));
        return start + "-" + HexFormat.of().formatHex(Hashing.sha256(id), 0, 8) + ".state";
    }

    /** Creates an empty file that only the owner can read. */
    void create(Path file) throws IOException {
        Files.createFile(file, OwnerOnlyFiles.fileAttributes(file));
    }

    /** Forces the directory to the disk, so that a new file name survives a crash. */
    void forceDirectory() throws IOException {
        OwnerOnlyFiles.forceDirectory(directory);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StateException(
                    StateFailure.UNAVAILABLE, "The lock of " + directory + " cannot be released: " + e, e);
        }
    }
}
