package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * The environment of a running poll.
 *
 * @param stop ends the poll when it opens
 * @param helpers runs handlers in addition to the polling thread
 * @param progress receives the progress of the poll
 * @param deadline limits the time spent waiting for the service
 * @param pushes records that were pushed during the poll
 */
record PollContext(
        TimeSource time,
        CountDownLatch stop,
        Executor helpers,
        Progress progress,
        PollDeadline deadline,
        WaitingPushes pushes) {

    /** The pushes that wait for the poll. */
    interface WaitingPushes {

        /** Handles the records that were pushed in the meantime; returns whether there were any. */
        boolean handleWaiting();
    }

    /** Receives the progress of a poll. */
    interface Progress {
        void page(PollResult soFar);
    }

    boolean isStopped() {
        return stop.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    /** Signals that the poll was stopped; the remaining records are read by the next poll. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the poll was stopped", null, false, false);
        }
    }
}
