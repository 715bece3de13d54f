package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Locks by key for the threads of this process. A lock is removed when no thread holds it or waits for it. Thread-safe. */
final class KeyLocks {

    private final Map<String, Lock> locks = new ConcurrentHashMap<>();

    private static final class Lock {
        private final Semaphore semaphore = new Semaphore(1, true);
        private int users;
    }

    /**
     * Acquires a lock, waiting until it is free.
     *
     * @param id identifies the lock
     * @param key its name in exceptions
     */
    TokenStore.Lease lock(String id, String key, Duration timeout) {
        Lock lock = locks.compute(id, (k, known) -> {
            Lock used = known == null ? new Lock() : known;
            used.users++;
            return used;
        });
        boolean locked = false;
        try {
            locked = lock.semaphore.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(key, e);
        } finally {
            if (!locked) {
                removeUser(id);
            }
        }
        if (!locked) {
            throw timedOut(key);
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                lock.semaphore.release();
                removeUser(id);
            }
        };
    }

    private static ConnectorException interrupted(String key, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ConnectorException("The thread was interrupted while it waited for the lease of \"" + key + "\"", e);
    }

    static ConnectorException timedOut(String key) {
        return new ConnectorException("The lease of \"" + key
                + "\" did not become free in time: another thread or process is refreshing these tokens");
    }

    private void removeUser(String key) {
        locks.computeIfPresent(key, (k, lock) -> --lock.users == 0 ? null : lock);
    }
}
