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

    TokenStore.Lease lock(String key, Duration patience) {
        Lock lock = locks.compute(key, (k, known) -> {
            Lock used = known == null ? new Lock() : known;
            used.users++;
            return used;
        });
        boolean locked = false;
        try {
            locked = lock.semaphore.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(
                    "The thread was interrupted while it waited for the lease of \"" + key + "\"", e);
        } finally {
            if (!locked) {
                leave(key);
            }
        }
        if (!locked) {
            throw new ConnectorException("The lease of \"" + key + "\" did not become free within "
                    + patience.toMillis() + " ms: somebody else is renewing these tokens");
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                lock.semaphore.release();
                leave(key);
            }
        };
    }

    private void leave(String key) {
        locks.computeIfPresent(key, (k, lock) -> --lock.users == 0 ? null : lock);
    }
}
