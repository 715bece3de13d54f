package io.httpconnector;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connection as its {@link AuthStrategy} sees it. A strategy that needs a token first sends its own requests by it, once for
 * all waiting threads. Thread-safe. Implemented by the library.
 */
public interface AuthContext {

    /**
     * Returns the name of the connection.
     *
     * @return the name
     */
    String connection();

    /**
     * Sends a request of the strategy's own, such as one for a token: by the route and within the timeouts of the
     * connection, but without its credentials, defaults, rules and rate limit. Nothing of a response with a 2xx status is ever
     * shown in logs and exceptions. A redirect to another origin is refused, because its response is not one of the service that was
     * asked. A connection that is closed meanwhile lets it end, so that what it brings can be stored.
     *
     * @param request the request, with an absolute URL or one below the base URL
     * @return the response, with a status that the request accepts
     * @throws ConnectorException as for {@link HttpConnection#send}
     */
    Response send(Request request);

    /**
     * Hides the secrets of a request in a text of its response, in whatever spelling the service repeats them: for the message of an
     * exception.
     *
     * @param response the response to a request of the strategy's own
     * @param text the text, such as an error description
     * @return the text with a mask in the place of each secret
     */
    String mask(Response response, String text);

    /**
     * Runs work once for all threads that want its result at the same time. A thread of the library runs it, so that no
     * waiting thread can cancel it for the others. Each thread waits as long as its own request may take.
     *
     * @param work what is to be done
     * @param <T> what comes of it
     * @return joins the work under way, or starts it: takes the request that waits, as {@link AuthStrategy#apply} got it;
     *     returns or throws what the work does
     */
    <T> Function<Request, T> singleFlight(Supplier<T> work);
}
