package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.StatusException;
import io.httpconnector.polling.Reading.End;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Detection by a sync token or URL in which the service encodes the position of the last poll. */
final class SyncTokenDetection extends TimeOfPollDetection {

    private static final Logger LOG = LoggerFactory.getLogger(PollingLog.NAME);

    private static final Set<Integer> MAY_MEAN_EXPIRED = Set.of(400, 404, 409, 412, 416, 422);

    private final TokenCursor cursor;
    private final Reading reading;

    /** Whether more keys are remembered than the maximum, because the last read has failed at it, or the maximum is lower now. */
    private final boolean startedAboveLimit;

    private boolean started;
    private boolean continues;
    private @Nullable String token;

    SyncTokenDetection(TriggerDefinition definition, TokenCursor cursor, PollTransaction transaction, long now) {
        super(definition, transaction, now);
        this.cursor = cursor;
        this.reading = new Reading(true);
        this.startedAboveLimit = transaction.seen().size() > definition.limits().keys();
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (started) {
            return null;
        }
        started = true;
        return cursor.query(transaction.checkpoint().token());
    }

    @Override
    public @Nullable String firstPageUrl() {
        return cursor.firstPageUrl(transaction.checkpoint().token());
    }

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public boolean persistsMarks() {
        return true;
    }

    @Override
    public ObjectNode save() {
        return super.save().put("token", token);
    }

    @Override
    public void resume(JsonNode state) {
        reading.resume();
        token = state.path("token").isTextual() ? state.path("token").textValue() : null;
    }

    @Override
    public boolean continuesAfter(Page page, int number, boolean hasNext) {
        token = cursor.token(page).orElse(token);
        return hasNext;
    }

    @Override
    public void endQuery(End end) {
        boolean isEnough =
                definition.first().last() == 0 || transaction.checkpoint().started();
        if (end == End.LIMITED && token != null && definition.tokenSharesCursorLocation() && isEnough) {
            // The next query continues at the token of the last page.
            continues = !token.equals(transaction.checkpoint().token());
            transaction.setCheckpoint(transaction.checkpoint().withToken(token));
        }
    }

    @Override
    public boolean continuesInNextPoll() {
        return continues;
    }

    /** An expired token is dropped: the next poll reads everything. */
    @Override
    public @Nullable String onRejection(ConnectorException e) {
        if (transaction.checkpoint().token() == null) {
            return null;
        }
        if (e instanceof StatusException status && cursor.isExpiredBy(status)) {
            LOG.warn("{}: the token of the last poll has expired: the next poll reads everything", definition.id());
            transaction.setCheckpoint(transaction.checkpoint().withToken(null));
            transaction.commit();
            return "the token of the last poll has expired: the next poll reads everything";
        }
        boolean isUnreliable = e instanceof PollingException
                || (e instanceof StatusException refused && MAY_MEAN_EXPIRED.contains(refused.status()));
        return isUnreliable
                ? "the service rejected a request with the token of the last poll: if the token has expired,"
                        + " call reset() so that the next poll reads everything; to do this automatically, use"
                        + " Cursor.expiredWhen(status, text)"
                : null;
    }

    /** Too many keys: forgets the older half of the time range, which can at most cause repeated events. */
    @Override
    public void forgetOldKeys() {
        if (startedAboveLimit) {
            // The last read has failed at the limit: what it has delivered is needed until it can be completed.
            return;
        }
        long[] oldest = {startTime};
        transaction.seen().forEach((key, known) -> oldest[0] = Math.min(oldest[0], known.mark()));
        forgetBefore(oldest[0] + (startTime - oldest[0]) / 2 + 1);
    }

    @Override
    public String adviceOnKeys() {
        int known = transaction.seen().size();
        return startedAboveLimit
                ? known
                        + " are remembered, and none is forgotten before a poll succeeds, because a read that failed at the"
                        + " limit needs them; raise maxRememberedKeys(...) above " + known
                        + "; if you have lowered it, first shorten keyRetention(...), and lower it when a poll has succeeded"
                : "raise maxRememberedKeys(...), or let the service return fewer records at once";
    }

    private void forgetBefore(long time) {
        transaction.forgetIf((key, mark, reach) -> mark < time && mark < startTime);
    }

    @Override
    public void finish(DeletionHandler deletions) {
        if (token != null) {
            transaction.setCheckpoint(transaction.checkpoint().withToken(token));
        }
        forgetBefore(retentionStart());
    }
}
