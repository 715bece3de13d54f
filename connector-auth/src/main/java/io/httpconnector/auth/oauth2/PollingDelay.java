package io.httpconnector.auth.oauth2;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The place where a thread of this package waits for time to pass. */
final class PollingDelay {

    private PollingDelay() {}

    /**
     * Waits.
     *
     * @param why what it waits for, for the exception
     * @throws ConnectorException when the thread is interrupted; it stays so
     */
    static void of(Duration time, String why) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited for " + why, e);
        }
    }
}
