package io.httpconnector.polling;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Duration;

/**
 * The progress of a poll.
 *
 * @param trigger the id of the trigger
 * @param soFar the result so far
 * @param elapsed the time since the poll started
 */
public record PollProgress(
        String trigger,
        PollResult soFar,
        @JsonSerialize(using = ToStringSerializer.class) Duration elapsed) {

    /**
     * The throughput.
     *
     * @return the average number of records per second
     */
    public double recordsPerSecond() {
        double seconds = Math.max(1, elapsed.toMillis()) / 1000.0;
        return soFar.records() / seconds;
    }
}
