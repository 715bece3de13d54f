package io.httpconnector.polling;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;

/**
 * The next poll of a trigger, for a scheduler that keeps the times of a cluster.
 *
 * @param time when it is due by the schedule
 * @param start when to start: later than {@code time} because of jitter, of the backoff after a failure, or of a delay
 *     requested by the service
 * @param failures the number of consecutive failed polls
 * @param needsAuthorization whether no poll can succeed until a user authorizes the connection again
 */
public record PlannedPoll(
        @JsonSerialize(using = ToStringSerializer.class) Instant time,
        @JsonSerialize(using = ToStringSerializer.class) Instant start,
        int failures,
        boolean needsAuthorization) {}
