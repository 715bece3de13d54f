package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens are kept, with the authorization server and the registered client that they belong to. One store serves any
 * number of connections, by key. Those
 * processes that use the same tokens must share it: many services revoke everything when one refresh token is used twice, so
 * that each refresh takes an exclusive {@linkplain #lease lease} first.
 *
 * <p>To write your own, keep an opaque text by its key. The text holds tokens: encrypt it where others can read. It must be
 * safe for many threads, and what {@link #put} has written must survive a crash when the user shall not have to consent again.
 */
public interface TokenStore {

    /**
     * A store that forgets when the process ends: for client credentials, which can be asked for again, and for tests.
     *
     * @return a new store
     */
    static TokenStore inMemory() {
        return new MemoryTokenStore();
    }

    /**
     * A store in a directory: a file for each key, which only the owner of the process can read (where the file system knows
     * POSIX permissions). The processes of one machine can share it; over a network file system they can as far as that locks
     * files.
     *
     * @param directory is made when it is not there
     * @return the store
     * @throws io.httpconnector.ConnectorException when the directory can't be used
     */
    static TokenStore file(Path directory) {
        return new FileTokenStore(directory, null);
    }

    /**
     * A store in a directory, encrypted by AES-256 in Galois/Counter Mode.
     *
     * @param directory is made when it is not there
     * @param encryptionKey 32 random bytes as Base64, such as {@code openssl rand -base64 32} gives; without it what is in the
     *     store is lost
     * @return the store
     * @throws io.httpconnector.InvalidDefinitionException when the key is no such key
     * @throws io.httpconnector.ConnectorException when the directory can't be used
     */
    static TokenStore file(Path directory, Secret encryptionKey) {
        return new FileTokenStore(directory, new TokenCipher(encryptionKey));
    }

    /**
     * Reads a value.
     *
     * @param key the key, at most 200 characters
     * @return the value; empty when there is none
     * @throws io.httpconnector.ConnectorException when the store can't be read
     */
    Optional<Secret> get(String key);

    /**
     * Writes a value, over another one. When this returns, the value is safe.
     *
     * @param key the key
     * @param value the value
     * @param needed for how long it is needed: the store may drop it later; null for as long as nobody removes it
     * @throws io.httpconnector.ConnectorException when the store can't be written
     */
    void put(String key, Secret value, @Nullable Duration needed);

    /**
     * Removes a value.
     *
     * @param key the key
     * @return whether there was one: of those who remove the same value at the same time, one is told so
     * @throws io.httpconnector.ConnectorException when the store can't be written
     */
    boolean remove(String key);

    /**
     * Waits until nobody else, in this process or another, holds the lease of this key. It ends when it is closed, and when
     * the process that holds it dies. A store may give it up for a moment in {@link #put} and {@link #remove}, when it needs that
     * to write: whoever holds the lease reads again afterwards.
     *
     * @param key the key
     * @param timeout how long to wait at most
     * @return the lease, which the caller closes
     * @throws io.httpconnector.ConnectorException when the time is over, or the thread is interrupted
     */
    Lease lease(String key, Duration timeout);

    /** The exclusive right to renew what is kept under a key. */
    interface Lease extends AutoCloseable {

        /** Gives it back. */
        @Override
        void close();
    }
}
