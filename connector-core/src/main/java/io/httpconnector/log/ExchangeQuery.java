package io.httpconnector.log;

import io.httpconnector.InvalidDefinitionException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search for entries of an exchange log. Without conditions it finds the latest 100 entries.
 *
 * <pre>{@code
 * log.search(ExchangeQuery.latest(50).connection("Jira").failed().from(yesterday));
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param limit the maximum number of entries
 * @param connection the name of the connection; null for all
 * @param source the id of the trigger or receiver; null for all
 * @param minStatus the smallest status code; 0 also finds exchanges without a response
 * @param maxStatus the largest status code
 * @param failedOnly whether only failed calls are found
 * @param from the earliest start of the call; null for no limit
 * @param to the end of the period, exclusive; null for no limit
 */
public record ExchangeQuery(
        int limit,
        @Nullable String connection,
        @Nullable String source,
        int minStatus,
        int maxStatus,
        boolean failedOnly,
        @Nullable Instant from,
        @Nullable Instant to) {

    private static final int MAX_STATUS = 999;
    private static final int MAX_LIMIT = 10_000;

    /**
     * Checks the values.
     *
     * @param limit the maximum number of entries
     * @param connection the name of the connection; null for all
     * @param source the id of the trigger or receiver; null for all
     * @param minStatus the smallest status code; 0 also finds exchanges without a response
     * @param maxStatus the largest status code
     * @param failedOnly whether only failed calls are found
     * @param from the earliest start of the call; null for no limit
     * @param to the end of the period, exclusive; null for no limit
     * @throws InvalidDefinitionException if the limit or the status codes are out of range, or the period is empty
     */
    public ExchangeQuery {
        require(limit >= 1 && limit <= MAX_LIMIT, "a limit of " + limit + ": use 1 to 10,000");
        require(
                minStatus >= 0 && maxStatus <= MAX_STATUS && minStatus <= maxStatus,
                "status codes from " + minStatus + " to " + maxStatus + ": use 0 to 999, the smaller one first");
        require(
                from == null || to == null || from.isBefore(to),
                "from " + from + " to " + to + ": the period is empty");
    }

    /**
     * Finds the latest entries.
     *
     * @param limit the maximum number of entries, 1 to 10,000
     * @return the query
     */
    public static ExchangeQuery latest(int limit) {
        return new ExchangeQuery(limit, null, null, 0, MAX_STATUS, false, null, null);
    }

    /**
     * Restricts the query to a connection.
     *
     * @param name the name
     * @return another query
     */
    public ExchangeQuery connection(String name) {
        return new ExchangeQuery(limit, name, source, minStatus, maxStatus, failedOnly, from, to);
    }

    /**
     * Restricts the query to the requests of a trigger or receiver and its handlers.
     *
     * @param id the id of the trigger, or the name of the receiver; empty for requests of the application itself
     * @return another query
     */
    public ExchangeQuery source(String id) {
        return new ExchangeQuery(limit, connection, id, minStatus, maxStatus, failedOnly, from, to);
    }

    /**
     * Restricts the query to status codes.
     *
     * @param min the smallest status code, such as 400; 0 also finds exchanges without a response
     * @param max the largest status code, such as 499
     * @return another query
     */
    public ExchangeQuery status(int min, int max) {
        return new ExchangeQuery(limit, connection, source, min, max, failedOnly, from, to);
    }

    /**
     * Restricts the query to failed calls.
     *
     * @return another query
     */
    public ExchangeQuery failed() {
        return new ExchangeQuery(limit, connection, source, minStatus, maxStatus, true, from, to);
    }

    /**
     * Restricts the query to calls that began at or after a time.
     *
     * @param start the time
     * @return another query
     */
    public ExchangeQuery from(Instant start) {
        return new ExchangeQuery(limit, connection, source, minStatus, maxStatus, failedOnly, start, to);
    }

    /**
     * Restricts the query to calls that began before a time.
     *
     * @param end the time
     * @return another query
     */
    public ExchangeQuery to(Instant end) {
        return new ExchangeQuery(limit, connection, source, minStatus, maxStatus, failedOnly, from, end);
    }

    /**
     * Returns whether an entry fulfils the conditions.
     *
     * @param entry the entry
     * @return true if it does
     */
    public boolean matches(LoggedExchange entry) {
        Instant time = entry.time();
        int status = entry.status();
        return (connection == null || connection.equals(entry.connection()))
                && (source == null || source.equals(entry.source()))
                && status >= minStatus
                && status <= maxStatus
                && (!failedOnly || entry.failure().isPresent())
                && (from == null || !time.isBefore(from))
                && (to == null || time.isBefore(to));
    }

    private static void require(boolean good, String problem) {
        if (!good) {
            throw new InvalidDefinitionException("exchange query", List.of(problem));
        }
    }
}
