package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens are kept. One store serves any number of connections, by key. Those
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
     * Removes a value, should there be one.
     *
     * @param key the key
     * @throws io.httpconnector.ConnectorException when the store can't be written
     */
    void remove(String key);

    /**
     * Waits until nobody else, in this process or another, holds the lease of this key. It ends when it is closed, and when
     * the process that holds it dies.
     *
     * @param key the key
     * @param patience how long to wait at most
     * @return the lease, which the caller closes
     * @throws io.httpconnector.ConnectorException when the time is over, or the thread is interrupted
     */
    Lease lease(String key, Duration patience);

    /** The exclusive right to renew what is kept under a key. */
    interface Lease extends AutoCloseable {

        /** Gives it back. */
        @Override
        void close();
    }
}
