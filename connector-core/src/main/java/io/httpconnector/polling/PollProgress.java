package io.httpconnector.polling;

import java.time.Duration;

/**
 * How far a poll has come.
 *
 * @param trigger the id of the trigger
 * @param soFar what it has done until now
 * @param elapsed how long it has taken until now
 */
public record PollProgress(String trigger, PollResult soFar, Duration elapsed) {

    /**
     * How quickly records are read.
     *
     * @return records in a second, on average
     */
    public double recordsPerSecond() {
        double seconds = Math.max(1, elapsed.toMillis()) / 1000.0;
        return soFar.records() / seconds;
    }
}
