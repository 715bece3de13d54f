package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.Set;

/**
 * A source of the request by which a trigger reads its records, such as a long-running operation: each poll starts one, waits for
 * it, and reads its result. Implementations must be thread-safe.
 */
public interface RecordSource {

    /**
     * Returns the template of the first request, such as the one that starts an operation. The cursor and the values of parents are
     * sent in it.
     *
     * @return the template
     */
    RequestTemplate template();

    /**
     * Returns the names of the steps whose pills the source supplies.
     *
     * @return the names
     */
    Set<String> steps();

    /**
     * Returns the request for the first page of the records. Called once for each query of a poll; it may block, such as until an
     * operation has ended.
     *
     * @param connection the connection of the trigger
     * @param placed the template with the cursor at its location
     * @param pills the values of the trigger, with the cursor
     * @return the request
     */
    Request request(HttpConnection connection, RequestTemplate placed, Pills pills);

    /**
     * Returns the request for the first page of the records, as {@link #request} does, with an action after their delivery, such as
     * the deletion of an export.
     *
     * @param connection the connection of the trigger
     * @param placed the template with the cursor at its location
     * @param pills the values of the trigger, with the cursor
     * @return the request and the action; by default, the action does nothing
     */
    default Query query(HttpConnection connection, RequestTemplate placed, Pills pills) {
        return new Query(request(connection, placed, pills), () -> {});
    }

    /**
     * The request for the first page of the records of a query.
     *
     * @param request the request
     * @param delivered called once when the poll has delivered the records of all pages and has stored its checkpoint; not
     *     called for a poll that fails. An exception fails the poll
     */
    record Query(Request request, Runnable delivered) {}
}
