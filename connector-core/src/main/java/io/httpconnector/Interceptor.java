package io.httpconnector;

import java.time.Duration;
import java.util.Optional;

/**
 * An interceptor around the requests of a connection: it can change a request, respond in place of the service, repeat a request
 * or fail the call.
 *
 * <pre>{@code
 * .around(chain -> chain.proceed(chain.request().header("X-Tenant", tenant())))
 * .around(Interceptor.Placement.INSIDE_RETRIES, chain -> {
 *     Response response = chain.proceed(chain.request());
 *     audit.add(chain.connection(), response.status());
 *     return response;
 * })
 * }</pre>
 *
 * <p>Interceptors run in the order of their registration: the first one is the outermost. All run before the connection adds its
 * defaults and before the auth strategy signs the request, so they never see credentials: in requests and responses, {@code ***}
 * replaces each secret, and what they leave unchanged is sent and returned unchanged. A mask that an interceptor copies, such as by
 * {@code withUrl(request.uri() + "&y=2")}, stands for its secret if it is the whole value of the same parameter or field, or the same
 * segment of the path; any other one is an {@link InvalidDefinitionException}, so that {@code ***} is never sent in place of a secret.
 * Requests of the auth strategy itself, such as token requests, do not pass through interceptors.
 *
 * <p>An interceptor can't send credentials to another origin: a request whose URL it moves there is sent without them, and is
 * rejected if it has a secret in its query or body.
 *
 * <p>Called on the sending thread. Must be thread-safe. A {@link ConnectorException} that it throws is the exception of the call;
 * any other one becomes a {@link FailedException}.
 */
@FunctionalInterface
public interface Interceptor {

    /**
     * Processes one request.
     *
     * @param chain the request and the next steps of the call; valid until this method returns
     * @return the response of {@link Chain#proceed} or {@link Chain#respond}
     * @throws Exception if the call fails
     */
    Response intercept(Chain chain) throws Exception;

    /**
     * Returns the name of the interceptor in exceptions and in the result of a connection test. Default: the name of its class.
     *
     * @return the name
     */
    default String name() {
        Class<?> type = getClass();
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? type.getSimpleName() : name.substring(name.lastIndexOf('.', lambda) + 1, lambda);
    }

    /**
     * Returns the placement of the interceptor if it is registered without one. Default: outside retries.
     *
     * @return the placement
     */
    default Placement placement() {
        return Placement.OUTSIDE_RETRIES;
    }

    /**
     * Returns the current state for display, such as that of a circuit breaker. Default: none.
     *
     * @return the state; empty if there is nothing to show
     */
    default Optional<String> status() {
        return Optional.empty();
    }

    /** The placement of an interceptor. */
    enum Placement {
        /** Once for each call: around all attempts and redirects. {@link Chain#proceed} throws the exceptions of {@code send}. */
        OUTSIDE_RETRIES,
        /**
         * Once for each attempt and each redirect. {@link Chain#proceed} also returns responses that the connection does not
         * accept, such as a 503 that is retried or a redirect; a 401 only after the credentials were refreshed.
         */
        INSIDE_RETRIES
    }

    /** The kind of a call. */
    enum CallType {
        /** The response is returned as a whole. */
        SEND,
        /** A reader receives the body: {@link HttpConnection#read}, downloads and polls. Responses have no body for interceptors. */
        STREAM,
        /** A {@linkplain HttpConnection#test() connection test}. */
        TEST
    }

    /** A request on its way to the service. Not thread-safe. */
    interface Chain {

        /**
         * Returns the name of the connection.
         *
         * @return the name
         */
        String connection();

        /**
         * Returns the kind of the call.
         *
         * @return the kind
         */
        CallType callType();

        /**
         * Returns the request at its absolute URL, without defaults and credentials of the connection. {@code ***} replaces secrets.
         *
         * @return the request
         */
        Request request();

        /**
         * Sends a request: passes it to the next interceptor or, after the last one, to the service. Can be called several times;
         * each time counts as an attempt.
         *
         * @param request {@link #request()}, or one that is derived from it with other header fields, query, body or URL
         * @return the response, in which {@code ***} replaces secrets
         * @throws ConnectorException as for {@link HttpConnection#send}; also if the request can't be sent again, because its body or
         *     the reader of the response has already been used
         */
        Response proceed(Request request);

        /**
         * Creates a response in place of the service. It is classified as one of the service: by the rules of the connection and by
         * its status; a reader receives its body.
         *
         * @param status the status code, 200 to 599
         * @param headers the header fields
         * @param body the body
         * @return the response
         */
        Response respond(int status, Headers headers, byte[] body);

        /**
         * Adds a header field to a response of the service.
         *
         * @param response a response of {@link #proceed}
         * @param name the field name
         * @param value the value
         * @return the response with the field
         */
        Response withHeader(Response response, String name, String value);

        /**
         * Returns whether secrets were masked in a response of the service, so that it must not be stored to be returned later.
         *
         * @param response a response of {@link #proceed}
         * @return whether a header field or the body differs from what the application receives
         */
        boolean isMasked(Response response);

        /**
         * Returns a text that is equal for two requests only if they belong to the same connection and are sent with the same
         * credentials, for interceptors that store responses. It reveals nothing about them. Credentials that are different for each
         * request, such as signatures, have a different text each time.
         *
         * @return a fingerprint that is valid in this process
         * @throws ConnectorException if the auth strategy can't obtain credentials
         */
        String identity();

        /**
         * Returns the {@link #identity()} of the credentials with which a response of the service was requested. An interceptor that
         * stores the response must store it for this identity only.
         *
         * @param response a response of {@link #proceed}
         * @return a fingerprint that is valid in this process
         */
        String identity(Response response);

        /**
         * Returns the remaining time of the call.
         *
         * @return the time; negative after the timeout
         */
        Duration remaining();

        /**
         * Returns the durations of the call so far.
         *
         * @return the durations
         */
        Timings timings();

        /**
         * Returns the time source of the connection.
         *
         * @return the time source
         */
        TimeSource time();
    }

    /** Thrown when an interceptor fails with an exception that is no {@link ConnectorException}, or returns no response. */
    final class FailedException extends ConnectorException {

        private static final long serialVersionUID = 1L;

        /** The name of the interceptor. */
        private final String interceptor;

        FailedException(String interceptor, String message, Throwable cause) {
            super(message, cause);
            this.interceptor = interceptor;
        }

        FailedException(String interceptor, String message) {
            super(message);
            this.interceptor = interceptor;
        }

        /**
         * Returns the name of the interceptor.
         *
         * @return the name
         */
        public String interceptor() {
            return interceptor;
        }
    }
}
