package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A token store with one file per key, named by the fingerprint of the key: {@code .tokens} for permanent values, {@code .pending} for
 * values that expire at the modification time of the file, {@code .lock} for the lease, which the operating system releases when a
 * process dies.
 */
final class FileTokenStore implements TokenStore {

    /** The start of each file that is not encrypted, followed by the checksum of the rest and a line break. */
    private static final String HEADER = "crc32c ";

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Set<StandardOpenOption> LOCKING = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    /** File locks exclude processes; these locks exclude the threads of this process, across all store instances. */
    private static final KeyLocks THREADS = new KeyLocks();

    private final Path directory;
    private final @Nullable TokenCipher cipher;
    private final TimeSource timeSource;

    FileTokenStore(Path directory, @Nullable TokenCipher cipher, TimeSource timeSource) {
        this.cipher = cipher;
        this.timeSource = timeSource;
        try {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            this.directory = directory.toRealPath();
            OwnerOnlyFiles.requireOwn(this.directory);
            sweep();
        } catch (IOException e) {
            throw failed("used at " + directory, e);
        }
    }

    @Override
    public Optional<Secret> get(String key) {
        try {
            Optional<String> permanent = read(file(key, ".tokens"));
            Optional<String> text = permanent.isPresent() ? permanent : read(file(key, ".pending"));
            return text.map(found -> Secret.of(decrypted(found, key)));
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private Optional<String> read(Path file) throws IOException {
        String content;
        try {
            content = new String(OwnerOnlyFiles.read(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (cipher != null || TokenCipher.isEncrypted(content)) {
            // The cipher notices any change.
            return Optional.of(content);
        }
        int lineEnd = content.indexOf('\n');
        String text = content.substring(lineEnd + 1);
        if (lineEnd < 0 || !content.substring(0, lineEnd).equals(header(text))) {
            throw new IOException(file + " is damaged: delete it, after which the account must be authorized again");
        }
        return Optional.of(text);
    }

    private static String withChecksum(String text) {
        return header(text) + "\n" + text;
    }

    private static String header(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return HEADER + Long.toHexString(checksum.getValue());
    }

    private String decrypted(String text, String key) {
        if (cipher != null) {
            return cipher.decrypt(text, key);
        }
        if (TokenCipher.isEncrypted(text)) {
            throw TokenCipher.unreadable("it is encrypted, but the store has no key");
        }
        return text;
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration timeToLive) {
        String text = cipher == null ? withChecksum(value.reveal()) : cipher.encrypt(value.reveal(), key);
        try {
            if (timeToLive == null) {
                OwnerOnlyFiles.write(file(key, ".tokens"), text);
                Files.deleteIfExists(file(key, ".pending"));
            } else {
                sweep();
                OwnerOnlyFiles.write(
                        file(key, ".pending"),
                        text,
                        FileTime.from(timeSource.now().plus(timeToLive)));
                Files.deleteIfExists(file(key, ".tokens"));
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    @Override
    public boolean remove(String key) {
        try {
            boolean permanent = Files.deleteIfExists(file(key, ".tokens"));
            boolean pending = Files.deleteIfExists(file(key, ".pending"));
            OwnerOnlyFiles.forceDirectory(directory);
            return permanent || pending;
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /** Deletes expired values, and temporary files that a crash has left behind. */
    private void sweep() throws IOException {
        Instant now = timeSource.now();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.pending")) {
            for (Path file : files) {
                deleteIfBefore(file, now);
            }
        }
        OwnerOnlyFiles.deleteAbandoned(directory);
    }

    private static void deleteIfBefore(Path file, Instant limit) throws IOException {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Another thread or process has deleted it.
        }
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        long start = timeSource.nanos();
        Path file = file(key, ".lock");
        Lease threads = THREADS.lock(file.toString(), key, timeout);
        boolean locked = false;
        try {
            FileChannel channel = FileChannel.open(file, LOCKING, OwnerOnlyFiles.fileAttributes(file));
            try {
                awaitLock(channel, key, start, timeout);
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

    /** Polls, as the operating system can wait for a lock only without a timeout. */
    private void awaitLock(FileChannel channel, String key, long start, Duration timeout) throws IOException {
        while (channel.tryLock() == null) {
            if (Duration.ofNanos(timeSource.nanos() - start).compareTo(timeout) >= 0) {
                throw KeyLocks.timedOut(key);
            }
            PollingDelay.await(timeSource, POLL, "the lease of \"" + key + "\"");
        }
    }

    /** Closes the channel, which releases its lock. */
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

    private static ConnectorException failed(String action, IOException e) {
        return new ConnectorException("The token store can't be " + action + ": " + OwnerOnlyFiles.problem(e), e);
    }

    @Override
    public String toString() {
        return "TokenStore in " + directory;
    }
}
