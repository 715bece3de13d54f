package io.httpconnector.operation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The locks of runs: one thread of this process at a time executes a step of a run. A lock is removed when no thread holds it or
 * waits for it, so that all threads have the same one. Thread-safe.
 */
final class RunLocks {

    private final Map<String, RunLock> locks = new ConcurrentHashMap<>();

    private static final class RunLock {
        private final ReentrantLock lock = new ReentrantLock();
        private int users;
    }

    /** Executes a step while no other thread executes one of the same run. */
    <T> T locked(String key, Supplier<T> step) {
        RunLock used = locks.compute(key, (same, known) -> {
            RunLock lock = known == null ? new RunLock() : known;
            lock.users++;
            return lock;
        });
        used.lock.lock();
        try {
            return step.get();
        } finally {
            used.lock.unlock();
            locks.computeIfPresent(key, (same, lock) -> --lock.users == 0 ? null : lock);
        }
    }

    /** Whether this thread executes a step of a run, such as its handler. */
    boolean isOwned(String key) {
        RunLock lock = locks.get(key);
        return lock != null && lock.lock.isHeldByCurrentThread();
    }
}
