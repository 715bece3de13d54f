package io.httpconnector;

import java.util.Map;

/**
 * A strategy that authenticates the requests of a connection. One of ours (module
 * {@code connector-auth}), or one of yours, often a lambda:
 *
 * <pre>{@code
 * AuthStrategy signed = request -> request.header("X-Signature", sign(request.method(), request.uri(), request.body()));
 * }</pre>
 *
 * <p>It is applied last: the request has its absolute URL, its headers and its body. Everything that it adds is a secret
 * to the library, and is masked in logs and exceptions, also when the service echoes it. It is applied only to requests to
 * the origin of the connection's base URL; what it adds never goes elsewhere.
 *
 * <p>One strategy serves all threads that send, and must be safe for them.
 */
@FunctionalInterface
public interface AuthStrategy {

    /**
     * Adds the credentials.
     *
     * @param request the request that is about to be sent
     * @return a request made from it by its own methods
     * @throws ConnectorException when there are no credentials; any exception reaches the caller as it is
     */
    Request apply(Request request);

    /**
     * The service did not accept the credentials of a request: it responded with 401, or as a {@link ResponseRule} defines. A strategy
     * that can get others does it here.
     *
     * @param rejected the request as it was sent, by which a strategy that serves many threads sees whether the credentials
     *     that it has now are newer
     * @param response what the service said, such as a challenge in {@code WWW-Authenticate}; without its body when that is read
     *     as a stream
     * @return true when there are other credentials now: the request is signed again and sent once more, whatever its method
     * @throws ConnectorException when the user must do something; any exception reaches the caller as it is
     */
    default boolean refresh(Request rejected, Response response) {
        return false;
    }

    /**
     * Receives each response to a request that this strategy signed, unless {@link #refresh} is called for it: for a strategy
     * whose service sends what the next request needs, such as {@code nextnonce} of Digest. Does nothing by default.
     *
     * @param sent the request as it was sent
     * @param response the response; without its body when that is read as a stream. Its status may be an error
     */
    default void accepted(Request sent, Response response) {}

    /**
     * Returns the values for the pills of the connection's base URL, by name: {@code {{auth.subdomain}}} is {@code subdomain}.
     *
     * @param request the request that is about to be sent, at the URL that it was given, for a strategy that must ask
     *     somebody first
     * @return the values, without secrets; by default none
     * @throws ConnectorException when there are no values yet; any exception reaches the caller as it is
     */
    default Map<String, String> fields(Request request) {
        return Map.of();
    }

    /**
     * Prepares the strategy for a connection that is being built: a strategy that requests credentials keeps the context.
     *
     * @param context sends requests over the connection
     * @return the strategy for this connection, by default the same one for all
     * @throws InvalidDefinitionException when it can't serve such a connection
     */
    default AuthStrategy open(AuthContext context) {
        return this;
    }

    /** The connection that it was opened for is closed. */
    default void close() {}

    /**
     * No credentials.
     *
     * @return a strategy that changes nothing
     */
    static AuthStrategy none() {
        return request -> request;
    }
}
