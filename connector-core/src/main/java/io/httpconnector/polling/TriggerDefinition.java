package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The validated definition of a trigger. */
record TriggerDefinition(
        String id,
        HttpConnection connection,
        RequestTemplate template,
        @Nullable RecordSource source,
        Pills pills,
        RecordSelector records,
        RecordIdentity identity,
        Pagination pagination,
        @Nullable Cursor cursor,
        boolean deletions,
        boolean conditional,
        StartPosition first,
        Delivery delivery,
        Limits limits,
        @Nullable PushSettings push) {

    /** The pill with the time of the poll. */
    static final String NOW = "now";

    /**
     * The limits of a trigger.
     *
     * @param keys the maximum number of remembered keys
     * @param deadLetters the maximum number of dead letters
     * @param parents the maximum number of parents
     * @param batch the maximum number of records in memory
     * @param memory how long a key is remembered after its record was last seen, when there is no cursor
     * @param pollTimeout the maximum total time that one poll waits for the service
     */
    record Limits(int keys, int deadLetters, int parents, int batch, Duration memory, Duration pollTimeout) {
        static final Limits DEFAULTS =
                new Limits(1_000_000, 1000, 10_000, 1000, Duration.ofDays(7), PollDeadline.DEFAULT);

        private static final Duration MAX_POLL_TIMEOUT = Duration.ofDays(1);

        private static final Duration MAX_MEMORY = Duration.ofDays(36_500);

        Limits withKeys(int max) {
            return new Limits(inRange(max, 100_000_000), deadLetters, parents, batch, memory, pollTimeout);
        }

        Limits withDeadLetters(int max) {
            return new Limits(keys, inRange(max, 1_000_000), parents, batch, memory, pollTimeout);
        }

        Limits withParents(int max) {
            return new Limits(keys, deadLetters, inRange(max, 1_000_000), batch, memory, pollTimeout);
        }

        Limits withBatch(int max) {
            return new Limits(keys, deadLetters, parents, inRange(max, 100_000), memory, pollTimeout);
        }

        Limits withMemory(Duration time) {
            if (time == null || time.isNegative() || time.compareTo(MAX_MEMORY) > 0) {
                throw refused(time + " is out of range: use PT0S to " + MAX_MEMORY);
            }
            return new Limits(keys, deadLetters, parents, batch, time, pollTimeout);
        }

        Limits withPollTimeout(Duration time) {
            if (time == null || time.toMillis() < 1 || time.compareTo(MAX_POLL_TIMEOUT) > 0) {
                throw refused(time + " is out of range: use PT0.001S to " + MAX_POLL_TIMEOUT);
            }
            return new Limits(keys, deadLetters, parents, batch, memory, time);
        }

        private static int inRange(int value, int max) {
            if (value < 1 || value > max) {
                throw refused(value + " is out of range: use 1 to " + max);
            }
            return value;
        }

        private static InvalidDefinitionException refused(String problem) {
            return new InvalidDefinitionException("limits", List.of(problem));
        }

        /** The members of {@code limits} by the methods of the builder. */
        private static final SortedMap<String, String> MEMBERS = new TreeMap<>(Map.of(
                "maxRememberedKeys", "keys",
                "maxDeadLetters", "deadLetters",
                "maxParents", "parents",
                "maxInMemory", "inMemory",
                "pollTimeout", "pollTimeout",
                "keyRetention", "keyRetention"));

        /** Reports limits that are outside of the member {@code limits}. */
        static void reportMisplaced(JsonObjectReader reader) {
            MEMBERS.forEach((method, member) -> {
                if (reader.has(method)) {
                    reader.problem(method, "unknown member; use \"limits\": {\"" + member + "\": ...}");
                }
            });
        }

        /** Reads the member {@code limits}. */
        static Limits read(JsonObjectReader reader, Limits start) {
            MEMBERS.forEach((method, member) -> {
                if (!method.equals(member) && reader.has(method)) {
                    reader.problem(method, "unknown member; did you mean \"" + member + "\"?");
                }
            });
            return new MemberSteps<>(reader, start)
                    // "keys": The maximum number of remembered keys, 1 to 100,000,000 for each parent. Default:
                    // 1,000,000.
                    .integer("keys", Limits::withKeys)
                    // "deadLetters": The maximum number of dead letters, 1 to 1,000,000. Default: 1000.
                    .integer("deadLetters", Limits::withDeadLetters)
                    // "parents": The maximum number of parents, 1 to 1,000,000. Default: 10,000.
                    .integer("parents", Limits::withParents)
                    // "inMemory": The maximum number of records in memory, 1 to 100,000. Default: 1000.
                    .integer("inMemory", Limits::withBatch)
                    // "keyRetention": How long the key of a record that is no longer returned is remembered, 0 to
                    // 36,500 days. Default: 7 days.
                    .duration("keyRetention", Limits::withMemory)
                    // "pollTimeout": The maximum time that one poll waits for the service, 1 ms to 24 hours. Default: 1
                    // hour.
                    .duration("pollTimeout", Limits::withPollTimeout)
                    .value();
        }
    }

    TriggerDefinition withFirst(StartPosition other) {
        return new TriggerDefinition(
                id,
                connection,
                template,
                source,
                pills,
                records,
                identity,
                pagination,
                cursor,
                deletions,
                conditional,
                other,
                delivery,
                limits,
                push);
    }

    /** The constant pills, and the time of the poll as {@code {{now}}}. */
    Pills pillsAt(Instant now) {
        return pills.and(NOW, now.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** Whether the token of the next page is sent in the location of the cursor. */
    boolean tokenSharesCursorLocation() {
        return pagination.sharesLocationWith(cursor);
    }

    /** The guarantees that are impossible with this definition; null when there is no limitation. */
    @Nullable String limitations() {
        boolean shifts = !pagination.isStable();
        if (shifts && cursor == null) {
            return "records may move between pages while they are read, and there is no cursor to read again"
                    + " from: a record may be found only by a later poll; use a cursor, or Pagination.stable()"
                    + " where applicable";
        }
        if (shifts && cursor instanceof TokenCursor && pagination.paginator().isPositional()) {
            return "records may move between pages while they are read, and the token of the last page skips"
                    + " missed records: use pagination by token or URL, or Pagination.stable() where applicable";
        }
        return null;
    }

    /** Two definitions with the same text can share their state. */
    String identityText() {
        return identity.key() + " " + identity.version() + " " + identity.hashed() + " " + identity.ignored();
    }

    String cursorText() {
        return cursor == null ? "snapshot" : cursor.identityText();
    }
}
