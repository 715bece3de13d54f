package io.httpconnector;

import java.util.Map;

/**
 * A strategy that authenticates the requests of a connection: one of the module {@code connector-auth}, or a custom one, often
 * a lambda:
 *
 * <pre>{@code
 * AuthStrategy signed = request -> request.header("X-Signature", sign(request.method(), request.uri(), request.body()));
 * }</pre>
 *
 * <p>The strategy is applied last, when the request has its absolute URL, headers and body. The library treats everything that
 * the strategy adds as a secret and masks it in logs and exceptions, even where the service echoes it. The strategy is applied
 * only to requests to the origin of the connection's base URL, so its additions are never sent elsewhere.
 *
 * <p>All sending threads share one strategy, so implementations must be thread-safe.
 */
@FunctionalInterface
public interface AuthStrategy {

    /**
     * Adds the credentials to a request.
     *
     * @param request the request that is about to be sent
     * @return a request derived from the given one with the methods of {@link Request}
     * @throws ConnectorException when there are no credentials; any exception is passed to the caller unchanged
     */
    Request apply(Request request);

    /**
     * Obtains new credentials, if possible, after the service has rejected those of a request: it responded with 401, with
     * 403 and the error {@code insufficient_scope} in its challenge (RFC 6750, section 3.1), or as a {@link ResponseRule} defines. The default does nothing and returns false.
     *
     * @param rejected the request as it was sent. A strategy that serves many threads can tell from it whether its current
     *     credentials are newer
     * @param response the response, which may contain a challenge in {@code WWW-Authenticate}; without its body if the body is
     *     read as a stream
     * @return true if there are new credentials: the request is then signed again and sent once more, whatever its method
     * @throws ConnectorException when the user must act, such as authorize again; any exception is passed to the caller
     *     unchanged
     */
    default boolean refresh(Request rejected, Response response) {
        return false;
    }

    /**
     * Receives each response to a request that this strategy signed, unless {@link #refresh} is called for it. Useful if
     * responses contain values that the next request needs, such as {@code nextnonce} of Digest. The default does nothing.
     *
     * @param sent the request as it was sent
     * @param response the response, whose status may be an error; without its body if the body is read as a stream
     */
    default void accepted(Request sent, Response response) {}

    /**
     * Returns the values for the pills of the connection's base URL, by name: {@code {{auth.subdomain}}} is {@code subdomain}.
     *
     * @param request the request that is about to be sent, with its original URL, for a strategy that has to request the values
     *     first
     * @return the values, which must not be secrets; by default none
     * @throws ConnectorException when there are no values yet; any exception is passed to the caller unchanged
     */
    default Map<String, String> fields(Request request) {
        return Map.of();
    }

    /**
     * Returns the secret values for pills in the path of the connection's base URL, by name, for a service whose URLs contain the
     * key. They are masked wherever they occur. They replace the {@linkplain #fields values} of the same names.
     *
     * @param request the request that is about to be sent, with its original URL
     * @return the values; by default none
     * @throws ConnectorException when there are no values yet; any exception is passed to the caller unchanged
     */
    default Map<String, Secret> secretFields(Request request) {
        return Map.of();
    }

    /**
     * Prepares the strategy for a connection that is being built. A strategy that sends requests of its own keeps the context.
     *
     * @param context sends requests over the connection
     * @return the strategy for this connection; by default the same object for all connections
     * @throws InvalidDefinitionException when the strategy does not support this connection
     */
    default AuthStrategy open(AuthContext context) {
        return this;
    }

    /** Releases resources when the connection is closed for which the strategy was opened. The default does nothing. */
    default void close() {}

    /**
     * Returns a strategy that sends no credentials.
     *
     * @return a strategy that returns each request unchanged
     */
    static AuthStrategy none() {
        return request -> request;
    }
}
