package io.httpconnector.polling;

import io.httpconnector.TimeSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * In which circumstances a poll runs.
 *
 * @param stop ends it when it opens
 * @param helpers run handlers beside the polling thread
 * @param progress is told how far it has come
 * @param deadline how long it may wait for the service
 */
record PollContext(TimeSource time, CountDownLatch stop, Executor helpers, Progress progress, PollDeadline deadline) {

    /** Is told how far a poll has come. */
    interface Progress {
        void page(PollResult soFar);
    }

    boolean isStopped() {
        return stop.getCount() == 0 || Thread.currentThread().isInterrupted();
    }

    /** The poll was stopped: what is left comes with the next one. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("the poll was stopped", null, false, false);
        }
    }
}
