package io.httpconnector;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The view that an {@link AuthStrategy} has of its connection. A strategy that has to obtain a token uses it to send its own
 * requests, once for all waiting threads. Thread-safe. Implemented by the library.
 */
public interface AuthContext {

    /**
     * Returns the name of the connection.
     *
     * @return the name
     */
    String connection();

    /**
     * Sends a request of the strategy itself, such as a token request. It uses the route and the timeouts of the connection,
     * but not its credentials, defaults, rules and rate limit. The content of a response with a 2xx or 3xx status, the values of
     * header fields that may be or repeat a credential, and the parameters of a redirect never appear in logs and exceptions. A redirect to another origin is rejected, because the response would not come from the service that
     * was asked. If the connection is closed in the meantime, the request is still completed, so that the credentials it
     * obtains can be stored.
     *
     * @param request the request, with an absolute URL or one below the base URL
     * @return the response, with a status that the request accepts
     * @throws ConnectorException as for {@link HttpConnection#send}
     */
    Response send(Request request);

    /**
     * Returns the URL to which {@link #send} sends a request. For a strategy whose credentials depend on the URL, such as cookies.
     *
     * @param request the request
     * @return its URL; absolute if the connection can resolve it
     */
    default URI url(Request request) {
        return request.uri();
    }

    /**
     * Sends a request of the strategy itself with the cookies of a session. Redirects store and receive cookies, too.
     *
     * @param request as for {@link #send(Request)}
     * @param cookies the cookies
     * @return the last response
     * @throws ConnectorException as for {@link #send(Request)}
     */
    default Response send(Request request, Cookies cookies) {
        URI url = url(request);
        Response response = send(cookies.addTo(request, url));
        cookies.store(url, response);
        return response;
    }

    /** The cookies of a session. Implemented by the strategy. */
    interface Cookies {

        /**
         * Adds the cookies for a URL to a request.
         *
         * @param request the request
         * @param url its absolute URL
         * @return the request to send
         */
        Request addTo(Request request, URI url);

        /**
         * Stores the cookies that a response sets.
         *
         * @param url the URL of the request
         * @param response its response, also one that redirects or is followed by another attempt
         */
        void store(URI url, Response response);
    }

    /**
     * Returns a context whose requests may go to hosts that the service names, such as its authorization server. It connects to
     * hosts on the public Internet only, so that a service can't direct requests into the network of the application (SSRF),
     * unless the host of the base URL is itself not public. A connection with {@link HttpConnectionBuilder#destinations
     * destinations} applies those instead; behind a proxy or a Unix socket, their other end decides.
     *
     * @return the context
     */
    AuthContext forDiscoveredHosts();

    /**
     * Returns the exception that {@link #send} throws for a response whose status the request does not accept. For a strategy that
     * accepts error responses in order to read them before their secrets are masked.
     *
     * @param response the response to a request of the strategy itself
     * @return the exception, with the masked exchange
     */
    ConnectorException failure(Response response);

    /**
     * Masks the secrets of a request in a text from its response, in any spelling in which the service repeats them. Use it for
     * exception messages.
     *
     * @param response the response to a request of the strategy itself
     * @param text the text, such as an error description
     * @return the text with a mask in place of each secret
     */
    String mask(Response response, String text);

    /**
     * Returns a function that runs work once for all threads that need its result at the same time. The work runs on a thread
     * of the library, so that no waiting thread can cancel it for the others. Each thread waits within the timeout of its own
     * request.
     *
     * @param work the work to run
     * @param <T> the type of the result
     * @return a function that waits for the work in progress, or starts it. Its argument is the waiting request, as passed to
     *     {@link AuthStrategy#apply}; it returns the result of the work or throws its exception
     */
    <T> Function<Request, T> singleFlight(Supplier<T> work);

    /**
     * Runs a request for credentials, such as a token request, and reports its result to the listeners of the connection:
     * {@link ExchangeListener#credentials}.
     *
     * @param request obtains the credentials
     * @param expiry returns their expiry; empty if it is unknown
     * @param <T> the type of the credentials
     * @return the credentials
     * @throws ConnectorException the exception of the request
     */
    <T> T requestCredentials(Supplier<T> request, Function<T, Optional<Instant>> expiry);
}
