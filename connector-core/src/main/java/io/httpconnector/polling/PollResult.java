package io.httpconnector.polling;

/**
 * What one poll has done.
 *
 * @param pages how many pages were read
 * @param records how many records were on them
 * @param events how many events were handled
 * @param deadLetters how many became dead letters
 * @param ignored how many records were older than what the service was asked for
 * @param notModified whether the service said that nothing has changed
 * @param stopped whether the poll was stopped before its end; what is left comes with the next one
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
