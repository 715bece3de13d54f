package io.httpconnector.definition.verification;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.polling.PollProgress;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Checks that a service returns the records from the cursor on when a trigger sends it, and none that is older. */
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

    /**
     * Creates a check.
     *
     * @param trigger the name of a trigger that reads one page
     * @param cursor the cursor of the trigger; a missing node for none
     */
    CursorCheck(Connector connector, String check, String trigger, JsonNode cursor) {
        this.connector = connector;
        this.check = check;
        this.trigger = trigger;
        this.cursor = cursor;
    }

    /**
     * Compares the records of a poll with the cursor that it has sent. Where no record is older than that cursor, because the
     * query looks back, it sends a time in the future.
     *
     * @param all the number of different records without the cursor
     * @param again a poll after one that has read all; it may read a record several times
     * @return empty if the trigger has no cursor
     */
    Optional<CheckResult> check(int all, PollResult again) {
        return cursor.isObject() ? Optional.of(compare(all, again)) : Optional.empty();
    }

    /** Checks the cursor of a trigger whose records cannot be read completely. */
    Optional<CheckResult> checkPart() {
        if (!cursor.isObject()) {
            return Optional.empty();
        }
        if (isClientSide()) {
            return Optional.of(clientSide());
        }
        return Optional.of(
                hasFuture()
                        ? future(0)
                        : result(
                                CheckStatus.SKIPPED,
                                "a cursor without a time is checked by a second poll: permit more pages to check it"));
    }

    private CheckResult compare(int all, PollResult again) {
        if (isClientSide()) {
            return clientSide();
        }
        if (all < MIN_RECORDS) {
            return result(CheckStatus.SKIPPED, "it takes two records, but there are fewer");
        }
        if (again.notModified()) {
            return result(CheckStatus.SKIPPED, "the service responds with 304 (Not Modified) to a repeated poll");
        }
        if (again.ignored() > 0) {
            return older(again, all);
        }
        if (isPosition() && again.records() == 0) {
            return result(
                    CheckStatus.FAILED,
                    "the service returns no record for the cursor of the newest one: it misreads the cursor; correct its"
                            + " format or zone, or set the resolution");
        }
        if (again.records() < all) {
            return result(
                    CheckStatus.OK,
                    "with the cursor, the service returns " + again.records() + " instead of " + all
                            + " records, and none that is older than the cursor");
        }
        if (hasFuture()) {
            return future(all);
        }
        boolean isToken = cursor.has("opaque") || cursor.has("nextUrl");
        boolean isNumber = cursor.has("number") && !cursor.has("lookback") && all > MIN_NUMBERS;
        return isToken || isNumber
                ? ignored("with the cursor of the first poll the service returns all records")
                : result(CheckStatus.SKIPPED, "all records are near the position of the cursor");
    }

    private boolean isClientSide() {
        return cursor.path("clientSide").asBoolean(false);
    }

    private CheckResult clientSide() {
        return result(CheckStatus.SKIPPED, "the cursor is not sent: the library filters");
    }

    /** Whether the cursor is a value of the records. */
    private boolean isPosition() {
        return cursor.has("timestamp") || cursor.has("number");
    }

    private boolean hasFuture() {
        return cursor.has("timestamp") && !cursor.has("windows");
    }

    /**
     * Sends a time in the future.
     *
     * @param all the number of records without the cursor; 0 if unknown
     */
    private CheckResult future(int all) {
        Instant time = TimeSource.SYSTEM.now().plus(FUTURE).truncatedTo(ChronoUnit.SECONDS);
        String found = "for the time " + time + ", which is in the future, the service returns ";
        AtomicLong read = new AtomicLong();
        try (StateStore store = StateStore.inMemory();
                PollingTrigger polling = connector
                        .triggerBuilder(trigger, event -> {})
                        .store(store)
                        .startPosition(StartPosition.from(time))
                        .listener(new PollingListener() {
                            @Override
                            public void onPage(PollProgress progress) {
                                read.set(progress.soFar().records());
                            }
                        })
                        .build()) {
            PollResult poll = polling.pollOnce();
            if (poll.ignored() == 0) {
                return result(CheckStatus.OK, "for a time in the future, the service returns no older record");
            }
            String older = found + CheckResult.count(poll.ignored(), "older record");
            return poll.ignored() < all ? partly(older) : ignored(older);
        } catch (PollingException e) {
            if (e.reason() != Reason.LIMIT_REACHED) {
                return rejected(e);
            }
            return read.get() == 0
                    ? result(CheckStatus.SKIPPED, found + "pages without records")
                    : ignored(found + "more than one page");
        } catch (ConnectorException e) {
            return rejected(e);
        }
    }

    private CheckResult rejected(ConnectorException e) {
        return result(CheckStatus.SKIPPED, "the service rejects a time in the future: " + e.getMessage());
    }

    private CheckResult older(PollResult poll, int all) {
        if (poll.records() >= all && hasFuture()) {
            CheckResult future = future(all);
            if (future.status() == CheckStatus.FAILED) {
                return future;
            }
        } else if (poll.records() >= all) {
            return ignored("with the cursor of the first poll the service returns all records");
        }
        return partly("the service returns " + CheckResult.count(poll.ignored(), "record")
                + " older than the cursor that was sent");
    }

    private CheckResult partly(String found) {
        return result(
                CheckStatus.FAILED,
                found
                        + ": it filters by another field, or rounds the cursor; correct the cursor, or set its resolution");
    }

    private CheckResult ignored(String found) {
        return result(
                CheckStatus.FAILED,
                found + ": it ignores the parameter of the cursor; correct its name or format, or use clientSide");
    }

    private CheckResult result(CheckStatus status, String message) {
        return new CheckResult(check, status, message);
    }
}
