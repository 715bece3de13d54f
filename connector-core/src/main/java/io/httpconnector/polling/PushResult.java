package io.httpconnector.polling;

/**
 * The result of a push.
 *
 * @param events the number of events that were handled
 * @param deadLetters the number of events that are kept as dead letters
 * @param known the number of records without an event, because the same version was delivered before
 * @param outdated the number of records without an event, because they are older than what is remembered, their record was deleted,
 *     or they are deletions without a key; the next poll shows whether they exist
 */
public record PushResult(long events, long deadLetters, long known, long outdated) {}
