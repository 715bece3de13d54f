package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.StatusException;
import io.httpconnector.polling.Reading.End;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service remembers what we have seen, and gives a token or a URL for it. Marks are times, in milliseconds. */
final class SyncTokenDetection implements ChangeDetection {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private static final Set<Integer> MAY_MEAN_EXPIRED = Set.of(400, 404, 409, 412, 416, 422);

    private final TriggerDefinition definition;
    private final Cursor cursor;
    private final PollTransaction transaction;
    private final long begun;
    private final Reading reading;
    private boolean asked;
    private boolean goesOn;
    private @Nullable String token;

    SyncTokenDetection(TriggerDefinition definition, Cursor cursor, PollTransaction transaction, long now) {
        this.definition = definition;
        this.cursor = cursor;
        this.transaction = transaction;
        this.begun = now;
        this.reading = new Reading(true);
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (asked) {
            return null;
        }
        asked = true;
        transaction.startRead();
        String known = transaction.checkpoint().token();
        return known == null || cursor.isUrl() ? Map.of() : Map.of("cursor", known);
    }

    @Override
    public @Nullable String url() {
        return cursor.isUrl() ? transaction.checkpoint().token() : null;
    }

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public long mark(JsonNode item) {
        return begun;
    }

    @Override
    public long occurrence(long mark, SeenKeyIndex.KeyEntry entry) {
        return transaction.checkpoint().generation();
    }

    @Override
    public boolean keepsMarks() {
        return true;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        token = cursor.token(page)
                .map(given -> cursor.isUrl() ? page.resolved(given) : given)
                .orElse(token);
        return hasNext;
    }

    @Override
    public void endQuery(End end) {
        transaction.endRead();
        boolean isEnough =
                definition.first().last() == 0 || transaction.checkpoint().started();
        if (end == End.LIMITED && token != null && definition.sharesPlace() && isEnough) {
            // The token of a page is where the next query goes on.
            goesOn = !token.equals(transaction.checkpoint().token());
            transaction.setCheckpoint(transaction.checkpoint().withToken(token));
        }
    }

    @Override
    public boolean goesOnInNextPoll() {
        return goesOn;
    }

    /** A token that has expired is of no use any more: the next poll begins with everything. */
    @Override
    public @Nullable String refused(ConnectorException e) {
        if (transaction.checkpoint().token() == null) {
            return null;
        }
        if (e instanceof StatusException status && cursor.isExpiredBy(status)) {
            LOG.warn("{}: the token of the last poll has expired: the next poll reads everything", definition.id());
            transaction.setCheckpoint(transaction.checkpoint().withToken(null));
            transaction.commit();
            return "the token of the last poll has expired: the next poll reads everything";
        }
        boolean isDoubtful = e instanceof PollingException
                || (e instanceof StatusException refused && MAY_MEAN_EXPIRED.contains(refused.status()));
        return isDoubtful
                ? "the service did not accept a request with the token of the last poll: if it has expired, reset() has the next poll"
                        + " read everything, and Cursor.expiredWhen(status, text) does so by itself from now on"
                : null;
    }

    /** More than are to be remembered: the oldest half of the time is forgotten, because no more than a repetition can come of it. */
    @Override
    public void forget() {
        long[] oldest = {begun};
        transaction.seen().forEach((key, known) -> oldest[0] = Math.min(oldest[0], known.mark()));
        forgetBefore(oldest[0] + (begun - oldest[0]) / 2 + 1);
    }

    private void forgetBefore(long time) {
        transaction.forgetIf((key, mark, reach) -> mark < time && mark < begun);
    }

    @Override
    public void finish(DeletionHandler deletions) {
        if (token != null) {
            transaction.setCheckpoint(transaction.checkpoint().withToken(token));
        }
        forgetBefore(begun - definition.limits().memory().toMillis());
    }
}
