package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** The delay between two polls. All waiting in this package goes through it, except for locks. */
final class PollingDelay {

    private PollingDelay() {}

    /**
     * Waits for a fixed time.
     *
     * @param awaited the event that is polled for, for the exception message
     * @throws ConnectorException if the thread is interrupted; its interrupt flag stays set
     */
    static void await(TimeSource timeSource, Duration delay, String awaited) {
        try {
            boolean unused = timeSource.await(new CountDownLatch(1), delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited for " + awaited, e);
        }
    }
}
