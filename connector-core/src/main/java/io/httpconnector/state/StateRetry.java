package io.httpconnector.state;

import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException.StateFailure;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Repeats an access to a state that another thread or node uses at the same time, 5 ms later. The access opens the state, reads it, and
 * closes it. Immutable and thread-safe.
 *
 * <pre>{@code
 * StateRetry retry = new StateRetry(50, 1000);
 * retry.run(() -> {
 *     try (StateLog log = store.open(id)) {
 *         return change(log);
 *     }
 * });
 * }</pre>
 *
 * @param maxConflicts the maximum number of accesses that fail by {@link StateFailure#CONFLICT}, at least 1
 * @param maxBusy the maximum number of accesses that fail by {@link StateFailure#IN_USE}, at least 1
 */
public record StateRetry(int maxConflicts, int maxBusy) {

    private static final Duration PAUSE = Duration.ofMillis(5);

    /**
     * Runs an access until it succeeds.
     *
     * @param access the access, which may run several times
     * @param <T> the type of its result
     * @return its result
     * @throws StateException when it fails for another reason or too often, or the thread is interrupted while it waits
     */
    public <T> T run(Supplier<T> access) {
        int conflicts = 0;
        int busy = 0;
        while (true) {
            try {
                return access.get();
            } catch (StateException e) {
                boolean repeats = (e.reason() == StateFailure.CONFLICT && ++conflicts < maxConflicts)
                        || (e.reason() == StateFailure.IN_USE && ++busy < maxBusy);
                if (!repeats) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    /** Waits for another thread of this process, in real time. */
    private static void pause(StateException e) {
        try {
            boolean unused = TimeSource.SYSTEM.await(new CountDownLatch(1), PAUSE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw e;
        }
    }
}
