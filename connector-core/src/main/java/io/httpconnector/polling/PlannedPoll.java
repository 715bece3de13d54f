package io.httpconnector.polling;

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
public record PlannedPoll(Instant time, Instant start, int failures, boolean needsAuthorization) {}
