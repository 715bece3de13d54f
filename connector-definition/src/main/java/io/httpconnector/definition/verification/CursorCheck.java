package io.httpconnector.definition.verification;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Checks that a service returns less when the cursor of a trigger is sent. */
final class CursorCheck {

    /** The time of a query that no record can match. */
    private static final Duration FUTURE = Duration.ofDays(366);

    private static final int MIN_RECORDS = 2;

    /** Of more records with an increasing number, most are below the position. */
    private static final int MIN_NUMBERS = 3;

    private final Connector connector;
    private final String check;
    private final String trigger;
    private final JsonNode cursor;

    CursorCheck(Connector connector, String check, String trigger, JsonNode cursor) {
        this.connector = connector;
        this.check = check;
        this.trigger = trigger;
        this.cursor = cursor;
    }

    /**
     * Sends a query with a time in the future, or compares the polls.
     *
     * @param all the number of different records without the cursor
     * @param again a poll after one that has read all
     */
    CheckResult check(int all, PollResult again) {
        if (cursor.path("clientSide").asBoolean(false)) {
            return result(CheckStatus.SKIPPED, "the cursor is not sent: the library filters");
        }
        if (all < MIN_RECORDS) {
            return result(CheckStatus.SKIPPED, "it takes two records, but there are fewer");
        }
        return cursor.has("timestamp") && !cursor.has("windows") ? future(all) : compare(all, again);
    }

    private CheckResult future(int all) {
        Instant time = TimeSource.SYSTEM.now().plus(FUTURE).truncatedTo(ChronoUnit.SECONDS);
        try (StateStore store = StateStore.inMemory();
                PollingTrigger polling = connector
                        .triggerBuilder(trigger, event -> {})
                        .store(store)
                        .startPosition(StartPosition.from(time))
                        .build()) {
            PollResult poll = polling.pollOnce();
            return poll.records() < all
                    ? result(
                            CheckStatus.OK,
                            "for a time in the future, the service returns " + poll.records() + " instead of " + all
                                    + " records")
                    : ignored("for the time " + time + ", which is in the future,");
        } catch (ConnectorException e) {
            return result(CheckStatus.SKIPPED, "the service rejects a time in the future: " + e.getMessage());
        }
    }

    /** Compares a poll after the first one, which may read a record several times, with the list. */
    private CheckResult compare(int all, PollResult again) {
        if (again.records() < all) {
            return result(
                    CheckStatus.OK,
                    "with the cursor, the service returns " + again.records() + " instead of " + all + " records");
        }
        boolean isToken = cursor.has("opaque") || cursor.has("nextUrl");
        boolean isNumber = cursor.has("number") && !cursor.has("lookback") && all > MIN_NUMBERS;
        return isToken || isNumber
                ? ignored("with the cursor of the first poll")
                : result(CheckStatus.SKIPPED, "all records are near the position of the cursor");
    }

    private CheckResult ignored(String query) {
        return result(
                CheckStatus.FAILED,
                query + " the service returns all records: it ignores the parameter of the cursor; correct its name or"
                        + " format, or use clientSide");
    }

    private CheckResult result(CheckStatus status, String message) {
        return new CheckResult(check, status, message);
    }
}
