package io.httpconnector.polling;

import java.time.Instant;

/**
 * When the next poll of a trigger is due, for a scheduler that keeps such times for many machines.
 *
 * @param time when by the schedule
 * @param start when to begin: later by jitter, by the backoff after a failure, or since the service asked for it
 * @param failures how many polls have failed in a row
 * @param needsAuthorization whether no poll can succeed until somebody gives the credentials anew
 */
public record PlannedPoll(Instant time, Instant start, int failures, boolean needsAuthorization) {}
