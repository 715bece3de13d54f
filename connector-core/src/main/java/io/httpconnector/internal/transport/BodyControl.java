package io.httpconnector.internal.transport;

import java.io.IOException;
import java.time.Duration;

/** The control of a body that is received while it is read. */
interface BodyControl {

    /**
     * Reads ahead while the service keeps sending.
     *
     * @param max the maximum number of bytes
     * @param silence the maximum wait for the next bytes; the total wait is at most four times as long
     * @return whether the whole body has been read, so that reading it will not block
     */
    boolean isWholeWithin(int max, Duration silence) throws IOException;

    /** Sets the maximum wait for the next bytes. */
    void limitIdleTime(Duration limit);
}
