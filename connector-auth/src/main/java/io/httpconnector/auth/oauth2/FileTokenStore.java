package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file for each key, named by its fingerprint: {@code .tokens} for what stays, {@code .pending} for what ends at the file's time
 * of modification, {@code .lock} for the lease, which the system gives back when a process dies.
 */
final class FileTokenStore implements TokenStore {

    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Set<StandardOpenOption> LOCKING = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    /** The system's locks are for processes; these are for the threads of this one, whichever store they go through. */
    private static final KeyLocks THREADS = new KeyLocks();

    private final Path directory;
    private final @Nullable TokenCipher cipher;
    private final TimeSource timeSource = TimeSource.SYSTEM;

    FileTokenStore(Path directory, @Nullable TokenCipher cipher) {
        this.cipher = cipher;
        try {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            this.directory = directory.toRealPath();
            sweep();
        } catch (IOException e) {
            throw failed("used at " + directory, e);
        }
    }

    @Override
    public Optional<Secret> get(String key) {
        try {
            Optional<String> lasting = read(file(key, ".tokens"));
            Optional<String> text = lasting.isPresent() ? lasting : read(file(key, ".pending"));
            return text.map(found -> Secret.of(opened(found, key)));
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private String opened(String text, String key) {
        if (cipher != null) {
            return cipher.decrypt(text, key);
        }
        if (TokenCipher.isEncrypted(text)) {
            throw TokenCipher.unreadable("it is encrypted, and the store has no key");
        }
        return text;
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration needed) {
        String text = cipher == null ? value.reveal() : cipher.encrypt(value.reveal(), key);
        try {
            if (needed == null) {
                OwnerOnlyFiles.write(file(key, ".tokens"), text);
                Files.deleteIfExists(file(key, ".pending"));
            } else {
                sweep();
                OwnerOnlyFiles.write(
                        file(key, ".pending"),
                        text,
                        FileTime.from(timeSource.now().plus(needed)));
                Files.deleteIfExists(file(key, ".tokens"));
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    @Override
    public boolean remove(String key) {
        try {
            boolean lasting = Files.deleteIfExists(file(key, ".tokens"));
            boolean pending = Files.deleteIfExists(file(key, ".pending"));
            OwnerOnlyFiles.forceDirectory(directory);
            return lasting || pending;
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /** What nobody has come for, and what a crash has left half written. */
    private void sweep() throws IOException {
        Instant now = timeSource.now();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{pending,tmp}")) {
            for (Path file : files) {
                boolean temporary = file.toString().endsWith(".tmp");
                deleteIfBefore(file, temporary ? now.minus(FORGOTTEN) : now);
            }
        }
    }

    private static void deleteIfBefore(Path file, Instant limit) throws IOException {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Somebody else was faster.
        }
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        Instant end = timeSource.now().plus(timeout);
        Path file = file(key, ".lock");
        Lease threads = THREADS.lock(file.toString(), key, timeout);
        boolean locked = false;
        try {
            FileChannel channel = FileChannel.open(file, LOCKING, OwnerOnlyFiles.fileAttributes(file));
            try {
                awaitLock(channel, key, end);
                locked = true;
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
            return () -> close(channel, threads);
        } catch (IOException e) {
            throw failed("locked", e);
        } finally {
            if (!locked) {
                threads.close();
            }
        }
    }

    /** The system can wait for a lock only for ever. */
    private void awaitLock(FileChannel channel, String key, Instant end) throws IOException {
        while (channel.tryLock() == null) {
            if (!timeSource.now().isBefore(end)) {
                throw KeyLocks.notFree(key);
            }
            PollingDelay.await(timeSource, POLL, "the lease of \"" + key + "\"");
        }
    }

    /** The channel gives its lock back. */
    private static void close(FileChannel channel, Lease threads) {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed("unlocked", e);
        } finally {
            threads.close();
        }
    }

    private Path file(String key, String suffix) {
        return directory.resolve(TokenStoreCodec.fingerprint(key) + suffix);
    }

    private static ConnectorException failed(String what, IOException e) {
        return new ConnectorException("The token store can't be " + what + ": " + e, e);
    }

    @Override
    public String toString() {
        return "TokenStore in " + directory;
    }
}
