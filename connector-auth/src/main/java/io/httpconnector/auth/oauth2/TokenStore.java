package io.httpconnector.auth.oauth2;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store for tokens, with the authorization server and the registered client that they belong to. A store can serve any
 * number of connections. Processes that use the same tokens must share it: many services revoke all tokens if a refresh token is
 * used twice, so that each refresh first acquires an exclusive {@linkplain #lease lease}.
 *
 * <p>An implementation stores an opaque text by its key. The text contains tokens: encrypt it if others can read it. Implementations must
 * be thread-safe. Values that {@link #put} has written must survive a crash; otherwise the user must consent again.
 */
public interface TokenStore {

    /**
     * Creates a store in memory, which is lost when the process ends: for client credentials, which can be requested again, and for
     * tests.
     *
     * @return a new store
     */
    static TokenStore inMemory() {
        return inMemory(TimeSource.SYSTEM);
    }

    /**
     * Creates a store in memory whose entries expire by a time source, for tests.
     *
     * @param timeSource the time source
     * @return a new store
     */
    static TokenStore inMemory(TimeSource timeSource) {
        return new MemoryTokenStore(notNull(timeSource, "time source"));
    }

    /**
     * Creates a store in a directory: a file for each key, which only the owner of the process can read (if the file system supports
     * POSIX permissions). The processes of one host can share it; processes on several hosts can if the network file system supports
     * file locks.
     *
     * @param directory the directory; created if it does not exist
     * @return the store
     * @throws io.httpconnector.ConnectorException if the directory can't be used
     */
    static TokenStore file(Path directory) {
        return file(directory, TimeSource.SYSTEM);
    }

    /**
     * Creates a store in a directory, as {@link #file(Path)} does, whose entries expire by a time source, for tests.
     *
     * @param directory the directory; created if it does not exist
     * @param timeSource the time source, by which it also waits for a lock
     * @return the store
     * @throws io.httpconnector.ConnectorException if the directory can't be used
     */
    static TokenStore file(Path directory, TimeSource timeSource) {
        return new FileTokenStore(notNull(directory, "directory"), null, notNull(timeSource, "time source"));
    }

    /**
     * Creates a store in a directory, encrypted by AES-256 in Galois/Counter Mode.
     *
     * @param directory the directory; created if it does not exist
     * @param encryptionKey 32 random bytes as Base64, such as the output of {@code openssl rand -base64 32}; without it the
     *     entries can't be read
     * @return the store
     * @throws io.httpconnector.InvalidDefinitionException if the key is not such a key
     * @throws io.httpconnector.ConnectorException if the directory can't be used
     */
    static TokenStore file(Path directory, Secret encryptionKey) {
        return new FileTokenStore(
                notNull(directory, "directory"),
                new TokenCipher(notNull(encryptionKey, "encryption key")),
                TimeSource.SYSTEM);
    }

    /**
     * Reads a value.
     *
     * @param key the key, at most 200 characters
     * @return the value; empty if there is none
     * @throws io.httpconnector.ConnectorException if the store can't be read
     */
    Optional<Secret> get(String key);

    /**
     * Writes a value, replacing an existing one. When this method returns, the value is durable.
     *
     * @param key the key
     * @param value the value
     * @param timeToLive the time after which the store may remove the value; null for no limit
     * @throws io.httpconnector.ConnectorException if the store can't be written
     */
    void put(String key, Secret value, @Nullable Duration timeToLive);

    /**
     * Removes a value.
     *
     * @param key the key
     * @return true if this call removed the value: of concurrent calls for the same value, only one returns true
     * @throws io.httpconnector.ConnectorException if the store can't be written
     */
    boolean remove(String key);

    /**
     * Acquires the lease of a key, waiting until no other thread or process holds it. It ends when it is closed, and when
     * the process that holds it dies. A store may release it temporarily in {@link #put} and {@link #remove}, if it must do so
     * to write: the holder of the lease reads again afterwards.
     *
     * @param key the key
     * @param timeout the maximum time to wait
     * @return the lease, which the caller closes
     * @throws io.httpconnector.ConnectorException if the timeout has elapsed, or the thread is interrupted
     */
    Lease lease(String key, Duration timeout);

    /** The exclusive right to refresh the tokens of a key. */
    interface Lease extends AutoCloseable {

        /** Releases the lease. */
        @Override
        void close();
    }
}
