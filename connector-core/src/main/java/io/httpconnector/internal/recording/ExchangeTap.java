package io.httpconnector.internal.recording;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.transport.TransportFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records the exchanges of a connection, or substitutes them: one for each attempt and each redirect, including those for
 * credentials. A listener of a connection that implements this interface is its tap. Implementations must be thread-safe.
 */
public interface ExchangeTap {

    /**
     * Returns the response to a request in place of the service.
     *
     * @param request the request with its whole body
     * @return the response; null if the request is to be sent
     * @throws TransportFailure in place of a response
     */
    @Nullable TappedResponse substitute(TappedRequest request) throws TransportFailure;

    /** Returns whether {@link #substitute} returns a response, so that it needs the whole body of the request. */
    boolean substitutes();

    /**
     * Records an exchange that was sent.
     *
     * @param request the request with its body, as far as it was sent
     * @param response the response with its body, as far as it was read; null if there is none
     * @param failure the failure; null if there is none
     * @param startedAt the time at which the attempt began
     * @param elapsed the duration of the attempt
     */
    void record(
            TappedRequest request,
            @Nullable TappedResponse response,
            @Nullable TransportFailure failure,
            Instant startedAt,
            Duration elapsed);

    /**
     * Returns the tap among the listeners of a connection.
     *
     * @param connection the name of the connection
     * @param listeners its listeners
     * @return the tap, or null
     * @throws InvalidDefinitionException if there are several
     */
    static @Nullable ExchangeTap among(String connection, List<?> listeners) {
        ExchangeTap found = null;
        for (Object listener : listeners) {
            if (listener instanceof ExchangeTap tap) {
                if (found != null) {
                    throw new InvalidDefinitionException(
                            "connection \"" + connection + "\"",
                            List.of("listener: it has two recordings: attach one of them"));
                }
                found = tap;
            }
        }
        return found;
    }
}
