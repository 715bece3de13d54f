package io.httpconnector.polling;

/**
 * The result of one poll.
 *
 * @param pages the number of pages read
 * @param records the number of records on them
 * @param events the number of events handled
 * @param deadLetters the number of events that became dead letters
 * @param ignored the number of records older than the query
 * @param notModified whether the service returned 304 (Not Modified)
 * @param stopped whether the poll was stopped before its end; the next poll continues
 */
public record PollResult(
        int pages, long records, long events, long deadLetters, long ignored, boolean notModified, boolean stopped) {

    static final PollResult NOTHING = new PollResult(0, 0, 0, 0, 0, false, false);

    PollResult plus(PollResult other) {
        return new PollResult(
                pages + other.pages,
                records + other.records,
                events + other.events,
                deadLetters + other.deadLetters,
                ignored + other.ignored,
                notModified || other.notModified,
                stopped || other.stopped);
    }
}
