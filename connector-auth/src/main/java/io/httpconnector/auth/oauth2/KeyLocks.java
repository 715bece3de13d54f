package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One lock for each key, among the threads of this process; it is there as long as somebody holds it or waits for it. */
final class KeyLocks {

    private final Map<String, Lock> locks = new ConcurrentHashMap<>();

    private static final class Lock {
        private final Semaphore semaphore = new Semaphore(1, true);
        private int users;
    }

    /**
     * Waits for a lock.
     *
     * @param id which one
     * @param key what to call it in an exception
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
                leave(id);
            }
        }
        if (!locked) {
            throw notFree(key);
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                lock.semaphore.release();
                leave(id);
            }
        };
    }

    private static ConnectorException interrupted(String key, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ConnectorException("The thread was interrupted while it waited for the lease of \"" + key + "\"", e);
    }

    static ConnectorException notFree(String key) {
        return new ConnectorException(
                "The lease of \"" + key + "\" did not become free in time: somebody else is renewing these tokens");
    }

    private void leave(String key) {
        locks.computeIfPresent(key, (k, lock) -> --lock.users == 0 ? null : lock);
    }
}
