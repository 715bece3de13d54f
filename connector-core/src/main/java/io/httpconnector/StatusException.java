package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the service responds with a status that the request does not accept, by default any except 2xx, or with a
 * response that a {@link ResponseRule} defines as a failure.
 *
 * <pre>{@code
 * try {
 *     eventbrite.send(createVenue);
 * } catch (StatusException e) {
 *     showToUser(e.json().at("/error_description").asText());
 * }
 * }</pre>
 *
 * <p>Headers and body are those of the response, with echoed secrets masked.
 */
public final class StatusException extends ConnectorException {

    private static final long serialVersionUID = 1L;

    /** The status code. */
    private final int status;

    private final transient Headers headers;
    /** The body as text, masked and truncated. */
    private final String body;
    /** The requested delay; null if unknown. */
    private final @Nullable Duration retryAfter;

    StatusException(
            String message,
            int status,
            Headers headers,
            String body,
            @Nullable Duration retryAfter,
            Exchange exchange) {
        super(message, null, exchange);
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns the status code.
     *
     * @return the status code, such as 404
     */
    public int status() {
        return status;
    }

    @Override
    public boolean needsAuthorization() {
        return status == 401;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * Returns the response headers.
     *
     * @return the headers, possibly none
     */
    public Headers headers() {
        return headers;
    }

    /**
     * Returns the first 64 KiB of the body as text.
     *
     * @return the body; empty if there was none
     */
    public String body() {
        return body;
    }

    /**
     * Returns the body as JSON.
     *
     * @return the tree; a missing node if the body is not JSON, so that {@code json().at("/error").asText()} never fails
     */
    public JsonNode json() {
        return JsonSupport.readLenient(body);
    }
}
